"""One pass over sources: articles out, a report filled on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import Any

from topics.corpus import date_order
from topics.corpus.articles import BadRecord, Builder, Undecided
from topics.corpus.blocks import Block, articles_of
from topics.corpus.encodings import LONGEST_LINE, is_mojibake
from topics.corpus.fields import check_told, unknown_column
from topics.corpus.formats import Input, format_of_name
from topics.corpus.report import FileReport, Report, Skip
from topics.errors import MachineError, SettingError, SourceError
from topics.records import Article

ON_REPEAT = ("keep-first", "pass")

# Enough key names for any message.
_MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read.

    format : None goes by suffix.  fields : our field -> their column or key, before all matching by name.
    strict : a bad record is a SourceError, not a skip.  day_first : how to read 03/04/2023, None to tell it from the
    other dates of the same source, and to leave it where they do not tell.  on_repeat : "keep-first" skips an article
    whose given id came before, "pass" lets it through (for a caller that replaces); both count it.
    """

    format: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    strict: bool = False
    day_first: bool | None = None
    on_repeat: str = "keep-first"

    def __post_init__(self) -> None:
        check_told(self.fields)
        if self.format is not None:
            format_of_name(self.format)
        if self.on_repeat not in ON_REPEAT:
            raise SettingError(f"on_repeat: {self.on_repeat!r} is not one of {', '.join(ON_REPEAT)}")


@dataclass(frozen=True, slots=True)
class Record:
    """An article with the record it came from.  row : as in the source.  where : ``path:line`` or ``article 17``."""

    article: Article
    row: Mapping[str, Any]
    where: str


# What a part yields: (line, or position of an object), and a dict, an Article, what was wrong, or many dicts.
Rows = Iterator[tuple[int, "dict[str, Any] | Article | BadRecord | Block"]]


@dataclass(slots=True)
class Part:
    """One file, or all objects handed over.

    source, explicit : see File.  name : its id when it is one article.  where : from a line to its place in words.
    """

    source: str
    explicit: bool
    name: str | None
    where: Callable[[int], str]
    rows: Rows
    report: FileReport
    input: Input | None = None


# Articles, the record when they are only one, and where it or the first stands.
_Some = tuple[Sequence[Article], Any, Part, int]


