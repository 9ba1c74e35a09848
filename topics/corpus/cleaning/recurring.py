"""What recurs over the unrelated articles of one source, and is therefore not theirs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from topics.corpus.cleaning import shapes
from topics.corpus.cleaning.furniture import Known
from topics.corpus.cleaning.lines import LONGEST, ends_sentence, folded, is_news, paragraphs
from topics.corpus.cleaning.wording import hints_at_furniture, rule_for

# In so many articles, or this part of the source's, must a line stand: fewer where its wording speaks of the outlet,
# more where it stands amid the text.
HINTED = (3, 0.02)
AT_EDGE = (4, 0.05)
AMID = (5, 0.2)
SHAPED = (5, 0.1)

# Beyond so many unrelated articles no further one is compared.
_ENOUGH = 8

# Of the words of five letters and more in the shorter text, the part that stands in the other too.  Unrelated articles
# of one outlet have .02 to .15, two reports of one event .15 to .5, copies more than .8.
RELATED = 0.3

# An edge is the first or last three paragraphs, furniture aside.
EDGE = 3
_MOSTLY = 0.8

# A page with less of its own is a copy, and what it shares with others is its story; pages with much furniture around
# a short item are not worth learning from either.
_COPIED = 0.6

# Bylines, captions and notes of changes are shorter.
_LONGEST_SHAPED = 200
# So much of an article tells whether two are about the same thing.
_LONGEST_COMPARED = 1500

_WORD = re.compile(r"\w{5,}")
_NAME = re.compile(r"\w{4,}")


@dataclass(slots=True)
class Page:
    """An article to learn from.  paragraphs : stripped.  words : its longer words, once asked for."""

    title: str
    paragraphs: list[str]
    words: frozenset[str] | None = None

    @classmethod
    def of(cls, title: str, text: str) -> Page:
        lines = list(map(str.strip, text.split("\n")))
        return cls(title, [lines[i] for i in paragraphs(lines)])


def learn_source(source: str, pages: list[Page]) -> Known:
    """The furniture of one source.  source : its name, "" for unknown.  The pages' order does not matter."""
    n = len(pages)
    if n < HINTED[0]:
        return Known()
    counts: Counter[str] = Counter()
    for page in pages:  # without the long ones, which cannot be furniture and take most of the time
        counts.update({line for line in page.paragraphs if len(line) <= LONGEST})
    least = _least(HINTED, n)
    recurring = {line for line, count in counts.items() if count >= least and _can_be(line)}
    lesson = _Lesson(source, pages, recurring)
    lines = lesson.lines() if recurring else {}
    return Known(n, lines, **lesson.shapes(lines))


def _least(threshold: tuple[int, float], n: int) -> int:
    count, share = threshold
    return max(count, round(share * n))


def _can_be(line: str) -> bool:
    return len(line) <= LONGEST and any(map(str.isalpha, line)) and not is_news(line)


