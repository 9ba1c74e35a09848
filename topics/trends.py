"""Topics over time: how much of the news each one is, period by period, and which rise or fall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics import periods
from topics.errors import SettingError
from topics.facets import grouped
from topics.index import Rows
from topics.segment import Segment
from topics.tables import curve, dataframe, html

# A share of ten articles moves by a tenth with a single one of them.
LEAST_ARTICLES = 10
# A line through fewer points says nothing.
LEAST_PERIODS = 3
# Standard errors from which a slope is called rising or falling: of 20 topics that do not move, one in 20 corpora
# shows one by chance.
CLEAR = 3.0
# One article dated 1901 by mistake must not make a million rows.
_MOST_PERIODS = 5_000
# Groups that a notebook shows.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week, month or year.  first, last : its days.  articles : how many are in it; enough : to give a share."""

    period: str
    first: str
    last: str
    articles: int
    enough: bool

    def row(self) -> dict[str, Any]:
        return {
            "period": self.period,
            "first": self.first,
            "last": self.last,
            "articles": self.articles,
            "enough": self.enough,
        }


@dataclass(frozen=True, slots=True)
class Trend:
    """One topic over the periods, in all articles or in those of one group.

    shares : mean weight in each period, None where there are not enough articles.  counts : articles whose strongest
    topic it is.  share, count : the same over all articles, those without a date too.  change : what the fitted line
    gains from the first to the last period with enough articles, None with fewer than LEAST_PERIODS.  direction :
    "rising", "falling", "steady" or None.
    """

    topic: int
    label: str
    group: str | None
    share: float
    count: int
    shares: tuple[float | None, ...]
    counts: tuple[int, ...]
    change: float | None
    direction: str | None

    def row(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "label": self.label,
            "group": self.group,
            "share": self.share,
            "count": self.count,
            "change": self.change,
            "direction": self.direction,
            "shares": list(self.shares),
            "counts": list(self.counts),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """What trends are told for: all articles (``group`` None), or those of one source or section, dated or not."""

    group: str | None
    articles: int
    periods: tuple[Period, ...]
    topics: tuple[Trend, ...]

    def row(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "articles": self.articles,
            "periods": [period.row() for period in self.periods],
            "topics": [trend.row() for trend in self.topics],
        }


@dataclass(frozen=True, slots=True)
class Trends:
    """Topics over time.  undated : articles in no period because they bear no date.  groups : largest first."""

    by: str
    least: int
    undated: int
    groups: tuple[Group, ...]

    def row(self) -> dict[str, Any]:
        """Everything, as one object."""
        return {
            "by": self.by,
            "least": self.least,
            "undated": self.undated,
            "groups": [group.row() for group in self.groups],
        }

    def _repr_html_(self) -> str:
        parts = []
        for group in self.groups[:SHOWN]:
            name = f"<h4>{escape(group.group)}</h4>" if group.group is not None else ""
            rows = [
                {
                    "topic": t.topic,
                    "label": t.label,
                    "share": t.share,
                    "change": t.change,
                    "": t.direction,
                    "over time": t.shares,
                }
                for t in group.topics
            ]
            parts.append(f"{name}<p>{group.articles:,} articles by {self.by}</p>{html(rows, {'over time': curve})}")
        return "".join(parts)

    def to_dataframe(self, library: str | None = None) -> Any:
        """`rows` as a pandas DataFrame (polars where that is not installed, or when asked for)."""
        return dataframe(self.rows(), library)

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each group, period and topic: what a table is made of."""
        for group in self.groups:
            for place, period in enumerate(group.periods):
                for trend in group.topics:
                    yield {
                        "group": group.group,
                        "period": period.period,
                        "first": period.first,
                        "topic": trend.topic,
                        "label": trend.label,
                        "share": trend.shares[place],
                        "count": trend.counts[place],
                        "articles": period.articles,
                    }


@dataclass(frozen=True, slots=True)
class Weighed:
    """Articles as trends see them.

    starts, topics, weights : the topics of article i are ``topics[starts[i]:starts[i + 1]]``.  dates : int64 seconds.
    group : int32, the group of each article, -1 for none.  groups : their names.
    """

    starts: NDArray[np.int64]
    topics: NDArray[np.int32]
    weights: NDArray[np.float32]
    dates: NDArray[np.int64]
    group: NDArray[np.int32]
    groups: Sequence[str]

    @classmethod
    def make(cls, segments: Sequence[Segment], weights: Sequence[Rows], group: str | None) -> Weighed:
        """All segments as one.  weights : the topics of the articles of each.  group : "source", "section" or None."""
        facets = [segment.facets for segment in segments]
        numbers, names = grouped(facets, group)
        lengths = np.concatenate([np.diff(part.starts) for part in weights])
        return cls(
            np.concatenate([[0], np.cumsum(lengths)]),
            np.concatenate([part.terms for part in weights]),
            np.concatenate([part.values for part in weights]),
            np.concatenate([facet.dates for facet in facets]),
            numbers,
            names,
        )


def trends(
    articles: Weighed,
    labels: Sequence[str],
    passes: NDArray[np.bool_],
    undated: int,
    *,
    by: str | None = None,
    least: int = LEAST_ARTICLES,
) -> Trends:
    """Topics over time.

    passes : bool (n_articles,), which articles count.  undated : the date that means none.  by : "day", "week",
    "month" or "year", None for what suits the dates.  Raises SettingError.
    """
    if least < 1:
        raise SettingError(f"least must be at least 1; it is {least}")
    if by is not None:
        periods.check(by)
    dated = passes & (articles.dates != undated)
    by = by or periods.suitable(articles.dates[dated], least)
    # all groups share the periods, so that their curves can be laid beside each other
    found = np.full(len(dated), -1, np.int64)
    found[dated] = periods.numbers(articles.dates[dated], by)
    start = int(found[dated].min()) if dated.any() else 0
    number = np.where(dated, found - start, -1)
    n_periods = int(number.max(initial=-1)) + 1
    number[passes & ~dated] = n_periods  # behind the last period: they have a share in the whole, in no part of it
    if n_periods > _MOST_PERIODS:
        raise SettingError(
            f"{n_periods:,} {by}s from {periods.name(start, by)} on are more than {_MOST_PERIODS:,}; "
            "a date may be wrong: set since, or take longer periods"
        )
    every = [_group(None, articles, labels, number, start, n_periods, by, least)]
    if articles.groups:
        every = [
            _group(name, articles, labels, np.where(articles.group == i, number, -1), start, n_periods, by, least)
            for i, name in enumerate(articles.groups)
        ]
        every = sorted((group for group in every if group.articles), key=lambda group: (-group.articles, group.group))
    return Trends(by, least, int((passes & ~dated).sum()), tuple(every))


def _group(
    name: str | None,
    articles: Weighed,
    labels: Sequence[str],
    number: NDArray[np.int64],
    start: int,
    n_periods: int,
    by: str,
    least: int,
) -> Group:
    """number : the period of each article of the group, counted from `start`, n_periods for none; -1 for the others."""
    in_period = np.bincount(number[number >= 0], minlength=n_periods + 1)
    sums, squares, counts = _sums(articles, number, n_periods + 1, len(labels))
    n_articles = int(in_period.sum())
    whole, strongest = sums.sum(axis=1) / max(n_articles, 1), counts.sum(axis=1)
    in_period, sums, squares, counts = in_period[:-1], sums[:, :-1], squares[:, :-1], counts[:, :-1]
    enough = in_period >= least
    shares = sums / np.maximum(in_period, 1)
    # how far a share may be off because only so many articles were written
    spread = squares / np.maximum(in_period, 1) - shares**2
    spread = np.maximum(spread, 0) / np.maximum(in_period, 1)
    made = []
    for topic, label in enumerate(labels):
        change, direction = _direction(np.flatnonzero(enough), shares[topic, enough], spread[topic, enough])
        made.append(
            Trend(
                topic,
                label,
                name,
                float(whole[topic]),
                int(strongest[topic]),
                tuple(float(s) if e else None for s, e in zip(shares[topic], enough, strict=True)),
                tuple(counts[topic].tolist()),
                change,
                direction,
            )
        )
    told = tuple(
        Period(
            periods.name(start + i, by),
            periods.first_day(start + i, by).isoformat(),
            periods.last_day(start + i, by).isoformat(),
            int(in_period[i]),
            bool(enough[i]),
        )
        for i in range(n_periods)
    )
    return Group(name, n_articles, told, tuple(made))


def _sums(
    articles: Weighed, number: NDArray[np.int64], n_periods: int, n_topics: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Sums of weights and of their squares, and articles that are strongest in a topic: (n_topics, n_periods) each."""
    lengths = np.diff(articles.starts)
    owner = np.repeat(np.arange(len(lengths)), lengths)
    mine = number[owner] >= 0
    cell = articles.topics[mine].astype(np.int64) * n_periods + number[owner[mine]]
    weight = articles.weights[mine].astype(np.float64)
    shape = (n_topics, n_periods)
    size = n_topics * n_periods
    sums = np.bincount(cell, weight, size).reshape(shape).astype(np.float64)  # no weight at all gives integers
    squares = np.bincount(cell, weight**2, size).reshape(shape).astype(np.float64)
    # the strongest entry of each article comes first; equal weights go to the lower topic
    order = np.lexsort((articles.topics[mine], -weight, owner[mine]))
    first = np.unique(owner[mine][order], return_index=True)[1]
    counts = np.bincount(cell[order][first], minlength=size).reshape(shape).astype(np.int64)
    return sums, squares, counts


def _direction(
    places: NDArray[np.int64], shares: NDArray[np.float64], spread: NDArray[np.float64]
) -> tuple[float | None, str | None]:
    """What a straight line through the shares gains from end to end, and whether that is clear.

    spread : variance of each share.  The slope's error is the larger of what the spread and what the distances from
    the line give: news comes in bursts, and a burst is no trend.
    """
    if len(places) < LEAST_PERIODS:
        return None, None
    x = places - places.mean()
    slope = float(x @ shares / (x @ x))
    off = shares - shares.mean() - slope * x
    by_line = float(off @ off) / (len(x) - 2) / float(x @ x)
    by_spread = float((x**2) @ spread) / float(x @ x) ** 2
    error = max(by_line, by_spread) ** 0.5
    change = slope * float(places[-1] - places[0])
    if abs(slope) <= CLEAR * error or not change:
        return change, "steady"
    return change, "rising" if slope > 0 else "falling"


@dataclass(frozen=True, slots=True)
class Part:
    """A source or section and what it writes about.  articles : how many are its own.  shares : of each topic."""

    group: str
    articles: int
    shares: tuple[float, ...]

    def row(self) -> dict[str, Any]:
        return {"group": self.group, "articles": self.articles, "shares": list(self.shares)}


def compare(articles: Weighed, n_topics: int, passes: NDArray[np.bool_]) -> list[Part]:
    """The share of every topic in every group, the largest group first, whatever the dates."""
    number = np.where(passes, articles.group.astype(np.int64), -1)
    in_group = np.bincount(number[number >= 0], minlength=len(articles.groups))
    if not len(in_group):
        return []
    sums, _, _ = _sums(articles, number, len(articles.groups), n_topics)
    shares = sums / np.maximum(in_group, 1)
    made = [
        Part(name, int(in_group[i]), tuple(shares[:, i].tolist()))
        for i, name in enumerate(articles.groups)
        if in_group[i]
    ]
    return sorted(made, key=lambda part: (-part.articles, part.group))
