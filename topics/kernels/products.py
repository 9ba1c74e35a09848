"""Products of sparse rows with a factor, and rows of the other factor improved by them, on threads.

A row's result depends on no other row and on no number of threads: rows lie side by side as lanes of vectors, each lane
by itself, and sums over rows run over blocks that are cut by the matrix alone, in their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, uint64, void
from numpy.typing import NDArray

from topics.kernels import Pool, compiled, spans
from topics.kernels.vectors import SIDE_BY_SIDE, SIZES, TOPICS, WIDTH, descend, row_times

# Rows improved side by side, a multiple of what `descend` takes: a row alone waits at each topic for the one before.
# Of 100 topics 64 still fit a first cache; 32 are as fast within a tenth.
LANES = 64
# Blocks that sums run over.
PARTS = 16
# Bytes of a factor whose rows are gathered at a time when the non-zeros of a term are summed, at most: from all 18 MB
# that the weights of 45,256 articles and 100 topics take, 84 ms, most of it waiting; from 2 to 4 MB at a time 54 to 57.
CHUNK = 5 << 19
# What a row costs in each chunk beside its non-zeros, in non-zeros: its sums are read and written again. Of two threads
# one waited for the other while this was left out: 38 ms instead of 30 at 100 topics.
VISIT = 12
# Rows whose products are summed in single precision, an error of a few 1e-7; twice as fast as in double.
GRAM = 1024
# A topic whose square is not above this has no terms (or no articles) and is left as it is.
TINY = np.float32(1e-12)

Dense = NDArray[np.float32]
Square = NDArray[np.float64]

_f4, _matrix, _starts = float32[::1], float32[:, ::1], int64[:, ::1]


@compiled(void(_f4, int32[::1], int64[::1], _matrix, _matrix, int64, int64))
def narrow(data: Any, indices: Any, starts: Any, B: Any, out: Any, first: int, last: int) -> None:
    """`add` for fewer columns than a vector has."""
    for row in range(first, last):
        for at in range(starts[row], starts[row + 1]):
            for t in range(B.shape[1]):
                out[row - first, t] += data[at] * B[uint64(indices[at]), t]  # unsigned: does it count from the end?


@compiled(void(_f4, int32[::1], int64[::1], _matrix, _matrix, int64, int64))
def add(data: Any, indices: Any, starts: Any, B: Any, out: Any, first: int, last: int) -> None:
    """out += the rows from `first` to `last` of a sparse matrix times B; every column in the order of the row."""
    k = B.shape[1]
    if k < WIDTH:
        narrow(data, indices, starts, B, out, first, last)
        return
    # addresses, once for all rows: with arrays a row alone took 35 ns, a fifth of all at 20 columns
    x, i, end, stride = int64(data.ctypes.data), int64(indices.ctypes.data), len(indices), 4 * k
    b, o, left = int64(B.ctypes.data), int64(out.ctypes.data), (k + WIDTH - 1) // WIDTH
    last_vector = b + 4 * (k - WIDTH)  # ends where the columns do
    while left > 0:
        n = 1
        for size in SIZES:
            # never one alone at the end: where it reaches back, the columns before must not have been summed yet
            if size <= left and left - size != 1:
                n = size
                break
        tail = last_vector - b if n == left else 4 * WIDTH * (n - 1)
        for row in range(first, last):
            start, stop = starts[row], starts[row + 1]
            if start < stop:
                row_times(n, x, i, start, stop, end, b, stride, o + stride * (row - first), tail)
        b, o, left = b + 4 * WIDTH * n, o + 4 * WIDTH * n, left - n


@compiled(void(_f4, int32[::1], _starts, _matrix, _matrix, int64, int64))
def multiply(data: Any, indices: Any, starts: Any, B: Any, out: Any, first: int, last: int) -> None:
    """out = the rows from `first` to `last` of a sparse matrix times B, chunk after chunk of its columns."""
    for row in range(last - first):
        for t in range(B.shape[1]):
            out[row, t] = 0
    for chunk in range(len(starts)):
        add(data, indices, starts[chunk], B, out, first, last)


@compiled(void(_matrix, _matrix, _matrix, _f4))
def sweep(a: Any, p: Any, S: Any, inverse: Any) -> None:
    """Improve each topic of each lane: a[s] = max(a[s] + (p[s] - S[s] a) / S[s, s], 0).

    a, p : (n_topics, LANES).  S : (n_topics, n_topics), as `even` gives it.
    """
    k, x, y = len(a), a.ctypes.data, p.ctypes.data
    for s in range(0, k, TOPICS):
        for r in range(0, LANES, SIDE_BY_SIDE):
            descend(x + 4 * r, y + 4 * r, S.ctypes.data, inverse.ctypes.data, s, k, 4 * LANES)


@compiled(void(_matrix, int64, int64, _matrix))
def turn(A: Any, height: int, width: int, out: Any) -> None:
    """out[j, i] = A[i, j] for the first `height` rows and `width` columns."""
    for j in range(width):
        for i in range(height):
            out[j, i] = A[i, j]


@compiled(_matrix(_matrix))
def even(S: Any) -> Any:
    """S, with empty topics behind it where `descend` would not find as many as it takes at once."""
    k = len(S)
    size = (k + TOPICS - 1) // TOPICS * TOPICS
    out = np.zeros((size, size), np.float32)
    for s in range(k):  # by a slice it takes seven seconds to compile
        for t in range(k):
            out[s, t] = S[s, t]
    return out


@compiled(_f4(_matrix))
def inverses(S: Any) -> Any:
    """1 / S[t, t], 0 for an empty topic: float32 (n_topics,)."""
    inverse = np.zeros(len(S), np.float32)
    for t in range(len(S)):
        if S[t, t] > TINY:
            inverse[t] = 1 / S[t, t]
    return inverse


@compiled(
    float64(
        _f4, int32[::1], _starts, _matrix, _matrix, _matrix, int64, float32, _matrix, _matrix, int64, int64, boolean
    )
)
def improve(
    data: Any, indices: Any, starts: Any, B: Any, P: Any, S: Any, times: int, beta: float, A: Any, held: Any,
    first: int, last: int, measure: bool,
) -> float:  # fmt: skip
    """Improve the rows of A from `first` to `last` in `times` sweeps, given X (CSR), B and S = B'B; see `Side`.

    P : XB where it is known already, else without rows.  Returns the sum of X times (held B') over the rows, 0 unless
    asked to `measure`.
    """
    k, square = A.shape[1], even(S)
    rows, inverse = np.empty((LANES, k), np.float32), inverses(square)
    a, p = np.zeros((len(square), LANES), np.float32), np.zeros((len(square), LANES), np.float32)
    flat, come, dots = A.reshape(A.size), held.reshape(A.size), np.zeros(LANES)
    new = rows.reshape(rows.size)
    for top in range(first, last, LANES):
        n = min(LANES, last - top)
        if len(P) > 0:
            turn(P[top:], n, k, p)
        else:
            multiply(data, indices, starts, B, rows, top, top + n)
            turn(rows, n, k, p)
        turn(A[top:], n, k, a)
        for _ in range(times):
            sweep(a, p, square, inverse)
        if measure:
            for t in range(k):
                for r in range(n):
                    dots[r] += float64(p[t, r]) * float64(a[t, r])
        turn(a, k, n, rows)
        here, before = flat[top * k : (top + n) * k], come[top * k : (top + n) * k]  # views: or no vectors are made
        for i in range(n * k):
            here[i] = max(new[i] + beta * (new[i] - before[i]), np.float32(0))
            before[i] = new[i]
    return dots.sum()


@compiled(void(_matrix, _matrix, float32, int64, _matrix, int64[::1], boolean[::1], int64, int64))
def settle(P: Any, S: Any, tol: Any, times: int, A: Any, rows: Any, unsettled: Any, first: int, last: int) -> None:
    """Up to `times` sweeps over some rows of A; one rests once no weight moves by more than `tol` of its largest."""
    k, square = A.shape[1], even(S)
    moved, most, inverse = np.empty(LANES, np.float32), np.empty(LANES), inverses(square)
    a, p = np.zeros((len(square), LANES), np.float32), np.zeros((len(square), LANES), np.float32)
    before, going = np.empty_like(a), np.empty(LANES, np.float32)
    for top in range(first, last, LANES):
        n = min(LANES, last - top)
        for r in range(LANES):
            going[r] = r < n
        for r in range(n):
            for t in range(k):
                p[t, r], a[t, r] = P[rows[top + r], t], A[rows[top + r], t]
        for _ in range(times):
            moved[:], most[:] = 0, 0
            for s in range(k):
                for r in range(LANES):
                    before[s, r] = a[s, r]
            sweep(a, p, square, inverse)
            for s in range(k):
                for r in range(LANES):
                    new = a[s, r] if going[r] > 0 else before[s, r]
                    moved[r] = max(moved[r], abs(new - before[s, r]))
                    most[r] = max(most[r], new)
                    a[s, r] = new
            count = 0
            for r in range(LANES):
                going[r] = going[r] > 0 and moved[r] > tol * most[r]
                count += going[r] > 0
            if count == 0:
                break
        for r in range(n):
            unsettled[top + r] = going[r] > 0
            for t in range(k):
                A[rows[top + r], t] = a[t, r]


@compiled(void(_f4, int32[::1], int64[::1], _f4, int32[::1], int64, int64, int64[::1]))
def turned(data: Any, indices: Any, starts: Any, out: Any, rows: Any, first: int, last: int, places: Any) -> None:
    """The non-zeros of some rows by columns, in the places of `out` and `rows` that are theirs in the matrix.

    places : int64 (n_columns + 1,), where each column begins and ends.
    """
    places[:] = 0
    for at in range(starts[first], starts[last]):
        places[uint64(indices[at])] += 1
    total = starts[first]
    for column in range(len(places)):
        total += places[column]
        places[column] = total
    for row in range(last - 1, first - 1, -1):  # from behind, so that places end where columns begin
        for at in range(starts[row + 1] - 1, starts[row] - 1, -1):
            column = uint64(indices[at])
            places[column] -= 1
            out[uint64(places[column])], rows[uint64(places[column])] = data[at], row


def transposed(X: Any, height: int, threads: Pool) -> tuple[Dense, NDArray[np.int32], NDArray[np.int64]]:
    """X' in chunks of `height` rows of X: values, rows and, for each chunk, where each column begins and ends.

    X : CSR float32.  Returns float32 and int32 (nnz,) and int64 (n_chunks, n_columns + 1).
    """
    indices, values = X.indices.astype(np.int32, copy=False), X.data.astype(np.float32, copy=False)
    chunks = spans(X.shape[0], height)
    data, rows = np.empty(len(indices), np.float32), np.empty(len(indices), np.int32)
    places = np.empty((len(chunks), X.shape[1] + 1), np.int64)
    write = partial(turned, values, indices, X.indptr.astype(np.int64), data, rows)
    threads.map(write, *zip(*chunks, strict=True), places)
    return data, rows, places


def gram(A: Dense) -> Square:
    """A'A, in double precision over runs of rows short enough for single precision within them."""
    G = np.zeros((A.shape[1], A.shape[1]))
    for first, last in spans(len(A), GRAM):
        G += A[first:last].T @ A[first:last]
    return G


@dataclass(slots=True)
class Side:
    """A sparse matrix whose rows are given weights, and the threads that do it.

    data, indices : CSR, in chunks of columns.  starts : (n_chunks, n_rows + 1), where the rows begin and end in each.
    blocks : (first, last) of rows with about equal work.
    """

    data: Dense
    indices: NDArray[np.int32]
    starts: NDArray[np.int64]
    blocks: list[tuple[int, int]]
    threads: Pool

    @classmethod
    def of(cls, X: Any, n_topics: int, threads: Pool) -> Side:
        """Of X, in one chunk.  X : float32 CSR."""
        data, indices = X.data.astype(np.float32, copy=False), X.indices.astype(np.int32, copy=False)
        starts = X.indptr.astype(np.int64)[None]
        return cls(data, indices, starts, _blocks(starts, n_topics // 2, PARTS), threads)

    @classmethod
    def across(cls, X: Any, n_topics: int, threads: Pool) -> Side:
        """Of the transpose of X, cut into chunks of articles.  X : float32 CSR."""
        n_chunks = max(1, -(-4 * n_topics * X.shape[0] // CHUNK))
        height = max(1, -(-X.shape[0] // n_chunks))
        data, indices, starts = transposed(X, height, threads)
        return cls(data, indices, starts, _blocks(starts, n_topics // 2, PARTS), threads)

    def multiply(self, B: Dense) -> Dense:
        """X B: float32 (n_rows, n_topics)."""
        out = np.empty((self.starts.shape[1] - 1, B.shape[1]), np.float32)

        def run(span: tuple[int, int]) -> None:
            multiply(self.data, self.indices, self.starts, B, out[slice(*span)], *span)

        # fewer blocks of more chunks, for what a block takes from a chunk has to be read again: at 100 topics 54 ms in
        # one block, 62 in four, 79 in 16, hardly less than without chunks
        parts = max(self.threads.jobs, PARTS // max(1, len(self.starts)))
        self.threads.map(run, _blocks(self.starts, VISIT * len(self.starts), parts))
        return out

    def improve(
        self, B: Dense, S: Square, A: Dense, held: Dense, beta: float, times: int, measure: bool
    ) -> tuple[float, Square, Square]:
        """As `topics.factorize.Side.improve`."""
        square = S.astype(np.float32)
        X = self.data, self.indices, self.starts
        # of several chunks all rows take one before any takes the next; else 64 rows stay in the first cache
        P = self.multiply(B) if len(self.starts) > 1 else np.empty((0, B.shape[1]), np.float32)

        def run(span: tuple[int, int]) -> tuple[float, Square, Square]:
            dot = improve(*X, B, P, square, times, beta, A, held, *span, measure)
            G = gram(A[slice(*span)])
            return dot, gram(held[slice(*span)]) if beta and measure else G, G

        found = self.threads.map(run, self.blocks)
        zero = np.zeros(S.shape)
        return sum(dot for dot, _, _ in found), sum((G for _, G, _ in found), zero), sum((G for _, _, G in found), zero)


def _blocks(starts: NDArray[np.int64], each: int, parts: int) -> list[tuple[int, int]]:
    """Rows cut into parts of about equal work, which a row is for each of its non-zeros and `each` besides."""
    work = (starts - starts[:, :1]).sum(axis=0) + np.arange(starts.shape[1]) * each
    cuts = np.searchsorted(work, np.linspace(0, work[-1], parts + 1))
    cuts[0], cuts[-1] = 0, len(work) - 1
    return [(int(first), int(last)) for first, last in pairwise(cuts) if last > first]


def weights(P: Dense, S: Dense, W: Dense, tol: float, max_sweeps: int, threads: Pool) -> None:
    """Settle every row of W: minimise |x - wH| over w >= 0, given P = XH' and S = HH'."""
    rows, done, times = np.arange(len(W)), 0, 4
    while len(rows) and done < max_sweeps:
        unsettled = np.zeros(len(rows), np.bool_)
        run = partial(settle, P, S, np.float32(tol), min(times, max_sweeps - done), W, rows, unsettled)
        starts, stops = zip(*spans(len(rows), 16 * LANES), strict=True)
        threads.map(run, starts, stops)
        rows, done, times = rows[unsettled], done + times, 2 * times
