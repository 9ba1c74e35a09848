"""How well a fitted model knows its articles, and how far those added since have moved away from the fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.records import Drift


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
        rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
        strange = np.bincount(rows, unknown[X.indices], X.shape[0])
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


def drift(parts: Sequence[Familiarity]) -> Drift:
    """Fitted and added articles compared.  parts : of the articles that are there."""
    whole = Familiarity.join(parts)
    fitted, added = np.flatnonzero(~whole.added), np.flatnonzero(whole.added)
    return Drift(
        len(fitted),
        len(added),
        _mean(whole.unknown[fitted]),
        _mean(whole.unknown[added]),
        _mean(whole.explained[fitted]),
        _mean(whole.explained[added]),
    )


def _mean(values: NDArray[np.float32]) -> float | None:
    return float(values.mean(dtype=np.float64)) if len(values) else None
