"""The nearest rows of an inverted index, exactly, touching as few of them as their bounds allow.

Terms come rarest first (MaxScore: Turtle & Flood 1995). Once no row that has not been met can reach the `top` best, the
lists of the frequent terms are left alone, and the rows that still can are scored from their own terms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, types, uint64, void
from numpy.typing import NDArray

from topics.kernels import compiled

# Scores are summed in single precision until the last step; rows this near to the bound are scored again.
MARGIN = 1e-5
# Scoring a row from its own terms is taken to cost as much as this many entries of lists: an estimate.
ROW_COST = 300
# Rows met are listed up to this part of all; beyond, all rows are looked at.
CROWD = 8
EVERY = -1
# A look at the rows met pays when this many times as many entries are left, in lists not much shorter.
ASK = 4
# Scores are rounded as topics.index rounds them.
UNIT = 1e9


def _read_only(kind: Any) -> Any:
    return types.Array(kind, 1, "C", readonly=True)


_i4, _i8, _f4 = _read_only(int32), _read_only(int64), _read_only(float32)


_sums, _met = (float32[::1], _read_only(boolean)), (int32[::1], int64)


@compiled(void(float32[::1], float32))
def replace_least(heap: Any, value: float) -> None:
    """Put a value in the place of the least of a heap."""
    place, k = 0, len(heap)
    while 2 * place + 1 < k:
        child = 2 * place + 1
        if child + 1 < k and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value


@compiled(float64(*_sums, *_met, float32[::1]))
def kth(sums: Any, passes: Any, met: Any, n_met: int, heap: Any) -> float:
    """The k-th highest of the sums of rows that pass, 0 when there are fewer.  heap : (k,), overwritten."""
    heap[:] = 0
    if n_met == EVERY:
        for row in range(len(sums)):
            if sums[row] > heap[0] and passes[row]:
                replace_least(heap, sums[row])
    else:
        for at in range(n_met):
            if sums[met[at]] > heap[0] and passes[met[at]]:
                replace_least(heap, sums[met[at]])
    return heap[0]


@compiled(int64(*_sums, *_met, float64, int32[::1]))
def able(sums: Any, passes: Any, met: Any, n_met: int, bound: float, out: Any) -> int:
    """How many of the rows met that pass have `bound`; `out` holds them, and may be `met`."""
    n_able = 0
    for at in range(len(sums) if n_met == EVERY else n_met):
        row = at if n_met == EVERY else met[at]
        if sums[row] > 0 and sums[row] >= bound and passes[row]:
            out[n_able] = row
            n_able += 1
    return n_able


@compiled(float64(_i4, _f4, _i8, _i4, _f4, int64))
def exact(terms: Any, values: Any, starts: Any, row_terms: Any, row_values: Any, row: int) -> float:
    """The score of a row: the same products, added in the same order as the plain way adds them."""
    at, stop, total = starts[row], starts[row + 1], 0.0
    for i in range(len(terms)):
        while at < stop and row_terms[at] < terms[i]:
            at += 1
        if at == stop:
            break
        if row_terms[at] == terms[i]:
            total += float64(values[i]) * float64(row_values[at])
    return np.rint(total * UNIT) / UNIT


_lists = (int64[::1], int64[::1], float32[::1], float64[::1])


@compiled(int64(*_lists, _i4, _f4, _read_only(boolean), float64, float32[::1], int32[::1], int32[::1], float32[::1]))
def gather(
    starts: Any, stops: Any, weights: Any, rest: Any, rows: Any, values: Any, passes: Any, least: float,
    sums: Any, met: Any, out: Any, heap: Any,
) -> int:  # fmt: skip
    """Add up the lists until no new row can be among the best; returns how many rows still can, which `out` holds.

    starts, stops, weights : the list of each term of the query, rarest first.  rest : what all lists from this one on
    can add to a row.  sums : (n_rows,), zeros, and zeros again in the end.
    """
    n_met, n_out, left = int64(0), int64(-1), int64(0)
    for i in range(len(starts)):
        left += stops[i] - starts[i]
    for i in range(len(starts)):
        looked = len(sums) if n_met == EVERY else n_met
        if n_met and left > ASK * looked and stops[i] - starts[i] > looked // ASK:
            needed = max(kth(sums, passes, met, n_met, heap), least) - MARGIN
            if rest[i] < needed:
                n_out = able(sums, passes, met, n_met, needed - rest[i], out)
                if n_out * ROW_COST < left:
                    break
                n_out = -1
        left -= stops[i] - starts[i]
        weight = weights[i]
        if n_met != EVERY and n_met + stops[i] - starts[i] > len(sums) // CROWD:
            n_met = EVERY
        if n_met == EVERY:
            for at in range(starts[i], stops[i]):
                sums[uint64(rows[at])] += weight * values[at]
        else:
            for at in range(starts[i], stops[i]):
                row = rows[at]
                if sums[row] == 0:
                    met[n_met] = row
                    n_met += 1
                sums[row] += weight * values[at]
    if n_out < 0:
        needed = max(kth(sums, passes, met, n_met, heap), least) - MARGIN
        n_out = able(sums, passes, met, n_met, needed, out)
    if n_met == EVERY:
        sums[:] = 0
    else:
        for at in range(n_met):
            sums[met[at]] = 0
    return n_out


@compiled(void(_i4, _f4, _i8, _i4, _f4, int32[::1], float64[::1]))
def settle(terms: Any, values: Any, starts: Any, row_terms: Any, row_values: Any, out: Any, scores: Any) -> None:
    """The exact score of each of some rows."""
    for at in range(len(out)):
        scores[at] = exact(terms, values, starts, row_terms, row_values, out[at])


@compiled(void(_i8, _f4, float32[::1]))
def highest(starts: Any, values: Any, out: Any) -> None:
    """The highest value of each list."""
    for i in range(len(out)):
        for at in range(starts[i], starts[i + 1]):
            out[i] = max(out[i], values[at])


class Searcher:
    """Looks up in one index, from any number of threads.

    Arrays as in topics.index.Index, all checked: lists within `rows`, rows within the index.
    """

    def __init__(self, index: Any) -> None:
        self.terms, self.starts = index.posting_terms, index.posting_starts
        self.lists = (index.posting_rows, index.posting_values)
        self.rows = (index.rows.starts, index.rows.terms, index.rows.values)
        self.n_rows = len(index.rows)
        self._highest = np.zeros(len(self.terms), np.float32)
        highest(self.starts, index.posting_values, self._highest)
        self._free: list[tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]] = []

    def nearest(
        self, terms: NDArray[np.int32], values: NDArray[np.float32], top: int, passes: NDArray[np.bool_], least: float
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows that hold the `top` highest scores, and more, unordered; their scores.  terms : ascending."""
        places = np.searchsorted(self.terms, terms)
        found = self.terms[np.minimum(places, len(self.terms) - 1)] == terms
        places, weights = places[found], values[found]
        order = np.argsort(self.starts[places + 1] - self.starts[places], kind="stable")
        places, weights = places[order], weights[order]
        # a row is no longer than 1, so what some terms add is at most their length, and at most their highest values
        after = weights[::-1].astype(np.float64)
        by_length = np.sqrt(np.cumsum(after**2))
        rest = np.minimum(by_length, np.cumsum(after * self._highest[places[::-1]]))[::-1].copy()
        try:
            sums, met, out = self._free.pop()
        except IndexError:
            sums = np.zeros(self.n_rows, np.float32)
            met, out = np.empty(self.n_rows, np.int32), np.empty(self.n_rows, np.int32)
        heap = np.empty(min(top, self.n_rows), np.float32)
        lists = (self.starts[places], self.starts[places + 1], weights, rest, *self.lists)
        n_found = gather(*lists, passes, least, sums, met, out, heap)
        scores = np.empty(n_found)
        settle(terms, values, *self.rows, out[:n_found], scores)
        found_rows = out[:n_found].astype(np.int64)
        self._free.append((sums, met, out))
        return found_rows, scores
