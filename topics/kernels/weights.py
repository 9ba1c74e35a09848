"""Counts to weights, row by row, in the data of a CSR matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float32, float64, int32, int64, uint64, void
from numpy.typing import NDArray

from topics.kernels import compiled, pool, spans

# Rows that one thread takes at a time.
STEP = 4096

_f4, _f8, _i4, _i8 = float32[::1], float64[::1], int32[::1], int64[::1]


@compiled(void(_f4, _i8, int64, int64, _f8))
def add_up(data: Any, starts: Any, first: int, last: int, sums: Any) -> None:
    """The sum of each row, in double precision, as all of this."""
    for row in range(first, last):
        for at in range(uint64(starts[row]), uint64(starts[row + 1])):
            sums[row] += float64(data[at])


@compiled(void(_f4, _i8, int64, int64))
def divide(data: Any, starts: Any, first: int, last: int) -> None:
    """Divide each row by its length (L2)."""
    for row in range(first, last):
        start, stop = uint64(starts[row]), uint64(starts[row + 1])
        square = 0.0
        for at in range(start, stop):
            square += float64(data[at]) * float64(data[at])  # exact, so it is no matter how the sum is taken
        length = np.sqrt(square)
        if length > 0:
            for at in range(start, stop):
                data[at] = float32(float64(data[at]) / length)


@compiled(void(_f4, _i4, _i8, _f4, int64, int64))
def multiply(data: Any, indices: Any, starts: Any, rare: Any, first: int, last: int) -> None:
    """Multiply each column by a number.  rare : (n_columns,)."""
    for at in range(uint64(starts[first]), uint64(starts[last])):
        data[at] *= rare[uint64(indices[at])]


@compiled(void(_f4, _i4, _i8, _f4, float32, _f8, int64, int64))
def dampen(
    data: Any, indices: Any, starts: Any, rare: Any, most: float, half: Any, first: int, last: int
) -> None:  # fmt: skip
    """Counts to count * most / (count + half) * rare.  half : (n_rows,).  rare : (n_columns,)."""
    for row in range(first, last):
        for at in range(uint64(starts[row]), uint64(starts[row + 1])):
            weight = float64(data[at] * most) / (float64(data[at]) + half[row])
            data[at] = float32(weight * float64(rare[uint64(indices[at])]))


def lengths(X: Any) -> NDArray[np.float64]:
    """The sum of each row of a CSR matrix: (n_rows,)."""
    sums = np.zeros(X.shape[0])
    starts = X.indptr.astype(np.int64)
    with pool() as threads:
        threads.map(lambda span: add_up(X.data, starts, span[0], span[1], sums), spans(X.shape[0], STEP))
    return sums


def unit(X: Any) -> None:
    """Divide each row of a float32 CSR matrix by its length, in place."""
    starts = X.indptr.astype(np.int64)
    with pool() as threads:
        threads.map(lambda span: divide(X.data, starts, *span), spans(X.shape[0], STEP))


def scale(X: Any, rare: NDArray[np.float32]) -> None:
    """`multiply` for a float32 CSR matrix, in place."""
    starts, indices = X.indptr.astype(np.int64), X.indices.astype(np.int32, copy=False)
    with pool() as threads:
        threads.map(lambda span: multiply(X.data, indices, starts, rare, *span), spans(X.shape[0], STEP))


def saturate(X: Any, half: NDArray[np.float64], most: float, rare: NDArray[np.float32]) -> None:
    """`dampen` for a float32 CSR matrix, in place."""
    starts, indices = X.indptr.astype(np.int64), X.indices.astype(np.int32, copy=False)
    with pool() as threads:
        where: Any = (X.data, indices, starts, rare, np.float32(most), half)
        threads.map(lambda span: dampen(*where, *span), spans(X.shape[0], STEP))
