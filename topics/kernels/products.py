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
from scipy import sparse

from topics.kernels import Pool, compiled, spans
from topics.kernels.vectors import SIZES, WIDTH, row_times

# Rows improved side by side. A row alone waits at each topic for the one before; 64 rows take a seventh of the time
# each at 20 topics, three fifths at 100, where they still fit a first cache. 32 and 128 were a tenth slower at 100.
LANES = 64
# Blocks that sums run over.
PARTS = 16
# Rows whose products are summed in single precision, an error of a few 1e-7; twice as fast as in double.
GRAM = 1024
# A topic whose square is not above this has no terms (or no articles) and is left as it is.
TINY = np.float32(1e-12)

Dense = NDArray[np.float32]
Square = NDArray[np.float64]

_f4, _matrix = float32[::1], float32[:, ::1]


@compiled(void(_f4, int32[::1], int64, int64, _matrix, _f4))
def product(data: Any, indices: Any, start: int, stop: int, B: Any, out: Any) -> None:
    """out = a sparse row times B; every column is summed in the order of the row."""
    k = len(out)
    if k < WIDTH:
        for t in range(k):
            out[t] = 0
        for at in range(start, stop):
            for t in range(k):
                out[t] += data[at] * B[uint64(indices[at]), t]  # unsigned: no look whether it counts from the end
        return
    x, i, end, stride = data.ctypes.data, indices.ctypes.data, len(indices), 4 * B.shape[1]
    b, o, left = B.ctypes.data, out.ctypes.data, (k + WIDTH - 1) // WIDTH
    last = b + 4 * (k - WIDTH)  # the last vector ends where the columns do
    while left > 0:
        n = 1
        for size in SIZES:
            if size <= left:
                n = size
                break
        tail = last - b if n == left else 4 * WIDTH * (n - 1)
        row_times(n, x, i, start, stop, end, b, stride, o, tail)
        b, o, left = b + 4 * WIDTH * n, o + 4 * WIDTH * n, left - n


@compiled(void(_f4, int32[::1], int64[::1], _matrix, _matrix, int64, int64))
def multiply(data: Any, indices: Any, starts: Any, B: Any, out: Any, first: int, last: int) -> None:
    """The rows from `first` to `last` of a sparse matrix times B."""
    for row in range(first, last):
        product(data, indices, starts[row], starts[row + 1], B, out[row])


@compiled(void(_matrix, _matrix, _matrix, int64, _f4))
def residual(a: Any, p: Any, S: Any, s: int, rest: Any) -> None:
    """rest = p[s] - S[s] a for each lane.  a, p : (n_topics, LANES)."""
    k = len(a)
    even = k - k % 4
    for r in range(LANES):
        rest[r] = p[s, r]
    for t in range(0, even, 4):
        c, d, e, f = S[s, t], S[s, t + 1], S[s, t + 2], S[s, t + 3]
        for r in range(LANES):
            rest[r] -= (c * a[t, r] + d * a[t + 1, r]) + (e * a[t + 2, r] + f * a[t + 3, r])
    for t in range(even, k):
        c = S[s, t]
        for r in range(LANES):
            rest[r] -= c * a[t, r]


@compiled(void(_matrix, int64, int64, _matrix))
def turn(A: Any, height: int, width: int, out: Any) -> None:
    """out[j, i] = A[i, j] for the first `height` rows and `width` columns."""
    for j in range(width):
        for i in range(height):
            out[j, i] = A[i, j]


@compiled(_f4(_matrix))
def inverses(S: Any) -> Any:
    """1 / S[t, t], 0 for an empty topic: float32 (n_topics,)."""
    inverse = np.zeros(len(S), np.float32)
    for t in range(len(S)):
        if S[t, t] > TINY:
            inverse[t] = 1 / S[t, t]
    return inverse


@compiled(
    float64(_f4, int32[::1], int64[::1], _matrix, _matrix, int64, float32, _matrix, _matrix, int64, int64, boolean)
)
def improve(
    data: Any, indices: Any, starts: Any, B: Any, S: Any, times: int, beta: float, A: Any, held: Any,
    first: int, last: int, measure: bool,
) -> float:  # fmt: skip
    """Improve the rows of A from `first` to `last` in `times` sweeps, given X (CSR), B and S = B'B; see `Side`.

    Returns the sum of X times (held B') over the rows, 0 unless asked to `measure`.
    """
    k = A.shape[1]
    rows, rest, inverse = np.empty((LANES, k), np.float32), np.empty(LANES, np.float32), inverses(S)
    a, p, dots = np.zeros((k, LANES), np.float32), np.zeros((k, LANES), np.float32), np.zeros(LANES)
    flat, come = A.reshape(A.size), held.reshape(A.size)
    new = rows.reshape(rows.size)
    for top in range(first, last, LANES):
        n = min(LANES, last - top)
        for r in range(n):
            product(data, indices, starts[top + r], starts[top + r + 1], B, rows[r])
        turn(rows, n, k, p)
        turn(A[top:], n, k, a)
        for _ in range(times):
            for s in range(k):
                residual(a, p, S, s, rest)
                c = inverse[s]
                for r in range(LANES):
                    a[s, r] = max(a[s, r] + rest[r] * c, np.float32(0))
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
    k = A.shape[1]
    rest, moved, most, inverse = np.empty(LANES, np.float32), np.empty(LANES, np.float32), np.empty(LANES), inverses(S)
    a, p = np.zeros((k, LANES), np.float32), np.zeros((k, LANES), np.float32)
    going = np.empty(LANES, np.float32)
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
                residual(a, p, S, s, rest)
                c = inverse[s]
                for r in range(LANES):
                    new = max(a[s, r] + rest[r] * c, np.float32(0)) if going[r] > 0 else a[s, r]
                    moved[r] = max(moved[r], abs(new - a[s, r]))
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


