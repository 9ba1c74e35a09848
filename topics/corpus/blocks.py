"""Many records at once: what each goes through in Builder.build, done column by column.

The records of a file are nearly all alike, and most of the time of reading short ones is not the work but the steps
between.  A block with a record that is not as usual is left to Builder.build, record by record, so that there is one
place that knows what to do with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from topics.corpus import dates
from topics.corpus.articles import NO_EXTRA, BadRecord, Builder, authors_of, line_ends, line_of, string_of
from topics.corpus.fields import Plan
from topics.corpus.ids import made_id
from topics.records import Article, drafted

Column = Sequence[Any]


@dataclass(slots=True)
class Block:
    """One or more records that follow each other.

    shapes : their sets of keys, in the order of appearance.  columns : the values by key, None for a record without it.
    rows : the records, None where they are no dicts yet and of one shape.  shape_of : each record's shape, where there
    are several.  offsets : how many lines below the block's own each stands; None where each is a line.
    """

    shapes: Sequence[tuple[str, ...]]
    columns: Mapping[str, Column]
    rows: Sequence[dict[str, Any]] | None = None
    shape_of: Sequence[tuple[str, ...]] = ()
    offsets: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.rows is None else len(self.rows)

    def records(self, line: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line, record) of each, as if it had come alone.  line : of the block."""
        rows = self.rows
        if rows is None:
            keys = self.shapes[0]
            rows = [dict(zip(keys, row, strict=True)) for row in zip(*self.columns.values(), strict=True)]
        return zip((line + below for below in self.offsets or range(len(rows))), rows, strict=True)

    def last(self, line: int) -> int:
        """The line where the last record stands."""
        return line + (self.offsets[-1] if self.offsets else len(self) - 1)


def block_of(rows: Sequence[dict[str, Any]]) -> Block:
    """The block of at least one record, each on a line of its own."""
    shape_of = list(map(tuple, rows))
    first = shape_of[0]
    if first and shape_of.count(first) == len(rows):
        return Block([first], dict(zip(first, zip(*map(dict.values, rows), strict=True), strict=True)), rows)
    shapes = list(dict.fromkeys(shape_of))
    keys = dict.fromkeys(key for shape in shapes for key in shape)
    columns = {key: list(map(dict.get, rows, repeat(key))) for key in keys}
    return Block(shapes, columns, rows, shape_of)


class _Unusual(Exception):
    """A record that Builder.build is to look at."""


def articles_of(block: Block, builder: Builder) -> list[Article] | None:
    """What Builder.build makes of one record after the other; None, and no id is taken, where one is not as usual."""
    plans = [builder.plan(shape) for shape in block.shapes]
    try:
        columns = [None if key is None else block.columns[key] for key in _common(plans)]
        return _built(columns, _extras(block, plans), builder)
    except (_Unusual, BadRecord):
        return None


def _common(plans: list[Plan]) -> list[str | None]:
    """The key of each field in all shapes."""
    if any(plan.spare for plan in plans):
        raise _Unusual
    first, *others = {plan.keys for plan in plans}
    common = list(first)
    for keys in others:
        for at, key in enumerate(keys):
            if key is not None and key != common[at]:
                if common[at] is not None:
                    raise _Unusual
                common[at] = key
    return common


def _extras(block: Block, plans: list[Plan]) -> Iterable[Mapping[str, Any]]:
    """All other keys of each record."""
    if not any(plan.extra for plan in plans):
        return repeat(NO_EXTRA)
    if block.rows is not None and block.shape_of:
        extra_of = {shape: plan.extra for shape, plan in zip(block.shapes, plans, strict=True)}
        extras: list[dict[str, Any]] = []
        for shape, row in zip(block.shape_of, block.rows, strict=True):
            extra = {}  # a comprehension would be a call
            for key in extra_of[shape]:
                extra[key] = row[key]
            extras.append(extra)
        return extras
    first, *others = plans[0].extra
    extras = [{first: value} for value in block.columns[first]]  # dict(zip(...)) takes three times as long
    for key in others:
        for extra, value in zip(extras, block.columns[key], strict=True):
            extra[key] = value
    return extras


def _built(columns: list[Column | None], extras: Iterable[Mapping[str, Any]], builder: Builder) -> list[Article]:
    """columns : in the order of FIELDS, None for a field that no record has.  The steps of Builder.build."""
    given, titled, told, when, source, section, url, authors, lang = columns
    if told is None and titled is None:
        raise _Unusual
    texts = _texts(told) if told is not None else [""] * len(titled or ())
    titles = _titles(titled) if titled is not None else [""] * len(texts)
    if not all(texts) and not all(title or text for title, text in zip(titles, texts, strict=True)):
        raise _Unusual
    days = _dates(when, builder.day_first)
    sources, sections, urls, langs = map(_lines, (source, section, url, lang), ("source", "section", "url", "lang"))
    people = repeat(()) if authors is None else list(map(authors_of, authors))
    ids = _stripped(given, "id") if given is not None else list(map(made_id, urls, titles, texts))
    if not all(ids) or not builder.ids.all_new(ids):
        raise _Unusual
    return drafted(ids, titles, texts, days, sources, sections, urls, people, langs, extras)


def _texts(values: Column) -> list[str]:
    texts = [value if type(value) is str else string_of(value, "text", "\n\n") for value in values]
    if any(["\r" in text for text in texts]):  # noqa: C419 - a list takes half the time
        texts = list(map(line_ends, texts))
    return ["" if text.isspace() else text for text in texts]


def _titles(values: Column) -> list[str]:
    titles = _stripped(values, "title")
    return list(map(line_ends, titles)) if any(["\r" in title for title in titles]) else titles  # noqa: C419 - as above


def _stripped(values: Column, field: str) -> list[str]:
    try:
        return list(map(str.strip, values))
    except TypeError:  # not all are strings
        return [line_of(value, field) or "" for value in values]


def _lines(values: Column | None, field: str) -> Iterable[str | None]:
    if values is None:
        return repeat(None)
    lines = _stripped(values, field)
    return lines if all(lines) else [line or None for line in lines]


def _dates(values: Column | None, day_first: bool | None) -> Iterable[str | None]:
    if values is None:
        return repeat(None)
    given = values if None not in values else ["" if value is None else value for value in values]
    try:
        found = dates.parse_all(given, day_first)
    except TypeError:  # one is a number
        raise _Unusual from None
    if None in found and any(date is None and value for date, value in zip(found, given, strict=True)):
        raise _Unusual
    return found
