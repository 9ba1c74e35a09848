"""Segments: articles that came together, the arrays they are looked up by, and when neighbours are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topics.drift import Familiarity
from topics.duplicates import Hashes, Runs
from topics.facets import ALL, Facets, Filters, check_known
from topics.index import Index, Row, Rows
from topics.later import LaterTerms

# No merge makes a segment of more articles than this: writing so many again takes a few seconds, and a million added
# articles lie in at most a hundred segments. Whatever was fitted or added at once may be larger, and is left alone.
LARGEST = 20_000
# Neighbours are joined while the older is at most so many times the younger: added 300 at a time, an article is
# written five times until its segment is full, and 900,000 lie in 57 segments (1: 4.5 times; 3: 6.3 times, as many).
RATIO = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """Articles that came together.

    weights : topics of each article, each row summing to 1 or empty.  later : terms that neither the vocabulary nor
    an earlier segment holds.  runs : by which copies are found.  stories : int32, the number of each article's story;
    numbers run over all segments.  removed : int64, ascending, rows that are gone, in spite of what the arrays say.
    """

    index: Index
    weights: Rows
    facets: Facets
    familiarity: Familiarity
    later: LaterTerms
    runs: Runs
    stories: NDArray[np.int32]
    removed: NDArray[np.int64]

    def __len__(self) -> int:
        """Rows, those that are gone too."""
        return len(self.index)

    def live(self) -> NDArray[np.int64]:
        """The rows that are there, ascending."""
        mask = np.ones(len(self), np.bool_)
        mask[self.removed] = False
        return np.flatnonzero(mask)

    @property
    def n_live(self) -> int:
        """How many articles are there."""
        return len(self) - len(self.removed)


class Segments(tuple[Segment, ...]):
    """The segments of a model, oldest first, as one run of rows; those of articles that are gone keep their numbers.

    starts : int64, the first row of each segment, and behind them n_rows.
    """

    starts: NDArray[np.int64]

    def __new__(cls, segments: Iterable[Segment]) -> Segments:
        made = super().__new__(cls, segments)
        made.starts = np.concatenate([[0], np.cumsum([len(segment) for segment in made])]).astype(np.int64)
        return made

    @property
    def n_rows(self) -> int:
        """Rows in all."""
        return int(self.starts[-1])

    @property
    def n_live(self) -> int:
        """How many articles are there."""
        return sum(segment.n_live for segment in self)

    def place(self, row: int) -> tuple[int, int]:
        """The number of a row's segment, and the row counted from its first."""
        number = int(np.searchsorted(self.starts, row, side="right")) - 1
        return number, row - int(self.starts[number])

    def split(self, rows: NDArray[np.int64]) -> list[tuple[Segment, NDArray[np.int64]]]:
        """Every segment with those of these rows that are its own, counted from its first.  rows : ascending."""
        cuts = np.searchsorted(rows, self.starts)
        parts = zip(self, self.starts, cuts, cuts[1:], strict=False)
        return [(segment, rows[first:last] - start) for segment, start, first, last in parts]

    def row(self, row: int) -> Row:
        """The look-up row of an article."""
        number, place = self.place(row)
        return self[number].index.rows.row(place)

    def runs(self, row: int) -> Hashes:
        """The five-word runs of an article."""
        number, place = self.place(row)
        return self[number].runs.row(place)

    def story(self, row: int) -> int:
        """The number of an article's story; it may be the only one in it."""
        number, place = self.place(row)
        return int(self[number].stories[place])

    def stories_of(self, rows: NDArray[np.int64]) -> NDArray[np.int32]:
        """The same of many articles.  rows : ascending."""
        return np.concatenate([segment.stories[places] for segment, places in self.split(rows)])

    def date(self, row: int) -> int:
        """Seconds, UNDATED for none."""
        number, place = self.place(row)
        return int(self[number].facets.dates[place])

    def dates(self) -> NDArray[np.int64]:
        """The same of all rows: int64 (n_rows,)."""
        return np.concatenate([segment.facets.dates for segment in self])

    def passes(self, filters: Filters = ALL) -> NDArray[np.bool_]:
        """bool (n_rows,): there is an article in the row and it passes the filters."""
        if filters:
            check_known(filters, [segment.facets for segment in self], [segment.removed for segment in self])
            masks = [segment.facets.mask(filters) for segment in self]
        else:
            masks = [np.ones(len(segment), np.bool_) for segment in self]
        for mask, segment in zip(masks, self, strict=True):
            mask[segment.removed] = False
        return np.concatenate(masks) if masks else np.zeros(0, np.bool_)

    def rows_passing(self, filters: Filters = ALL) -> NDArray[np.int64]:
        """The rows of the articles that pass the filters, ascending."""
        return np.flatnonzero(self.passes(filters))

    def nearest(
        self, row: Row, top: int, passes: NDArray[np.bool_], least: float = 0.0
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows and scores of the `top` nearest articles that pass, and all that tie with the last; unordered."""
        masks = np.split(passes, self.starts[1:-1])
        found = [
            segment.index.nearest(*row, top, passes=mask, least=least)
            for segment, mask in zip(self, masks, strict=True)
        ]
        rows = np.concatenate([rows + start for (rows, _), start in zip(found, self.starts, strict=False)])
        return rows, np.concatenate([scores for _, scores in found])

    def later_terms(self) -> list[LaterTerms]:
        """The tables of terms that came after the fit, those that are empty left out."""
        return [segment.later for segment in self if len(segment.later)]


NONE_REMOVED = np.zeros(0, np.int64)


def join(segments: Sequence[Segment], facets: Facets, others: Iterable[Segment]) -> Segment:
    """Neighbours as one segment without the rows that are gone.

    facets : of the articles that stay.  others : all other segments; a later term stays while a row of any segment has
    it, with the number it has.
    """
    kept = [segment.live() for segment in segments]
    rows = Rows.join(segment.index.rows.take(live) for segment, live in zip(segments, kept, strict=True))
    index = Index.build(rows)
    weights = Rows.join(segment.weights.take(live) for segment, live in zip(segments, kept, strict=True))
    known = Familiarity.join(segment.familiarity.take(live) for segment, live in zip(segments, kept, strict=True))
    terms = {name: term for segment in segments for name, term in segment.later.to_dict().items()}
    numbers = np.array([number for number, _ in terms.values()], np.int32)
    used = np.isin(numbers, index.posting_terms)
    for other in others:
        used |= np.isin(numbers, other.index.posting_terms)
    later = LaterTerms.pack({name: term for (name, term), keep in zip(terms.items(), used, strict=True) if keep})
    runs = Runs.join(segment.runs.take(live) for segment, live in zip(segments, kept, strict=True))
    stories = np.concatenate([segment.stories[live] for segment, live in zip(segments, kept, strict=True)])
    return Segment(index, weights, facets, known, later, runs, stories, NONE_REMOVED)


def plan(sizes: Sequence[int]) -> list[range]:
    """Which neighbours to join: ranges over the segments, oldest first, most of them of one.

    sizes : articles that are there.  Afterwards each segment is more than RATIO times the next, or would pass LARGEST
    with it.
    """
    groups: list[tuple[range, int]] = []
    for place, size in enumerate(sizes):
        group = range(place, place + 1)
        while groups and groups[-1][1] <= RATIO * size and groups[-1][1] + size <= LARGEST:
            before, more = groups.pop()
            group, size = range(before.start, group.stop), size + more
        groups.append((group, size))
    return [group for group, _ in groups]