@compiled(void(int32[::1], int64, int64, int64[::1]))
def tally(indices: Any, start: int, stop: int, sizes: Any) -> None:
    """Add to `sizes` the non-zeros of each column."""
    for at in range(start, stop):
        sizes[indices[at]] += 1


@compiled(void(_f4, int32[::1], int64[::1], _f4, int32[::1], int64, int64, int64[::1]))
def scatter(data: Any, indices: Any, starts: Any, out: Any, rows: Any, first: int, last: int, places: Any) -> None:
    """Write the non-zeros of some rows, those of each column from its place on."""
    for row in range(first, last):
        for at in range(starts[row], starts[row + 1]):
            column = indices[at]
            out[places[column]], rows[places[column]] = data[at], row
            places[column] += 1


def transposed(X: Any, threads: Pool) -> Any:
    """X' as CSR, its rows in order.  X : CSR float32."""
    starts, indices = X.indptr.astype(np.int64), X.indices.astype(np.int32, copy=False)
    values = X.data.astype(np.float32, copy=False)
    inner = np.searchsorted(starts, np.linspace(0, starts[-1], threads.jobs + 1)[1:-1])
    cuts = [0, *inner.tolist(), X.shape[0]]
    sizes = np.zeros((threads.jobs, X.shape[1]), np.int64)
    threads.map(partial(tally, indices), starts[cuts[:-1]], starts[cuts[1:]], sizes)
    ends = np.cumsum(sizes.sum(axis=0))
    # where each block begins in each column: behind all columns before, and the blocks before in the same
    places = ends - sizes[::-1].cumsum(axis=0)[::-1]
    data, rows = np.empty(len(indices), np.float32), np.empty(len(indices), np.int32)
    write = partial(scatter, values, indices, starts, data, rows)
    threads.map(write, cuts[:-1], cuts[1:], places)
    return sparse.csr_matrix((data, rows, np.concatenate([np.zeros(1, np.int64), ends])), shape=X.shape[::-1])


def gram(A: Dense) -> Square:
    """A'A, in double precision over runs of rows short enough for single precision within them."""
    G = np.zeros((A.shape[1], A.shape[1]))
    for first, last in spans(len(A), GRAM):
        G += A[first:last].T @ A[first:last]
    return G


@dataclass(slots=True)
class Side:
    """A sparse matrix whose rows are given weights, and the threads that do it.

    data, indices, starts : CSR.  blocks : (first, last) of rows with about equal work.
    """

    data: Dense
    indices: NDArray[np.int32]
    starts: NDArray[np.int64]
    blocks: list[tuple[int, int]]
    threads: Pool

    @classmethod
    def of(cls, X: Any, n_topics: int, threads: Pool) -> Side:
        """X : float32 CSR."""
        starts = X.indptr.astype(np.int64)
        # a row of sweeps costs about as much as n_topics non-zeros
        work = starts + np.arange(len(starts)) * n_topics
        cuts = np.searchsorted(work, np.linspace(0, work[-1], PARTS + 1))
        cuts[0], cuts[-1] = 0, X.shape[0]
        blocks = [(int(first), int(last)) for first, last in pairwise(cuts) if last > first]
        return cls(
            X.data.astype(np.float32, copy=False), X.indices.astype(np.int32, copy=False), starts, blocks, threads
        )

    def multiply(self, B: Dense) -> Dense:
        """X B: float32 (n_rows, n_topics)."""
        out = np.empty((len(self.starts) - 1, B.shape[1]), np.float32)
        self.threads.map(lambda span: multiply(self.data, self.indices, self.starts, B, out, *span), self.blocks)
        return out

    def improve(
        self, B: Dense, S: Square, A: Dense, held: Dense, beta: float, times: int, measure: bool
    ) -> tuple[float, Square, Square]:
        """As `topics.factorize.Side.improve`."""
        square = S.astype(np.float32)

        def run(span: tuple[int, int]) -> tuple[float, Square, Square]:
            dot = improve(self.data, self.indices, self.starts, B, square, times, beta, A, held, *span, measure)
            G = gram(A[slice(*span)])
            return dot, gram(held[slice(*span)]) if beta and measure else G, G

        found = self.threads.map(run, self.blocks)
        zero = np.zeros(S.shape)
        return sum(dot for dot, _, _ in found), sum((G for _, G, _ in found), zero), sum((G for _, _, G in found), zero)


def weights(P: Dense, S: Dense, W: Dense, tol: float, max_sweeps: int, threads: Pool) -> None:
    """Settle every row of W: minimise |x - wH| over w >= 0, given P = XH' and S = HH'."""
    rows, done, times = np.arange(len(W)), 0, 4
    while len(rows) and done < max_sweeps:
        unsettled = np.zeros(len(rows), np.bool_)
        run = partial(settle, P, S, np.float32(tol), min(times, max_sweeps - done), W, rows, unsettled)
        starts, stops = zip(*spans(len(rows), 16 * LANES), strict=True)
        threads.map(run, starts, stops)
        rows, done, times = rows[unsettled], done + times, 2 * times
