"""How well a fitted model knows its articles, and how far those added since have moved away from the fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.records import Drift
from topics.vectorize import lengths

# Measured with 20 topics on 1,000 to 6,000 articles: later ones of the same kind explain .77 to 1.01 of what the fitted
# ones do, and have 0.97 to 1.15 times as many unknown terms. When a quarter, a half, all of them are of a section that
# the fit had never seen, they explain .66, .47, .19 to .33 and have 1.4, 2, 1.4 to 3.2 times the unknown terms. So both
# limits say: half of what comes in is about something else.
LEAST_EXPLAINED = 0.5
MOST_UNKNOWN = 2.0
# Fewer say nothing: one odd day is not a drift.
ENOUGH = 50
# Of the articles of a topic that takes in what no other does, topics reproduce .17 to .29 of what they do of all (the
# sample, headlines, Reuters, 10 and 20 topics); of those of any topic that is one, .34 and more (BBC .46 and more).
LEFT_OVER = 1 / 3


@dataclass(frozen=True, slots=True)
class Familiarity:
    """Of each article of a segment, how well the fit knows it.

    added : bool, came after the fit.  unknown : float32, share of its distinct terms that the fit had not seen; for a
    fitted article the terms that no other fitted article holds, so that the two can be compared (leave one out).
    explained : float32, share of its squared weight that its topics reproduce.
    """

    added: NDArray[np.bool_]
    unknown: NDArray[np.float32]
    explained: NDArray[np.float32]

    @classmethod
    def make(cls, X: Any, unknown: NDArray[np.bool_], explained: NDArray[np.float32], *, added: bool) -> Familiarity:
        """X : CSR (n_articles, n_terms), the articles' terms.  unknown : bool (n_terms,)."""
        marks = (unknown[X.indices].astype(np.float32), X.indices, X.indptr)
        strange = lengths(sparse.csr_matrix(marks, shape=X.shape))
        share = (strange / np.maximum(1, np.diff(X.indptr))).astype(np.float32)
        return cls(np.full(X.shape[0], added), share, explained)

    @classmethod
    def join(cls, parts: Iterable[Familiarity]) -> Familiarity:
        """Several, end to end."""
        columns = zip(*((part.added, part.unknown, part.explained) for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def take(self, rows: NDArray[np.int64]) -> Familiarity:
        """Some rows, in this order."""
        return Familiarity(self.added[rows], self.unknown[rows], self.explained[rows])

    def __len__(self) -> int:
        return len(self.added)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {"added": self.added, "unknown": self.unknown, "explained": self.explained}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Familiarity:
        """What `arrays` gave."""
        return cls(arrays["added"], arrays["unknown"], arrays["explained"])


def left_over(parts: Sequence[Familiarity], strongest: NDArray[np.int64], n_topics: int) -> tuple[bool, ...]:
    """Whether each topic is what is left over: articles that stand alone, which topics reproduce hardly at all.

    strongest : int64 (n_articles,), the strongest topic of each article, -1 for none.
    """
    explained = np.concatenate([part.explained for part in parts])
    there = strongest >= 0
    sums = np.bincount(strongest[there], explained[there], n_topics)
    sizes = np.bincount(strongest[there], minlength=n_topics)
    return tuple((sums < LEFT_OVER * (_mean(explained) or 0) * sizes).tolist())


def drift(parts: Sequence[Familiarity]) -> Drift:
    """Fitted and added articles compared.  parts : of the articles that are there."""
    whole = Familiarity.join(parts)
    fitted, added = np.flatnonzero(~whole.added), np.flatnonzero(whole.added)
    unknown = _mean(whole.unknown[fitted]), _mean(whole.unknown[added])
    reproduced = _mean(whole.explained[fitted]), _mean(whole.explained[added])
    return Drift(len(fitted), len(added), *unknown, *reproduced, advice(len(fitted), len(added), unknown, reproduced))


Pair = tuple[float | None, float | None]


def advice(n_fitted: int, n_added: int, unknown: Pair, reproduced: Pair) -> str | None:
    """Why the model should be trained again, None while there is no need.  unknown, reproduced : fitted and added."""
    if n_added < ENOUGH:
        return None
    if n_added > n_fitted:
        return f"{n_added:,} articles were added to {n_fitted:,}: the topics are those of the smaller part"
    if reproduced[0] and reproduced[1] is not None and reproduced[1] < LEAST_EXPLAINED * reproduced[0]:
        return (
            f"the topics explain {reproduced[1]:.1%} of the added articles and {reproduced[0]:.1%} of the fitted ones"
        )
    if unknown[0] and unknown[1] is not None and unknown[1] > MOST_UNKNOWN * unknown[0]:
        return (
            f"{unknown[1]:.0%} of the terms of the added articles are unknown to the topics, {unknown[0]:.0%} expected"
        )
    return None


def _mean(values: NDArray[np.float32]) -> float | None:
    return float(values.mean(dtype=np.float64)) if len(values) else None
