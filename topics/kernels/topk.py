"""The nearest rows of an inverted index, exactly, touching as few of them as their bounds allow.

Terms come rarest first (MaxScore: Turtle & Flood 1995). Once no row that has not been met can reach the `top` best, the
lists of the frequent terms are left alone, and the rows that still can are scored from their own terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, types, uint64, void
from numpy.typing import NDArray

from topics.kernels import compiled, pool, spans
from topics.kernels.bits import above, ask, int_at, lowest_bit

# Scores are summed in single precision until the last step; rows this near to the bound are scored again.
MARGIN = 1e-5
# Scoring a row from its own terms is taken to cost as much as this many entries of lists: an estimate.
ROW_COST = 300
# Rows met are listed when the lists have less than this part of all rows in all; else every row is looked at.
CROWD = 8
EVERY = -1
# Rows looked at together where all are, the bits of `above`, and how many times as fast that goes as adding up
# entries: an estimate.
RUN, SCAN = 64, 2
# Entries of a list that are asked for while the one before is added up, at most; and entries that lie side by side.
AHEAD, LINE = 1024, 16
# No term.
FREE = np.int32(-1)
# A look at the rows met pays when this many times as many entries are left, in lists not much shorter.
ASK = 4
# Queries that one thread takes at a time.
STEP = 16
# Rows that tie with the last of the best for which a batch has room; queries with more are looked up by themselves.
TIES = 16
# Scores are rounded as topics.index rounds them.
UNIT = 1e9


Query = tuple[NDArray[np.int32], NDArray[np.float32]]


def _read_only(kind: Any) -> Any:
    return types.Array(kind, 1, "C", readonly=True)


_i4, _i8, _f4 = _read_only(int32), _read_only(int64), _read_only(float32)


# Rows, or lists, as other loops that call those here take them: starts, terms or rows, values; and which rows pass.
of_rows, some_pass = (_i8, _i4, _f4), _read_only(boolean)
_every = types.Tuple((int64[::1], int64[::1], float32[::1], float64[::1]))
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


@compiled(float64(*_sums, *_met, float64, float32[::1]))
def kth(sums: Any, passes: Any, met: Any, n_met: int, least: float, heap: Any) -> float:
    """The k-th highest of the sums of rows that pass, `least` when fewer are above that.  heap : (k,), overwritten."""
    heap[:] = least
    if n_met == EVERY:
        # numbers above zero have the order of their bits, which vectors compare
        bits, whole = heap.view(np.int32), len(sums) // RUN * RUN
        for run in range(0, whole, RUN):
            higher = above(sums.ctypes.data + 4 * run, bits[0])
            while higher:
                row = uint64(run) + lowest_bit(higher)
                higher &= higher - uint64(1)
                if sums[row] > heap[0] and passes[row]:
                    replace_least(heap, sums[row])
        for row in range(whole, len(sums)):
            if sums[row] > heap[0] and passes[row]:
                replace_least(heap, sums[row])
    else:
        for at in range(n_met):
            if sums[met[at]] > heap[0] and passes[met[at]]:
                replace_least(heap, sums[met[at]])
    return heap[0]


@compiled(int32(float64))
def bits_below(bound: float) -> Any:
    """A whole number that the bits of all in single precision from `bound` on are above; 0 for bounds up to zero."""
    rounded = np.full(1, max(bound, 0.0), np.float32)
    # one step below what the bound may have been rounded to; of 32 bits, or all that is compared takes 64
    return np.int32(max(rounded.view(np.int32)[0] - 2, 0))


@compiled(int64(*_sums, *_met, float64, int32[::1]))
def able(sums: Any, passes: Any, met: Any, n_met: int, bound: float, out: Any) -> int:
    """How many of the rows met that pass have `bound`; `out` holds them, and may be `met`."""
    n_able = 0
    if n_met == EVERY:
        low = bits_below(bound)
        whole = len(sums) // RUN * RUN
        for run in range(0, whole, RUN):
            higher = above(sums.ctypes.data + 4 * run, low)
            while higher:
                row = uint64(run) + lowest_bit(higher)
                higher &= higher - uint64(1)
                if sums[row] > 0 and sums[row] >= bound and passes[row]:
                    out[n_able] = row
                    n_able += 1
        for row in range(whole, len(sums)):
            if sums[row] > 0 and sums[row] >= bound and passes[row]:
                out[n_able] = row
                n_able += 1
    else:
        for at in range(n_met):
            row = met[at]
            if sums[row] > 0 and sums[row] >= bound and passes[row]:
                out[n_able] = row
                n_able += 1
    return n_able


@compiled(uint64(int64, uint64, int32))
def slot_of(keys: int, mask: int, term: int) -> int:
    """Where a term stands in a table of a power of two, or the free slot where it belongs.  keys : its address."""
    slot = (uint64(term) * uint64(0x9E3779B97F4A7C15)) >> uint64(32) & mask
    key = int_at(keys, int64(slot))
    while key != FREE and key != term:
        slot = (slot + uint64(1)) & mask
        key = int_at(keys, int64(slot))
    return slot


@compiled(void(_i4, _f4, _i8, _i4, _f4, int32[::1], float64[::1]))
def settle(terms: Any, values: Any, starts: Any, row_terms: Any, row_values: Any, out: Any, scores: Any) -> None:
    """The exact score of each of some rows: the same products, added in the same order as the plain way adds them.

    The terms of the query stand in a table, for a long query would be gone through again for every row.
    """
    size = 8
    while size < 2 * len(terms):
        size *= 2
    keys, weights = np.full(size, FREE, np.int32), np.empty(size, np.float64)
    table, mask = keys.ctypes.data, uint64(size - 1)
    for i in range(len(terms)):
        slot = slot_of(table, mask, terms[i])
        keys[slot], weights[slot] = terms[i], values[i]
    for i in range(len(out)):
        if i + 2 < len(out):  # the rows to come are to be there in time: as much again as the lists in `gather`
            for at in range(starts[out[i + 2]], starts[out[i + 2] + 1], LINE):
                ask(row_terms.ctypes.data + 4 * at)
                ask(row_values.ctypes.data + 4 * at)
        total = 0.0
        for at in range(uint64(starts[out[i]]), uint64(starts[out[i] + 1])):
            slot = slot_of(table, mask, row_terms[at])
            if keys[slot] != FREE:
                total += weights[slot] * float64(row_values[at])
        scores[i] = np.rint(total * UNIT) / UNIT


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
    if left > len(sums) // CROWD:
        n_met = EVERY
    for i in range(len(starts)):
        looked = len(sums) // SCAN if n_met == EVERY else n_met
        if i and left > ASK * looked and stops[i] - starts[i] > looked // ASK:
            needed = kth(sums, passes, met, n_met, least, heap) - MARGIN
            if rest[i] < needed:
                n_out = able(sums, passes, met, n_met, needed - rest[i], out)
                if n_out * ROW_COST < left:
                    break
                n_out = -1
        left -= stops[i] - starts[i]
        weight = weights[i]
        if i + 1 < len(starts):  # the next list is to be there in time: a tenth less for all neighbours
            for at in range(starts[i + 1], min(stops[i + 1], starts[i + 1] + AHEAD), LINE):
                ask(rows.ctypes.data + 4 * at)
                ask(values.ctypes.data + 4 * at)
        if n_met == EVERY:
            for at in range(uint64(starts[i]), uint64(stops[i])):
                sums[uint64(rows[at])] += weight * values[at]
        else:
            for at in range(uint64(starts[i]), uint64(stops[i])):
                row = rows[at]
                if sums[row] == 0:
                    met[n_met] = row
                    n_met += 1
                sums[row] += weight * values[at]
    if n_out < 0:
        needed = kth(sums, passes, met, n_met, least, heap) - MARGIN
        n_out = able(sums, passes, met, n_met, needed, out)
    if n_met == EVERY:
        sums[:] = 0
    else:
        for at in range(n_met):
            sums[met[at]] = 0
    return n_out


@compiled(void(_i8, _f4, float32[::1]))
def highest(starts: Any, values: Any, out: Any) -> None:
    """The highest value of each list."""
    for i in range(len(out)):
        for at in range(starts[i], starts[i + 1]):
            out[i] = max(out[i], values[at])


@compiled(void(int64[::1]))
def ascend(values: Any) -> None:
    """Sort in place (Shell 1959, gaps of Ciura 2001): NumPy's sorts take numba four seconds to compile."""
    n = len(values)
    for gap in (1750, 701, 301, 132, 57, 23, 10, 4, 1):
        for at in range(gap, n):
            value, place = values[at], at
            while place >= gap and values[place - gap] > value:
                values[place] = values[place - gap]
                place -= gap
            values[place] = value