class Reading:
    """Articles as they are read, once.  ``report`` is filled meanwhile; no list of articles is held.

    Iterating raises SourceError for a SOURCE that gives no article, and for the first bad record when strict;
    MachineError when the disk or a permission is in the way.
    """

    def __init__(self, parts: Callable[[Report], Iterator[Part]], options: ReadOptions, report: Report) -> None:
        self.report = report
        self._parts = parts
        self._options = options
        self._builder = Builder(options.fields, options.day_first, options.on_repeat)
        self._told_found: set[str] = set()
        self._keys: dict[str, None] = {}
        self._begun = False
        self._by_blocks = True
        self._skips = 0  # of the SOURCE at hand
        self._first_skip: Skip | None = None
        self._has_text = False
        self._mojibake = 0

    def __iter__(self) -> Iterator[Article]:
        # No step in Python for each article.
        return chain.from_iterable(map(itemgetter(0), self._read()))

    def records(self) -> Iterator[Record]:
        """The same pass, with each article's own record and place."""
        self._by_blocks = False
        for (article,), record, part, line in self._read():
            yield Record(article, record if isinstance(record, dict) else article.row(), part.where(line))

    def _read(self) -> Iterator[_Some]:
        if self._begun:
            raise SettingError("this reading has begun before and goes one way only; call read() again")
        self._begun = True
        part: Part | None = None
        found = 0  # articles of the SOURCE at hand; those whose id came before count too
        for following in self._parts(self.report):
            if part is not None and part.source != following.source:
                self._check_source(part, found)
                found = 0
                self._skips = 0
            part = following
            before = self.report.kept + self._builder.repeated
            yield from self._of_part(part)
            found += self.report.kept + self._builder.repeated - before
        if part is not None:
            self._check_source(part, found)
        self._check_told()
        self._finish()

    def _of_part(self, part: Part) -> Iterator[_Some]:
        report, mine = self.report, part.report
        if not mine.articles:  # not so for the second of many files that are an article each
            self._builder.forget_plans()
            self._builder.forget_undecided()
        skipped, line = report.skipped, 0
        build, name = self._builder.build, part.name
        first, last = report.first_date or "9", report.last_date or ""  # text that sorts behind and before any date
        rows: Iterator[tuple[int, Any]] | None = self._unpacked(part.rows)
        try:
            while rows is not None:
                following = None
                for line, record in rows:
                    if type(record) is list:
                        self._count(record, mine)
                        yield record, None, part, line
                        first, last = report.first_date or "9", report.last_date or ""
                        continue
                    try:
                        if type(record) is dict:
                            article = build(record, name)
                        elif type(record) is Article:
                            article = self._builder.again(record)
                        else:
                            assert isinstance(record, BadRecord)
                            self._skip(part, line, record)
                            continue
                    except BadRecord as bad:
                        self._skip(part, line, bad)
                        continue
                    except Undecided as undecided:
                        following = self._decide_order(part, rows, (line, record), undecided.source)
                        break
                    report.kept += 1
                    mine.articles += 1
                    text = article.text
                    if text:
                        self._has_text = True
                        if not text.isascii() and is_mojibake(text):
                            self._mojibake += 1
                    date = article.date
                    if date is None:
                        report.undated += 1
                    elif date < first or date > last:
                        report.first_date, report.last_date = first, last = min(first, date), max(last, date)
                    yield (article,), record, part, line
                rows = following
        except BadRecord as bad:
            self._skip(part, line, bad)
        except EOFError as error:
            self._skip(part, line, BadRecord("damaged or cut short", f"({error}) behind this place; unpack it anew"))
        except OSError as error:
            raise MachineError(f"{mine.path}: {error.strerror or error}; check the disk and the permissions") from error
        except (SourceError, SettingError) as error:
            if part.explicit or self._options.strict:
                raise
            self._skip(part, 0, BadRecord("cannot be read as its suffix says", f"({error})"))
        self._end_part(part, empty=not mine.articles and report.skipped == skipped)

    def _unpacked(self, rows: Rows) -> Iterator[tuple[int, Any]]:
        """The rows; in place of a Block its articles, with the line of the last, or its records one by one."""
        unusual = waiting = 0  # blocks after each other that were left to `build`, and those to leave without a try
        for line, record in rows:
            if type(record) is not Block:
                yield line, record
                continue
            articles = None
            if waiting:
                waiting -= 1
            elif self._by_blocks:
                articles = articles_of(record, self._builder)
                unusual = 0 if articles is not None else min(unusual + 1, 4)
                waiting = (1 << unusual) - 2 if unusual else 0
            if articles is not None:
                yield record.last(line), articles
            else:
                yield from record.records(line)

    def _count(self, articles: list[Article], mine: FileReport) -> None:
        """Put down many articles at once."""
        report = self.report
        report.kept += len(articles)
        mine.articles += len(articles)
        texts = [article.text for article in articles]
        if any(texts):
            self._has_text = True
            self._mojibake += sum([not text.isascii() and is_mojibake(text) for text in texts])
        dates = [article.date for article in articles if article.date is not None]
        report.undated += len(articles) - len(dates)
        if dates:
            report.first_date = min(report.first_date or "9", min(dates))
            report.last_date = max(report.last_date or "", max(dates))

    def _decide_order(
        self, part: Part, rows: Iterator[tuple[int, Any]], at: tuple[int, Any], source: str | None
    ) -> Iterator[tuple[int, Any]]:
        """Settle for the sources of the next records whether days or months come first.  Returns `at` and all behind.

        source : that of `at`.  Every source among them is settled, so that none of them asks again.
        """
        by_blocks, self._by_blocks = self._by_blocks, False
        behind, error = date_order.hold(rows)
        self._by_blocks = by_blocks
        held = [at, *behind]
        votes, builder = date_order.Votes(), self._builder
        sources: dict[str | None, None] = {source: None}
        for _, record in held:
            if type(record) is dict:
                text, its = builder.date_and_source(record)
                votes.add(text, its)
                sources[its] = None
        # What another file of the same source has shown stays.
        decided = {name: votes.order(name) for name in sources if builder.orders.get(name) is None}
        builder.orders.update(decided)
        for note in date_order.notes(part.report.path, votes, decided):
            self.report.note(note)
        return chain(held, date_order.raising(error), rows)

    def _skip(self, part: Part, line: int, bad: BadRecord) -> None:
        skip = self.report.skip(part.where(line), bad.reason, bad.why)
        self._first_skip = self._first_skip if self._skips else skip
        self._skips += 1
        if self._options.strict:
            raise SourceError(str(skip))

    def _end_part(self, part: Part, *, empty: bool) -> None:
        """Put down what is known of a file once it is read."""
        if empty:
            self._skip(part, 0, BadRecord("no article", "(the file is empty)"))
        for plan in self._builder.plans():
            for name, key in plan.columns().items():
                part.report.columns.setdefault(name, key)
                self._told_found.add(name)
            self._keys.update(dict.fromkeys(plan.extra[:_MOST_KEYS]) if len(self._keys) < _MOST_KEYS else {})
        used = part.report.columns.values()
        unused = {key: None for plan in self._builder.plans() for key in plan.extra if key not in used}
        part.report.unused = list(unused)[:_MOST_KEYS]
        if part.input is not None:
            self._end_input(part, part.input)

    def _end_input(self, part: Part, source: Input) -> None:
        text = source.text
        part.report.encoding = text.encoding
        if text.other_lines:
            source.note(f"lines that are not {text.encoding.upper()}, read as {text.other_encoding}", text.other_lines)
        if text.damaged_lines:
            source.note("lines with broken UTF-8 characters", text.damaged_lines)
        if text.nuls:
            source.note("NUL characters left out", text.nuls)
        if text.too_long:
            mib = LONGEST_LINE >> 20
            self._skip(part, 0, BadRecord(f"a line of more than {mib} MiB", f"({text.too_long:,} of them)"))
        for note, count in source.notes.items():
            self.report.note(f"{part.report.path}: {count:,} {note}")

    def _check_source(self, last: Part, found: int) -> None:
        """Raises SourceError when a SOURCE gave no article.  last : its last file."""
        if found:
            return
        self._check_told()
        why = "it is empty" if not self._skips else f"{self._skips:,} skipped; the first at {self._first_skip}"
        raise SourceError(f"{last.source}: no article could be read ({why})")

    def _check_told(self) -> None:
        """Raises SettingError when the user named a key for a field and no record has it."""
        for name, key in self._options.fields.items():
            if name not in self._told_found:
                raise unknown_column(name, key, self._keys, "all records")

    def _finish(self) -> None:
        report, builder = self.report, self._builder
        if report.kept and not self._has_text:
            report.note("titles only: none of the articles has a text")
        if builder.repeated:
            done = "only the first of each is kept" if self._options.on_repeat == "keep-first" else "all are passed on"
            report.note(f"{builder.repeated:,} ids that came before (the first: {builder.first_repeat!r:.60}); {done}")
        if builder.ambiguous_dates:
            what = "dates such as 03/04/2023 can be read in two ways and are kept as written"
            report.note(f"{builder.ambiguous_dates:,} {what}; say --day-first or --month-first")
        if self._mojibake:
            what = "articles with letters that an earlier program broke (Ã© for é), kept as they are"
            report.note(f"{self._mojibake:,} {what}; export them anew as UTF-8")
        if report.passed_over:
            report.note(f"{report.passed_over:,} files of other kinds were passed over")
