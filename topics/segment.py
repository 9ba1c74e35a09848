"""Segments: articles that came together, the arrays they are looked up by, and when neighbours are joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topics.drift import Familiarity
from topics.duplicates import Runs
from topics.facets import Facets
from topics.index import Index, Rows
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