@compiled(int64(_i4, int32))
def find(terms: Any, term: int) -> int:
    """The place of a term in an ascending list, -1 for none."""
    low, high = int64(0), int64(len(terms))
    while low < high:
        middle = (low + high) // 2
        if terms[middle] < term:
            low = middle + 1
        else:
            high = middle
    return low if low < len(terms) and terms[low] == term else -1


@compiled(_every(_i4, _f4, _i4, _i8, _f4))
def lists_of(terms: Any, values: Any, listed: Any, starts: Any, most: Any) -> tuple[Any, Any, Any, Any]:
    """Starts, stops, weights and `rest` of the lists of a query, rarest first, as `gather` takes them."""
    places, weights, n = np.empty(len(terms), np.int64), np.empty(len(terms), np.float32), 0
    for i in range(len(terms)):
        place = find(listed, terms[i])
        if place >= 0:
            places[n], weights[n] = place, values[i]
            n += 1
    order = np.empty(n, np.int64)
    for i in range(n):
        order[i] = (starts[places[i] + 1] - starts[places[i]]) << 24 | i
    ascend(order)
    for i in range(n):
        order[i] &= (1 << 24) - 1
    begin, end = np.empty(n, np.int64), np.empty(n, np.int64)
    sorted_weights, rest = np.empty(n, np.float32), np.empty(n, np.float64)
    # a row is no longer than 1, so what some terms add is at most their length, and at most their highest values
    square, top = 0.0, 0.0
    for i in range(n - 1, -1, -1):
        place, weight = places[order[i]], float64(weights[order[i]])
        begin[i], end[i], sorted_weights[i] = starts[place], starts[place + 1], weights[order[i]]
        square += weight * weight
        top += weight * most[place]
        rest[i] = min(np.sqrt(square), top)
    return begin, end, sorted_weights, rest


