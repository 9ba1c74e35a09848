"""Later articles find their stories: one that is there, or a new one.  A story keeps its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topics.facets import UNDATED
from topics.graph import CANDIDATES
from topics.index import Index, Rows
from topics.segment import Segment
from topics.steady import LEAST, nearness, steady
from topics.stories import COMMON, DAY, DECAY, EDGE, KEPT, NEIGHBOURS, PULL, SPREAD
from topics.vocabulary import TOPIC_BASE

# A later article joins a story from this mean cosine on; .16 to .20 are equal.
JOINED_LATER = 0.18
# Articles of a story that a later one is compared with, spread over its time.
COMPARED = 50

Vector = NDArray[np.float64]
# Ascending terms, and their values.
Sparse = tuple[NDArray[np.int32], Vector]


def join(known: Sequence[Segment], rows: Rows, dates: NDArray[np.int64], kept: NDArray[np.int32]) -> NDArray[np.int32]:
    """The stories of later articles, each in turn by date: int32 (n_new,).

    known : the segments there are.  rows : look-up rows of the new articles.  dates : theirs.  kept : int32
    (n_new,), the story of an article that replaces another, -1 for one that is new.  The work for an article hardly
    depends on how many there are.
    """
    parts = [Part(s.index, s.facets.dates, gone(s)) for s in known]
    stream = Stream([*parts, Part(Index.build(rows), dates, kept)], next_number(known))
    order = np.lexsort((np.arange(len(rows)), dates))
    return stream.run(order[kept[order] < 0])


def next_number(known: Sequence[Segment]) -> int:
    """The first number that no story has, be it of articles that are gone."""
    return 1 + max((int(segment.stories.max(initial=-1)) for segment in known), default=-1)


def gone(segment: Segment) -> NDArray[np.int32]:
    """The stories of a segment's articles, -1 for those that are gone."""
    stories = np.array(segment.stories)
    stories[segment.removed] = -1
    return stories


@dataclass(frozen=True, slots=True)
class Part:
    """Some articles.  stories : int32, -1 for those that have none."""

    index: Index
    dates: NDArray[np.int64]
    stories: NDArray[np.int32]


class Stream:
    """Articles of which those of the last part find their stories one after the other.

    first_free : the number of the next story.
    """

    def __init__(self, parts: Sequence[Part], first_free: int) -> None:
        self._dates = np.concatenate([part.dates for part in parts])
        self._words = Words([part.index for part in parts], self._dates)
        self._first = sum(len(part.index) for part in parts[:-1])
        self._stories = np.concatenate([part.stories for part in parts])
        self._next = first_free
        self._order = np.argsort(self._stories, kind="stable")
        self._cuts = np.searchsorted(self._stories[self._order], np.arange(first_free + 1))
        self._joined: dict[int, list[int]] = {}
        self._stands: dict[int, Stand] = {}

    def run(self, order: NDArray[np.int64]) -> NDArray[np.int32]:
        """The stories of the last part, whose rows without one find theirs in this order."""
        for row in (self._first + order).tolist():
            story = self._find(row)
            if story is None:
                story, self._next = self._next, self._next + 1
            self._stories[row] = story
            self._joined.setdefault(story, []).append(row)
            self._stands.pop(story, None)
        return self._stories[self._first :]

    def _find(self, row: int) -> int | None:
        """The nearest story of an article, if one is near enough; ties go to the older."""
        own = first(self._words.rows(np.array([row])))
        near, scores = self._neighbours(own, row)
        moved = own
        pull = scores >= PULL
        if pull.any():
            moved = shortened(added(own, self._words.rows(near[pull]), scores[pull] / scores[pull].sum()))
        stories = sorted(set(self._stories[near[scores >= EDGE]].tolist()))
        if not stories:
            return None
        stands = [self._stand(story) for story in stories]
        means = self._words.products([stand.moved for stand in stands], moved)
        spreads = [
            stand.spread_with(mean)
            for stand, mean in zip(stands, self._words.products([s.mean for s in stands], own), strict=True)
        ]
        means = np.where(np.array(spreads) >= SPREAD, means, 0)
        return stories[int(np.argmax(means))] if means.max() >= JOINED_LATER else None

    def _neighbours(self, own: Sparse, row: int) -> tuple[NDArray[np.int64], Vector]:
        """The nearest articles that have a story, and their cosines, less for the days between."""
        found, partial = self._words.candidates(own)
        there = (self._stories[found] >= 0) & (found != row)
        found, partial = found[there], partial[there]
        found = found[np.lexsort((found, -partial))[: CANDIDATES * NEIGHBOURS]]
        scores = self._words.products(self._words.rows(found), own)
        best = np.lexsort((found, -scores))[:NEIGHBOURS]
        found, scores = found[best], scores[best]
        dates, date = self._dates[found], self._dates[row]
        dated = (dates != UNDATED) & (date != UNDATED)
        apart = np.where(dated, np.abs(dates / DAY - date / DAY), 0)
        return found, scores * np.exp(-apart / DECAY)

    def _stand(self, story: int) -> Stand:
        """How a story stands by now."""
        if story not in self._stands:
            known = story + 1 < len(self._cuts)
            before = self._order[self._cuts[story] : self._cuts[story + 1]].tolist() if known else []
            members = np.array([*before, *self._joined.get(story, ())], np.int64)
            size = len(members)
            if size > COMPARED:
                members = members[np.linspace(0, size - 1, COMPARED).astype(int)]
            rows = self._words.rows(members)
            self._stands[story] = Stand.of(rows, size, self._words.steady(rows.terms))
        return self._stands[story]