class _Lesson:
    """The pages of one source, and what stands on them more than once."""

    def __init__(self, source: str, pages: list[Page], recurring: set[str]) -> None:
        self.source = source
        self.pages = pages
        self.recurring = recurring

    def lines(self) -> dict[str, int]:
        """Whole lines that are furniture, and on how many pages they stand."""
        found: dict[str, list[int]] = defaultdict(list)
        at_edge: Counter[str] = Counter()
        for number, page in enumerate(self.pages):
            if self.recurring.isdisjoint(page.paragraphs):
                continue
            for line, near in self._placed(page):
                found[line].append(number)
                at_edge[line] += near
        learned = {}
        for line, numbers in found.items():
            threshold = AMID if at_edge[line] < _MOSTLY * len(numbers) else AT_EDGE
            if hints_at_furniture(line):
                threshold = HINTED
            if self._unrelated(numbers, _least(threshold, len(self.pages))):
                learned[line] = len(numbers)
        return _sorted(learned)

    def _placed(self, page: Page) -> Iterable[tuple[str, bool]]:
        """Each recurring line of a page, once, and whether it stands at an edge of the text."""
        own = sum(line not in self.recurring for line in page.paragraphs)
        before = 0
        placed: dict[str, bool] = {}
        for line in page.paragraphs:
            if line in self.recurring:
                placed.setdefault(line, before < EDGE or own - before < EDGE)
            else:
                before += 1
        return placed.items()

    def _unrelated(self, numbers: list[int], least: int) -> bool:
        """Do so many pages have it, and are enough of them about different things?

        Copies of one wire story, and reports of one event that quote the same words, count as one page.
        """
        if len(numbers) < least:
            return False
        least = min(least, _ENOUGH)
        chosen: list[frozenset[str]] = []
        for number in numbers:
            words = self._words(self.pages[number])
            if words and not any(len(words & other) > RELATED * min(len(words), len(other)) for other in chosen):
                chosen.append(words)
                if len(chosen) >= least:
                    return True
        return False

    def _words(self, page: Page) -> frozenset[str]:
        if page.words is None:
            own = "\n".join([line for line in page.paragraphs if line not in self.recurring])
            if len(own) < _COPIED * sum(map(len, page.paragraphs)):
                own = "\n".join(page.paragraphs)
            page.words = frozenset(_WORD.findall(own[:_LONGEST_COMPARED].casefold()))
        return page.words

    def shapes(self, lines: dict[str, int]) -> dict[str, dict[str, int]]:
        """Parts of lines that recur while the rest of the line changes."""
        found: dict[str, dict[str, list[int]]] = {part: {} for part in ("masks", "ends")}
        labelled: dict[str, list[tuple[int, str]]] = defaultdict(list)
        names, title_ends = self._names(), self._title_ends()
        for number, page in enumerate(self.pages):
            own = [line for line in page.paragraphs if line not in lines] if lines else page.paragraphs
            last = len(own) - EDGE
            for at, line in enumerate(own):
                if len(line) > _LONGEST_SHAPED:
                    continue
                if at < EDGE or at >= last:
                    _put(found["masks"], shapes.masked(line), number)
                if ends_sentence(line):
                    continue
                label = shapes.start_of(line)
                if label:
                    labelled[label].append((number, line[len(label) :]))
                end = shapes.end_of(line) if names else None
                if end and not names.isdisjoint(_NAME.findall(end.casefold())):
                    _put(found["ends"], end, number)
        kept = {part: self._kept(at) for part, at in found.items()}
        kept["starts"] = self._kept(self._before_headlines(labelled, title_ends), HINTED)
        return {**kept, **self._sentences(Known(len(self.pages), lines, **kept)), "titles": title_ends}

    def _before_headlines(
        self, labelled: dict[str, list[tuple[int, str]]], title_ends: dict[str, int]
    ) -> dict[str, list[int]]:
        """The pages on which a label stands before the headline of any; labelled : pages, and what stands behind."""
        least = _least(HINTED, len(self.pages))
        often = {label: lines for label, lines in labelled.items() if len(lines) >= least}
        titles = self._titles(title_ends) if often else set()
        found: dict[str, list[int]] = {}
        for label, lines in often.items():
            for number, line in lines:
                if folded(line) in titles:
                    _put(found, label, number)
        return found

    def _sentences(self, known: Known) -> dict[str, dict[str, int]]:
        """Sentences that open the first or end the last paragraph, other furniture aside."""
        openings: dict[str, list[int]] = {}
        endings: dict[str, list[int]] = {}
        for number, page in enumerate(self.pages):
            _put(openings, shapes.opening_of(_first_own(page.paragraphs, known)), number)
            _put(endings, shapes.ending_of(_first_own(reversed(page.paragraphs), known)), number)
        return {"openings": self._kept(openings), "endings": self._kept(endings)}

    def _names(self) -> set[str]:
        """Words of the source's name that tell it from others: "courier" of "The Marrowgate Courier"."""
        return set(_NAME.findall(self.source.casefold()))

    def _kept(self, found: dict[str, list[int]], threshold: tuple[int, float] = SHAPED) -> dict[str, int]:
        least = _least(threshold, len(self.pages))
        often = {part: at for part, at in found.items() if len(at) >= least and _can_be(part)}
        return _sorted({part: len(at) for part, at in often.items() if self._unrelated(at, least)})

    def _titles(self, title_ends: dict[str, int]) -> set[str]:
        """Headlines as links to them say them."""
        titles: set[str] = set()
        for page in self.pages:
            end = shapes.title_end(page.title)
            titles.add(folded(page.title.removesuffix(end) if end and end in title_ends else page.title))
        return titles - {""}

    def _title_ends(self) -> dict[str, int]:
        counts = Counter(end for page in self.pages if (end := shapes.title_end(page.title)))
        least = _least(AMID, len(self.pages))
        return _sorted({end: count for end, count in counts.items() if count >= least})


def _first_own(paragraphs: Iterable[str], known: Known) -> str:
    """The first paragraph that is no furniture; "" when there is none."""
    for line in paragraphs:
        if len(line) > LONGEST:
            return line
        if line in known.lines or rule_for(line, head=True, tail=True) is not None:
            continue
        # Mostly nothing of a kind is known, and finding the part of each line is the longer work.
        if known.masks and shapes.masked(line) in known.masks:
            continue
        if known.ends and shapes.end_of(line) in known.ends:
            continue
        if not known.starts or shapes.start_of(line) not in known.starts:
            return line
    return ""


def _put(found: dict[str, list[int]], part: str | None, number: int) -> None:
    if part is None:
        return
    numbers = found.setdefault(part, [])
    if not numbers or numbers[-1] != number:
        numbers.append(number)


def _sorted(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
