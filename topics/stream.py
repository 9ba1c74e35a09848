"""Later articles find their stories: one that is there, or a new one.  A story keeps its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.facets import UNDATED
from topics.graph import CANDIDATES, matrix
from topics.index import Index, Rows
from topics.segment import Segment
from topics.stories import COMMON, DAY, DECAY, EDGE, KEPT, NEIGHBOURS, PULL, SPREAD, without
from topics.vocabulary import TOPIC_BASE

# A later article joins a story from this mean cosine on; .16 to .20 are equal.
JOINED_LATER = 0.18
# Articles of a story that a later one is compared with, spread over its time.
COMPARED = 50

Vector = NDArray[np.float64]


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
        self._indexes = [part.index for part in parts]
        self._starts = np.concatenate([[0], np.cumsum([len(index) for index in self._indexes])])
        self._dates = np.concatenate([part.dates for part in parts])
        self._stories = np.concatenate([part.stories for part in parts])
        terms = [index.posting_terms[index.posting_terms < TOPIC_BASE] for index in self._indexes]
        self._n_terms = 1 + max((int(held[-1]) for held in terms if len(held)), default=-1)
        held_by = np.zeros(self._n_terms, np.int64)
        for index, held in zip(self._indexes, terms, strict=True):
            held_by[held] += np.diff(index.posting_starts)[: len(held)]
        self._common = held_by > COMMON
        self._next = first_free
        self._order = np.argsort(self._stories, kind="stable")
        self._cuts = np.searchsorted(self._stories[self._order], np.arange(first_free + 1))
        self._joined: dict[int, list[int]] = {}
        self._stands: dict[int, Stand] = {}

    def run(self, order: NDArray[np.int64]) -> NDArray[np.int32]:
        """The stories of the last part, whose rows without one find theirs in this order."""
        first = int(self._starts[-2])
        for row in (first + order).tolist():
            story = self._find(row)
            if story is None:
                story, self._next = self._next, self._next + 1
            self._stories[row] = story
            self._joined.setdefault(story, []).append(row)
            self._stands.pop(story, None)
        return self._stories[first:]

    def _find(self, row: int) -> int | None:
        """The nearest story of an article, if one is near enough; ties go to the older."""
        own = query = self._rows([row]).toarray().ravel()
        near, scores = self._neighbours(query, row)
        pull = scores >= PULL
        if pull.any():
            query = shortened(query + (scores[pull] / scores[pull].sum()) @ self._rows(near[pull].tolist()))
        best: tuple[float, int | None] = (0.0, None)
        for story in sorted(set(self._stories[near[scores >= EDGE]].tolist())):
            stand = self._stand(story)
            mean = float((stand.moved @ query)[0])
            if mean >= JOINED_LATER and mean > best[0] and stand.spread_with(own) >= SPREAD:
                best = mean, story
        return best[1]

    def _neighbours(self, query: Vector, row: int) -> tuple[NDArray[np.int64], Vector]:
        """The nearest articles that have a story, and their cosines, less for the days between."""
        found, partial = self._candidates(query)
        there = (self._stories[found] >= 0) & (found != row)
        found, partial = found[there], partial[there]
        found = found[np.lexsort((found, -partial))[: CANDIDATES * NEIGHBOURS]]
        scores = self._rows(found.tolist()) @ query
        best = np.lexsort((found, -scores))[:NEIGHBOURS]
        found, scores = found[best], scores[best]
        dates, own = self._dates[found], self._dates[row]
        dated = (dates != UNDATED) & (own != UNDATED)
        apart = np.where(dated, np.abs(dates / DAY - own / DAY), 0)
        return found, scores * np.exp(-apart / DECAY)

    def _candidates(self, query: Vector) -> tuple[NDArray[np.int64], Vector]:
        """Articles that share a term with the query, and what those terms add up to."""
        terms = np.flatnonzero(query).astype(np.int32)
        places = []
        for index in self._indexes:
            place = np.searchsorted(index.posting_terms, terms)
            held = place < len(index.posting_terms)
            held[held] = index.posting_terms[place[held]] == terms[held]
            place[~held] = -1
            places.append(place)
        rows: list[NDArray[Any]] = [np.zeros(0, np.int64)]
        parts: list[Vector] = [np.zeros(0)]
        for start, index, place in zip(self._starts, self._indexes, places, strict=False):
            for i in np.flatnonzero(place >= 0):
                part = slice(int(index.posting_starts[place[i]]), int(index.posting_starts[place[i] + 1]))
                rows.append(start + index.posting_rows[part])
                parts.append(query[terms[i]] * index.posting_values[part])
        found, inverse = np.unique(np.concatenate(rows), return_inverse=True)
        return found.astype(np.int64), np.bincount(inverse, np.concatenate(parts), len(found)).astype(np.float64)

    def _stand(self, story: int) -> Stand:
        """How a story stands by now."""
        if story not in self._stands:
            known = story + 1 < len(self._cuts)
            first = self._order[self._cuts[story] : self._cuts[story + 1]].tolist() if known else []
            members = [*first, *self._joined.get(story, ())]
            size = len(members)
            if size > COMPARED:
                members = [members[i] for i in np.linspace(0, size - 1, COMPARED).astype(int)]
            self._stands[story] = Stand.of(self._rows(members), size)
        return self._stands[story]

    def _rows(self, rows: Sequence[int]) -> Any:
        """The words of some articles but the common ones: CSR of unit rows."""
        parts = []
        for row in rows:
            place = int(np.searchsorted(self._starts, row, side="right")) - 1
            parts.append(self._indexes[place].rows.take(np.array([row - self._starts[place]])))
        none = Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
        return without(matrix(Rows.join([none, *parts]), n_terms=self._n_terms), self._common)


@dataclass(frozen=True, slots=True)
class Stand:
    """A story: its mean row, its mean row when each article is moved towards the story (CSR (1, n_terms)), how many
    articles it has, and the mean cosine of its pairs."""

    mean: Any
    moved: Any
    size: int
    spread: float

    @classmethod
    def of(cls, X: Any, size: int) -> Stand:
        """Of some articles of a story of `size`.  X : CSR of unit rows."""
        n = X.shape[0]
        if n == 1:
            return cls(X, X, size, 1.0)
        mean = np.asarray(X.mean(axis=0)).ravel()
        square = float(mean @ mean)
        # |x + mean| for unit rows x
        lengths = np.sqrt(1 + 2 * (X @ mean) + square)
        moved = (X.T @ (1 / lengths) + mean * (1 / lengths).sum()) / n
        return cls(sparse.csr_matrix(mean), sparse.csr_matrix(moved), size, (n * square - 1) / (n - 1))

    def spread_with(self, row: Vector) -> float:
        """The mean cosine of all pairs when an article joins.  row : float64 (n_terms,), of unit length."""
        return ((self.size - 1) * self.spread + 2 * float((self.mean @ row)[0])) / (self.size + 1)


def shortened(vector: Vector) -> Vector:
    """Its KEPT largest values, of unit length."""
    if np.count_nonzero(vector) > KEPT:
        vector = np.where(vector >= np.partition(vector, len(vector) - KEPT)[len(vector) - KEPT], vector, 0)
    return np.asarray(vector / np.linalg.norm(vector), np.float64)