@compiled(
    void(
        *(_i8, _i4, _f4), int64, int64, *(_i4, _i8, _f4), *(_i4, _f4), *(_i8, _i4, _f4), _read_only(boolean),
        int64, float64, *(float32[::1], int32[::1], int32[::1]), *(int64[::1], int32[:, ::1], float64[:, ::1]),
    )
)  # fmt: skip
def search(
    q_starts: Any, q_terms: Any, q_values: Any, first: int, last: int, listed: Any, starts: Any, most: Any,
    rows: Any, values: Any, row_starts: Any, row_terms: Any, row_values: Any, passes: Any,
    top: int, least: float, sums: Any, met: Any, out: Any, counts: Any, found: Any, found_scores: Any,
) -> None:  # fmt: skip
    """Look up the queries from `first` to `last`.

    counts : (n_queries,), how many rows have the `top` highest scores or tie with the last of them; `found` and
    `found_scores`, (n_queries, room), hold as many as have room.
    """
    scores = np.empty(len(sums))
    for query in range(first, last):
        terms, weights = q_terms[q_starts[query] : q_starts[query + 1]], q_values[q_starts[query] : q_starts[query + 1]]
        begin, end, listed_weights, rest = lists_of(terms, weights, listed, starts, most)
        heap = np.empty(min(top, len(sums)), np.float32)
        n = gather(begin, end, listed_weights, rest, rows, values, passes, least, sums, met, out, heap)
        settle(terms, weights, row_starts, row_terms, row_values, out[:n], scores)
        bound = least
        if n > top:
            ranked = scores[:n].copy()
            ascend(ranked.view(np.int64))  # numbers from zero on have the order of their bits
            bound = max(bound, ranked[n - top])
        count = 0
        for at in range(n):
            score = min(scores[at], 1.0)
            if score > 0 and score >= min(bound, 1.0):
                if count < found.shape[1]:
                    found[query, count], found_scores[query, count] = out[at], score
                count += 1
        counts[query] = count


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
        sums, met, out = self._scratch()
        heap = np.empty(min(top, self.n_rows), np.float32)
        lists = lists_of(terms, values, self.terms, self.starts, self._highest)
        n_found = gather(*lists, *self.lists, passes, least, sums, met, out, heap)
        scores = np.empty(n_found)
        settle(terms, values, *self.rows, out[:n_found], scores)
        found_rows = out[:n_found].astype(np.int64)
        self._free.append((sums, met, out))
        return found_rows, scores

    def nearest_many(
        self, queries: Sequence[Query], top: int, passes: NDArray[np.bool_], least: float, jobs: int | None = None
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]] | None]:
        """For each query the rows that hold the `top` highest scores or tie with the last, unordered; their scores.

        None where more tie than there is room for.
        """
        starts = np.cumsum([0, *(len(terms) for terms, _ in queries)])
        terms = np.concatenate([np.empty(0, np.int32), *(terms for terms, _ in queries)])
        values = np.concatenate([np.empty(0, np.float32), *(values for _, values in queries)])
        counts, room = np.zeros(len(queries), np.int64), min(2 * top + TIES, self.n_rows)
        rows, scores = np.empty((len(queries), room), np.int32), np.empty((len(queries), room))

        def some(span: tuple[int, int]) -> None:
            scratch = self._scratch()
            where = (self.terms, self.starts, self._highest, *self.lists, *self.rows, passes, top, least)
            search(starts, terms, values, *span, *where, *scratch, counts, rows, scores)
            self._free.append(scratch)

        with pool(jobs) as threads:
            threads.map(some, spans(len(queries), STEP))
        wide = rows.astype(np.int64)
        return [
            (wide[query, :count], scores[query, :count]) if count <= room else None
            for query, count in enumerate(counts.tolist())
        ]

    def _scratch(self) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
        try:
            return self._free.pop()
        except IndexError:
            sums = np.zeros(self.n_rows, np.float32)
            return sums, np.empty(self.n_rows, np.int32), np.empty(self.n_rows, np.int32)
