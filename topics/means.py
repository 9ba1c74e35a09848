"""Mean rows of groups that are being joined."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.graph import dots

# Room for new rows, as a part of those that there are.
ROOM = 0.25
# Entries from which on with that room 32 bits might not count them.
MANY = 2**30


class Means:
    """The mean row of each group, of groups that are joined round after round.

    A row stays where it is until its group is joined; those of joined groups are written behind the last.  So a round
    costs what it joins: making all rows anew in each of 136 rounds was half of finding the stories of 26,000 articles.
    at : int64 (n_groups,), where the row of each group lies.  squares : float64 (n_groups,), its squared length.
    """

    def __init__(self, X: Any, size: int) -> None:
        """Every row a group.  X : float32 CSR, terms ascending.  size : terms of the job, as `dots` wants it."""
        kind = np.int32 if X.nnz < MANY else np.int64
        self._values, self._starts = X.data[: X.nnz], X.indptr.astype(kind)
        self._terms = X.indices[: X.nnz].astype(kind, copy=False)
        self._n_terms, self._size = X.shape[1], size
        self.at = np.arange(X.shape[0])
        self.squares = squares(X)

    def dots(self, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
        """Products of the means of pairs of groups: float64 (n_pairs,)."""
        return dots(self._rows(), self.at[i], self.at[j], self._size)

    def join(self, new: NDArray[np.int64], part: NDArray[np.float32]) -> None:
        """Join groups.

        new : int64 (n_groups,), the number that each gets, from 0 on; those that get the same are joined.  part :
        float32 (n_groups,), what the mean of a group counts in that of the new one.
        """
        n = int(new.max(initial=-1)) + 1
        joined = np.bincount(new, minlength=n) > 1
        alone, number = ~joined[new], np.cumsum(joined) - 1
        weights = (part[~alone], (number[new[~alone]], self.at[~alone]))
        rows = (sparse.csr_matrix(weights, shape=(int(joined.sum()), len(self._starts) - 1)) @ self._rows()).tocsr()
        rows.sort_indices()  # as in all others: no product depends on when a row was made
        kept = self.at[alone]
        if int(self._starts[-1]) + rows.nnz > len(self._values):
            kept = self._move(kept, rows.nnz)
        at, lengths = np.empty(n, np.int64), np.empty(n)
        at[new[alone]], lengths[new[alone]] = kept, self.squares[alone]
        at[joined], lengths[joined] = self._append(rows), squares(rows)
        self.at, self.squares = at, lengths

    def _rows(self) -> Any:
        """All rows, also of groups that are no more: CSR, made of what there is without a look at it."""
        X = sparse.csr_matrix((len(self._starts) - 1, self._n_terms), dtype=np.float32)
        used = int(self._starts[-1])
        X.data, X.indices, X.indptr = self._values[:used], self._terms[:used], self._starts
        return X

    def _move(self, kept: NDArray[np.int64], more: int) -> NDArray[np.int64]:
        """Keep these rows alone, with room for `more` entries and further rounds; where they lie now."""
        rows = self._rows()[kept]
        self._values, self._terms = rows.data, rows.indices  # what there was is let go before there is more
        room = int((rows.nnz + more) * (1 + ROOM))
        self._values, self._terms = _wider(rows.data, room), _wider(rows.indices, room)
        self._starts = rows.indptr.astype(self._starts.dtype)
        return np.arange(len(kept))

    def _append(self, rows: Any) -> NDArray[np.int64]:
        """Write rows behind the last; where they lie."""
        n, used = len(self._starts) - 1, int(self._starts[-1])
        self._values[used : used + rows.nnz], self._terms[used : used + rows.nnz] = rows.data, rows.indices
        self._starts = np.concatenate([self._starts, used + rows.indptr[1:]], dtype=self._starts.dtype)
        return n + np.arange(rows.shape[0])


def _wider(array: NDArray[Any], size: int) -> NDArray[Any]:
    """A copy with room for so many."""
    wide = np.empty(size, array.dtype)
    wide[: len(array)] = array
    return wide


def squares(X: Any) -> NDArray[np.float64]:
    """The squared length of each row."""
    return np.asarray(
        sparse.csr_matrix((X.data**2, X.indices, X.indptr), shape=X.shape) @ np.ones(X.shape[1]), np.float64
    )
