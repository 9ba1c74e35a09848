"""The nearest rows of an inverted index, exactly, touching as few of them as their bounds allow.

Terms come rarest first (MaxScore: Turtle & Flood 1995). Once no row that has not been met can reach the `top` best, the
lists of the frequent terms are left alone, and the rows that still can are scored from their own terms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, types, void
from numpy.typing import NDArray

from topics.kernels import compiled

# Scores are summed in single precision until the last step; rows this near to the bound are scored again.
MARGIN = 1e-5
# Scores are rounded as topics.index rounds them.
UNIT = 1e9


def _read_only(kind: Any) -> Any:
    return types.Array(kind, 1, "C", readonly=True)


_i4, _i8, _f4 = _read_only(int32), _read_only(int64), _read_only(float32)


@compiled(float64(float32[::1], int32[::1], int64, float32[::1]))
def kth(sums: Any, met: Any, n_met: int, heap: Any) -> float:
    """The k-th highest of the sums of the rows met, -1 when there are fewer.  heap : (k,), overwritten."""
    k, size = len(heap), 0
    for at in range(n_met):
        value = sums[met[at]]
        if size == k:
            if value <= heap[0]:
                continue
            place = 0
        else:
            heap[size] = np.inf
            place = size
            size += 1
            while place and heap[(place - 1) >> 1] > value:
                heap[place] = heap[(place - 1) >> 1]
                place = (place - 1) >> 1
            heap[place] = value
            continue
        while 2 * place + 1 < k:
            child = 2 * place + 1
            if child + 1 < k and heap[child + 1] < heap[child]:
                child += 1
            if heap[child] >= value:
                break
            heap[place] = heap[child]
            place = child
        heap[place] = value
    return heap[0] if size == k else -1.0


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


@compiled(int64(*_lists, _i4, _f4, _read_only(boolean), float64, float32[::1], int32[::1], float32[::1], float64[::1]))
def gather(
    starts: Any, stops: Any, weights: Any, rest: Any, rows: Any, values: Any, passes: Any, least: float,
    sums: Any, met: Any, heap: Any, bound: Any,
) -> int:  # fmt: skip
    """Add up the lists until no new row can be among the best; returns how many rows were met.

    starts, stops, weights : the list of each term of the query, rarest first.  rest : what all lists from this one on
    can add to a row.  sums : (n_rows,), zeros; what each row met has so far, -inf if it does not pass.  bound[0] : what
    a row must have by now to be among the best.
    """
    n_met, bound[0] = 0, 0.0
    for i in range(len(starts)):
        # the bound costs a look at every row met: asked for when the next list is longer than they are
        if n_met and stops[i] - starts[i] > n_met:
            needed = max(kth(sums, met, n_met, heap), least) - MARGIN
            if rest[i] < needed:
                bound[0] = needed - rest[i]
                break
        for at in range(starts[i], stops[i]):
            row = rows[at]
            if sums[row] == 0:
                met[n_met] = row
                n_met += 1
                if not passes[row]:
                    sums[row] = -np.inf
            sums[row] += weights[i] * values[at]
    if n_met and bound[0] == 0.0:  # every list was read: what is left is rounding, not all that was met
        bound[0] = max(kth(sums, met, n_met, heap), least) - MARGIN
    return n_met


@compiled(int64(int64, float64, _i4, _f4, _i8, _i4, _f4, float32[::1], int32[::1], float64[::1]))
def settle(
    n_met: int, bound: float, terms: Any, values: Any, starts: Any, row_terms: Any, row_values: Any,
    sums: Any, met: Any, scores: Any,
) -> int:  # fmt: skip
    """Score the rows met that have `bound`; they move to the front of `met`. Puts `sums` back to zero."""
    n_found = 0
    for at in range(n_met):
        row = met[at]
        if sums[row] > 0 and sums[row] >= bound:
            met[n_found] = row
            scores[n_found] = exact(terms, values, starts, row_terms, row_values, row)
            n_found += 1
        sums[row] = 0
    return n_found


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
        self._free: list[tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float64]]] = []

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
            sums, met, scores = self._free.pop()
        except IndexError:
            sums, met = np.zeros(self.n_rows, np.float32), np.empty(self.n_rows, np.int32)
            scores = np.empty(self.n_rows)
        heap, bound = np.empty(min(top, self.n_rows), np.float32), np.zeros(1)
        lists = (self.starts[places], self.starts[places + 1], weights, rest, *self.lists)
        n_met = gather(*lists, passes, least, sums, met, heap, bound)
        n_found = settle(n_met, bound[0], terms, values, *self.rows, sums, met, scores)
        answer = met[:n_found].astype(np.int64), scores[:n_found].copy()
        self._free.append((sums, met, scores))
        return answer
