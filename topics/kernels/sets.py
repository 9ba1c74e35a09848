"""How much pairs of sets have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int64, uint32, void
from numpy.typing import NDArray

from topics.kernels import compiled, pool, spans

# Pairs that one thread compares at a time.
STEP = 8192


@compiled(void(int64[::1], uint32[::1], int64[::1], int64[::1], int64, int64, int64[::1]))
def meet(starts: Any, hashes: Any, i: Any, j: Any, first: int, last: int, out: Any) -> None:
    """Members in common of the pairs from `first` to `last`.  The set of a row is ascending."""
    for at in range(first, last):
        a, b, common = starts[i[at]], starts[j[at]], 0
        end_a, end_b = starts[i[at] + 1], starts[j[at] + 1]
        while a < end_a and b < end_b:
            left, right = hashes[a], hashes[b]
            common += left == right
            a += left <= right
            b += right <= left
        out[at] = common


def common(
    starts: NDArray[np.int64], hashes: NDArray[np.uint32], i: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Members in common of each pair of rows: int64 (n_pairs,)."""
    found = np.empty(len(i), np.int64)
    arrays = np.ascontiguousarray(starts), np.ascontiguousarray(hashes), i, j

    def some_pairs(span: tuple[int, int]) -> None:
        meet(*arrays, *span, found)

    with pool() as threads:
        threads.map(some_pairs, spans(len(i), STEP))
    return found
