"""What articles are filtered by: date, source and section, as arrays beside the index, so that no article is read."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.errors import SettingError
from topics.records import Article
from topics.strings import StringTable

UNDATED = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles to list.  Dates are RFC 3339 or YYYY-MM-DD, ends included; an undated article passes neither.

    sources, sections : any of them, without regard to case.  Empty means all.  not_sources : none of these.
    """

    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    not_sources: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources or self.sections or self.not_sources)


# Every article there is.
ALL = Filters()


def seconds(date: str | None) -> int:
    """Seconds since 1970 of an article's date; UNDATED for none.  A day counts from its first second."""
    if date is None:
        return UNDATED
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return UNDATED
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def limit(date: str, name: str, *, end: bool = False) -> int:
    """A filter's date as seconds; with `end`, the last second of a day, month or year named."""
    text = date.strip()
    for form, months in (("%Y", 12), ("%Y-%m", 1)):
        try:
            first = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        month = first.month - 1 + months
        after = first.replace(year=first.year + month // 12, month=month % 12 + 1) if first.year < 9999 else first
        return int(after.timestamp()) - 1 if end else int(first.timestamp())
    value = seconds(text)
    if value == UNDATED:
        raise SettingError(f"{name}: {date!r} is not a date; write 2026-03-04, 2026-03, 2026 or 2026-03-04T06:30:00Z")
    return value + int(timedelta(days=1).total_seconds()) - 1 if end and len(text) <= 10 else value


@dataclass(frozen=True, slots=True)
class Facets:
    """Of a segment's articles: dates (int64 seconds, UNDATED for none), numbered sources and sections (-1 for none)."""

    dates: NDArray[np.int64]
    source: NDArray[np.int32]
    section: NDArray[np.int32]
    sources: StringTable
    sections: StringTable

    @classmethod
    def build(cls, articles: Iterable[Article]) -> Facets:
        """The facets of articles in their order."""
        builder = FacetsBuilder()
        for article in articles:
            builder.add(article)
        return builder.facets()

    def mask(self, filters: Filters) -> NDArray[np.bool_]:
        """bool (n_articles,): the article passes."""
        passes = np.ones(len(self.dates), np.bool_)
        if filters.since is not None:
            passes &= self.dates >= max(limit(filters.since, "since"), UNDATED + 1)
        if filters.until is not None:
            passes &= (self.dates <= limit(filters.until, "until", end=True)) & (self.dates != UNDATED)
        for wanted, names, numbers in (
            (filters.sources, self.sources, self.source),
            (filters.sections, self.sections, self.section),
        ):
            if wanted:
                folded = {name.casefold() for name in wanted}
                passes &= np.isin(numbers, [i for i, name in enumerate(names) if name.casefold() in folded])
        if filters.not_sources:
            folded = {name.casefold() for name in filters.not_sources}
            passes &= ~np.isin(self.source, [i for i, name in enumerate(self.sources) if name.casefold() in folded])
        return passes

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {
            "dates": self.dates,
            "source": self.source,
            "section": self.section,
            "sources": self.sources.data,
            "source_offsets": self.sources.offsets,
            "sections": self.sections.data,
            "section_offsets": self.sections.offsets,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Facets:
        """The facets that `arrays` gave."""
        return cls(
            arrays["dates"],
            arrays["source"],
            arrays["section"],
            StringTable(arrays["sources"], arrays["source_offsets"]),
            StringTable(arrays["sections"], arrays["section_offsets"]),
        )


class FacetsBuilder:
    """The facets of articles that come one after the other."""

    def __init__(self) -> None:
        self._dates, self._source, self._section = array("q"), array("i"), array("i")
        self._sources: dict[str, int] = {}
        self._sections: dict[str, int] = {}

    def add(self, article: Article) -> None:
        """The next article."""
        source, section = article.source, article.section
        self._dates.append(seconds(article.date))
        self._source.append(-1 if source is None else self._sources.setdefault(source, len(self._sources)))
        self._section.append(-1 if section is None else self._sections.setdefault(section, len(self._sections)))

    def facets(self) -> Facets:
        """Of all that came."""
        return Facets(
            np.array(self._dates, np.int64),
            np.array(self._source, np.int32),
            np.array(self._section, np.int32),
            StringTable.pack(self._sources),
            StringTable.pack(self._sections),
        )


def names_held(names: StringTable, numbers: NDArray[np.int32], removed: NDArray[np.int64]) -> list[str]:
    """Names that some article has.  numbers : int32 (n_articles,), each article's.  removed : rows that are gone."""
    if not len(removed):
        return names.to_list()
    held = np.bincount(np.delete(numbers, removed) + 1, minlength=len(names) + 1)[1:]
    return [name for name, articles in zip(names, held, strict=True) if articles]


def check_known(filters: Filters, facets: Sequence[Facets], removed: Sequence[NDArray[np.int64]]) -> None:
    """Raises SettingError when a filter names a source or section that no article has; it says the nearest.

    removed : of each of `facets`, the rows that are gone.
    """
    for name, wanted, columns in (
        ("source", filters.sources + filters.not_sources, [(facet.sources, facet.source) for facet in facets]),
        ("section", filters.sections, [(facet.sections, facet.section) for facet in facets]),
    ):
        if not wanted:
            continue
        found = {value for column, gone in zip(columns, removed, strict=True) for value in names_held(*column, gone)}
        known = {
            value.casefold(): value for value in sorted(found, reverse=True)
        }  # of several cases one, always the same
        for value in wanted:
            if value.casefold() not in known:
                near = get_close_matches(value.casefold(), known, n=1, cutoff=0.4)
                has = (
                    f"did you mean {known[near[0]]!r}?"
                    if near
                    else f"there are: {', '.join(sorted(known.values())[:12])}"
                )
                raise SettingError(f"no article has the {name} {value!r}; {has if known else f'none has a {name}'}")


def grouped(facets: Sequence[Facets], group: str | None) -> tuple[NDArray[np.int32], list[str]]:
    """The source or section of every article over all segments, and the names: int32 (n_articles,), -1 for none."""
    if group not in (None, "source", "section"):
        raise SettingError(f"group must be source or section; it is {group!r}")
    names: dict[str, int] = {}
    numbers = []
    for facet in facets:
        own = np.full(len(facet.dates), -1, np.int32)
        if group is not None:
            table, own = (facet.sources, facet.source) if group == "source" else (facet.sections, facet.section)
            places = np.array([names.setdefault(name, len(names)) for name in table] + [-1], np.int32)
            own = places[own]  # -1 reads the last place, which is -1
        numbers.append(own)
    return np.concatenate(numbers) if numbers else np.zeros(0, np.int32), list(names)
