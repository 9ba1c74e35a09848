"""What a corpus taught about the pages of its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from topics.corpus.cleaning.lines import group_of
from topics.records import Article, Row


@dataclass(frozen=True, slots=True)
class Known:
    """The furniture of one source: each line or part, and how many of the articles looked at have it.

    articles : how many were looked at.  lines : whole lines.  masks : lines with times, dates and years as 00:00.
    starts : labels before a headline.  ends : of open lines, naming the outlet.  openings, endings : sentences at the
    beginning of the first and the end of the last paragraph.  titles : ends of titles.
    """

    articles: int = 0
    lines: Mapping[str, int] = field(default_factory=dict)
    masks: Mapping[str, int] = field(default_factory=dict)
    starts: Mapping[str, int] = field(default_factory=dict)
    ends: Mapping[str, int] = field(default_factory=dict)
    openings: Mapping[str, int] = field(default_factory=dict)
    endings: Mapping[str, int] = field(default_factory=dict)
    titles: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(getattr(self, part) for part in PARTS)

    def row(self) -> Row:
        """JSON values; parts without an entry are left out."""
        found = {part: dict(getattr(self, part)) for part in PARTS if getattr(self, part)}
        return {"articles": self.articles, **found}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Known:
        """Raises ValueError when the row is not one that ``row`` made."""
        parts = {part: row.get(part, {}) for part in PARTS}
        if type(row.get("articles")) is not int or not all(map(_is_counts, parts.values())):
            raise ValueError("furniture: a source must hold a number of articles, and lines with their numbers")
        return cls(row["articles"], **parts)


PARTS = tuple(part.name for part in fields(Known))[1:]


def _is_counts(value: object) -> bool:
    return isinstance(value, dict) and all(type(k) is str and type(n) is int for k, n in value.items())


@dataclass(frozen=True)
class Furniture:
    """What was learned, by source (see lines.group_of).

    An article of a source that the corpus does not have gets no learned cut.  One without source and URL (a pasted
    query) is held against the whole lines of all sources.
    """

    sources: Mapping[str, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lines: dict[str, int] = {}
        for known in self.sources.values():
            for line, count in known.lines.items():
                lines[line] = lines.get(line, 0) + count
        own = self.sources.get("", Known())
        parts = {part: getattr(own, part) for part in PARTS if part != "lines"}
        anywhere = Known(sum(known.articles for known in self.sources.values()), lines, **parts)
        object.__setattr__(self, "_anywhere", anywhere if anywhere else None)

    def of(self, article: Article) -> Known | None:
        """What is known of the article's source; None when that is nothing."""
        group = group_of(article)
        if group:
            return self.sources.get(group)
        anywhere: Known | None = self._anywhere  # type: ignore[attr-defined] # set above; no field, for it is derived
        return anywhere

    def row(self) -> Row:
        """JSON values, sources in order."""
        return {"sources": {source: self.sources[source].row() for source in sorted(self.sources)}}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Furniture:
        """Raises ValueError when the row is not one that ``row`` made."""
        sources = row.get("sources") if isinstance(row, dict) else None
        if not isinstance(sources, dict) or not all(isinstance(known, dict) for known in sources.values()):
            raise ValueError('furniture: "sources" must be an object of objects')
        return cls({source: Known.from_row(known) for source, known in sources.items()})