class Words:
    """The terms of the articles of several indexes, but those that very many articles hold.

    dates : int64 (n_articles,) seconds, UNDATED for none.  Nothing here takes longer for more articles or a larger
    vocabulary, but to begin with.
    """

    def __init__(self, indexes: Sequence[Index], dates: NDArray[np.int64]) -> None:
        self._indexes, self._dates = indexes, dates
        self._starts = np.concatenate([[0], np.cumsum([len(index) for index in indexes])])
        terms = [index.posting_terms[index.posting_terms < TOPIC_BASE] for index in indexes]
        n_terms = 1 + max((int(held[-1]) for held in terms if len(held)), default=-1)
        held_by = np.zeros(n_terms, np.int64)
        for index, held in zip(indexes, terms, strict=True):
            held_by[held] += np.diff(index.posting_starts)[: len(held)]
        self._kept = held_by <= COMMON
        # what is known of how a term comes, and asked only of those that are met
        self._everywhere = nearness(dates)
        self._steady = np.zeros(n_terms, np.bool_)
        self._asked = (held_by < LEAST) | ~self._kept
        self._full = np.zeros(n_terms)  # one row spread out, zeros between calls

    def rows(self, numbers: NDArray[np.int64]) -> Rows:
        """Some articles in this order, rows of unit length.  numbers : int64, they run over all indexes."""
        places = np.searchsorted(self._starts, numbers, side="right") - 1
        parts, at = [], []
        for place in np.unique(places).tolist():
            here = np.flatnonzero(places == place)
            parts.append(self._indexes[place].rows.take(numbers[here] - self._starts[place]))
            at.append(here)
        if len(parts) != 1:
            none = Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
            found = Rows.join([none, *parts]).take(np.argsort(np.concatenate([*at, np.zeros(0, np.int64)])))
        else:
            found = parts[0]
        kept = found.terms < TOPIC_BASE
        kept[kept] = self._kept[found.terms[kept]]
        starts = np.concatenate([[0], np.cumsum(kept)])[found.starts]
        values = found.values[kept]
        row = np.repeat(np.arange(len(numbers)), np.diff(starts))
        length = np.sqrt(np.bincount(row, values.astype(np.float64) ** 2, len(numbers)))
        return Rows(starts, found.terms[kept], (values / length[row]).astype(np.float32))

    def steady(self, terms: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Which of some terms come at one rate: bool (n,)."""
        new = np.unique(terms[~self._asked[terms]])
        if len(new):
            places, rows, _ = self._postings(new)
            found = steady(places, self._dates[rows], len(new), self._everywhere)
            self._steady[new], self._asked[new] = found, True
        return self._steady[terms]

    def products(self, rows: Rows | Sequence[Sparse], with_row: Sparse) -> Vector:
        """The products of several rows with one: float64 (n_rows,)."""
        if not isinstance(rows, Rows):
            starts = np.concatenate([[0], np.cumsum([len(terms) for terms, _ in rows])])
            rows = Rows(starts, np.concatenate([terms for terms, _ in rows]), np.concatenate([v for _, v in rows]))
        self._full[with_row[0]] = with_row[1]
        parts = rows.values * self._full[rows.terms]
        self._full[with_row[0]] = 0
        return np.bincount(numbers_of(rows), parts, len(rows)).astype(np.float64)

    def candidates(self, row: Sparse) -> tuple[NDArray[np.int64], Vector]:
        """Articles that share a term with a row, and what those terms add up to."""
        places, rows, values = self._postings(row[0])
        found, inverse = np.unique(rows, return_inverse=True)
        return found, np.bincount(inverse, row[1][places] * values, len(found)).astype(np.float64)

    def _postings(self, terms: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64], Vector]:
        """The place among some terms, the article and the value of each time that an article holds one of them."""
        places, rows, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
        for start, index in zip(self._starts.tolist(), self._indexes, strict=False):
            at = np.searchsorted(index.posting_terms, terms)
            held = np.flatnonzero(at < len(index.posting_terms))
            held = held[index.posting_terms[at[held]] == terms[held]]
            for place, where in zip(held.tolist(), at[held].tolist(), strict=True):
                part = slice(int(index.posting_starts[where]), int(index.posting_starts[where + 1]))
                rows.append(start + index.posting_rows[part].astype(np.int64))
                values.append(np.asarray(index.posting_values[part], np.float64))
                places.append(np.full(len(rows[-1]), place))
        return np.concatenate(places), np.concatenate(rows), np.concatenate(values)


@dataclass(frozen=True, slots=True)
class Stand:
    """A story: its mean row without steady terms, its mean row when each article is moved towards the story, how many
    articles it has, and the mean product of its pairs without steady terms."""

    mean: Sparse
    moved: Sparse
    size: int
    spread: float

    @classmethod
    def of(cls, rows: Rows, size: int, steady: NDArray[np.bool_]) -> Stand:
        """Of some articles of a story of `size`.  rows : of unit length, or empty.  steady : of each of their terms."""
        n = len(rows)
        terms, place = np.unique(rows.terms, return_inverse=True)
        values = rows.values.astype(np.float64)
        told = np.where(steady, 0, values)
        mean = np.bincount(place, told, len(terms)) / n
        if n == 1:
            return cls((terms, mean), first(rows), size, 1.0)
        spread = (n * n * float(mean @ mean) - float(told @ told)) / (n * (n - 1))
        return cls((terms, mean), (terms, _moved(rows, values, place, len(terms))), size, spread)

    def spread_with(self, near: float) -> float:
        """The mean product of all pairs when an article joins.  near : its product with the mean row."""
        return ((self.size - 1) * self.spread + 2 * near) / (self.size + 1)


def _moved(rows: Rows, values: Vector, place: NDArray[np.int64], n_terms: int) -> Vector:
    """The mean of rows that are moved towards their mean: float64 (n_terms,).  place : the term of each value."""
    n, row = len(rows), numbers_of(rows)
    mean = np.bincount(place, values, n_terms) / n
    own = np.bincount(row, values**2, n)  # 1, or 0 for an article without terms
    # |x + mean| for each row x
    lengths = np.sqrt(own + 2 * np.bincount(row, values * mean[place], n) + float(mean @ mean))
    lengths[lengths == 0] = 1
    return np.asarray((np.bincount(place, values / lengths[row], n_terms) + mean * (1 / lengths).sum()) / n)


def numbers_of(rows: Rows) -> NDArray[np.int64]:
    """The row of each value."""
    return np.repeat(np.arange(len(rows)), np.diff(rows.starts))


def first(rows: Rows) -> Sparse:
    """The first of some rows."""
    terms, values = rows.row(0)
    return terms, values.astype(np.float64)


def added(row: Sparse, rows: Rows, weights: Vector) -> Sparse:
    """A row plus others, each times its weight."""
    terms, place = np.unique(np.concatenate([row[0], rows.terms]), return_inverse=True)
    values = np.concatenate([row[1], rows.values * weights[numbers_of(rows)]])
    return terms.astype(np.int32), np.bincount(place, values, len(terms)).astype(np.float64)


def shortened(row: Sparse) -> Sparse:
    """Its KEPT largest values (and all that tie with the last), of unit length."""
    terms, values = row
    if len(values) > KEPT:
        kept = values >= np.partition(values, len(values) - KEPT)[len(values) - KEPT]
        terms, values = terms[kept], values[kept]
    return terms, values / np.linalg.norm(values)
