"""The nearest other rows of every row of a matrix: candidates by some terms, decided by all; products of pairs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import float32, float64, int32, int64, void
from numpy.typing import NDArray

from topics.kernels import compiled, pool, spans
from topics.kernels.topk import gather, lists_of, of_rows, settle, some_pass

# Rows that one thread takes at a time.
STEP = 256
# Pairs of rows that one thread multiplies at a time.
PAIRS = 8192


@compiled(int64(int32[::1], float64[::1], int64, int64, float64, int32[::1], float64[::1]))
def choose(rows: Any, scores: Any, n: int, own: int, least: float, best: Any, best_scores: Any) -> int:
    """Put the highest of `n` scores above `least` into `best`, ties to the earlier row; returns how many."""
    k, count = len(best), 0
    for at in range(n):
        row, score = rows[at], scores[at]
        if row == own or score <= least:
            continue
        place = count
        while place > 0 and (
            best_scores[place - 1] < score or (best_scores[place - 1] == score and best[place - 1] > row)
        ):
            place -= 1
        if place == k:
            continue
        count = min(count + 1, k)
        for later in range(count - 1, place, -1):
            best[later], best_scores[later] = best[later - 1], best_scores[later - 1]
        best[place], best_scores[place] = row, score
    return count


@compiled(
    void(
        *of_rows, *of_rows, *of_rows, of_rows[1], of_rows[2], some_pass, int64, int64, int64, float64,
        float32[::1], int32[::1], int32[::1], int64[::1], int32[:, ::1], float64[:, ::1],
    )
)  # fmt: skip
def search(
    starts: Any, terms: Any, values: Any, some_starts: Any, some_terms: Any, some_values: Any,
    list_starts: Any, list_rows: Any, list_values: Any, every_term: Any, most: Any, passes: Any,
    first: int, last: int, wanted: int, least: float,
    sums: Any, met: Any, out: Any, counts: Any, best: Any, best_scores: Any,
) -> None:  # fmt: skip
    """The nearest of the rows from `first` to `last`: as many as `best` has columns, of `wanted` candidates each.

    starts, terms, values : every row with all its terms.  some_... : with those that candidates are found by.
    list_... : the rows of each of these.  every_term : 0, 1, 2, ...  most : the highest value of each list.
    """
    scores = np.empty(len(sums))
    for row in range(first, last):
        a, b = some_starts[row], some_starts[row + 1]
        begin, end, weights, rest = lists_of(some_terms[a:b], some_values[a:b], every_term, list_starts, most)
        heap = np.empty(min(wanted + 1, len(sums)), np.float32)  # and the row itself
        n = gather(begin, end, weights, rest, list_rows, list_values, passes, 0.0, sums, met, out, heap)
        a, b = starts[row], starts[row + 1]
        settle(terms[a:b], values[a:b], starts, terms, values, out[:n], scores)
        counts[row] = choose(out, scores, n, row, least, best[row], best_scores[row])


@compiled(void(int64[::1], int32[::1], float32[::1], int64[::1], int64[::1], int64, int64, float64[::1], float64[::1]))
def multiply(starts: Any, terms: Any, values: Any, i: Any, j: Any, first: int, last: int, full: Any, out: Any) -> None:
    """The products of the pairs of rows from `first` to `last`, ascending by `i`.  full : zeros, (n_columns,)."""
    spread = int64(-1)
    for at in range(first, last):
        if i[at] != spread:
            if spread >= 0:
                for entry in range(starts[spread], starts[spread + 1]):
                    full[terms[entry]] = 0
            spread = i[at]
            for entry in range(starts[spread], starts[spread + 1]):
                full[terms[entry]] = values[entry]
        total = 0.0
        for entry in range(starts[j[at]], starts[j[at] + 1]):
            total += full[terms[entry]] * float64(values[entry])
        out[at] = total
    if spread >= 0:
        for entry in range(starts[spread], starts[spread + 1]):
            full[terms[entry]] = 0


def dots(X: Any, i: NDArray[np.int64], j: NDArray[np.int64]) -> NDArray[np.float64]:
    """Products of pairs of rows of a CSR matrix: float64 (n_pairs,).  The rows `i` are the longer ones."""
    order = np.argsort(i, kind="stable")
    pairs = i[order], j[order]
    matrix = X.indptr.astype(np.int64), X.indices.astype(np.int32, copy=False), X.data.astype(np.float32, copy=False)
    products, found = np.empty(len(i)), np.empty(len(i))
    free: list[NDArray[np.float64]] = []

    def some_pairs(span: tuple[int, int]) -> None:
        full = free.pop() if free else np.zeros(X.shape[1])
        multiply(*matrix, *pairs, span[0], span[1], full, products)
        free.append(full)

    with pool() as threads:
        threads.map(some_pairs, spans(len(i), PAIRS))
    found[order] = products
    return found


def nearest(
    X: Any, some: Any, k: int, wanted: int, least: float, step: Callable[[int, int], None]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Rows, their nearest others and the scores of these, as `topics.graph.nearest` wants them.

    X : float32 CSR of unit rows, columns ascending in each.  some : the same with the terms for candidates alone.
    wanted : candidates for each row.
    """
    n = X.shape[0]
    lists = some.T.tocsr()
    arrays = [
        array
        for M in (X, some, lists)
        for array in (
            M.indptr.astype(np.int64),
            M.indices.astype(np.int32, copy=False),
            M.data.astype(np.float32, copy=False),
        )
    ]
    highest = np.zeros(X.shape[1], np.float32)
    filled = np.diff(lists.indptr) > 0
    if filled.any():
        highest[filled] = np.maximum.reduceat(lists.data, lists.indptr[:-1][filled])
    arrays += [np.arange(X.shape[1], dtype=np.int32), highest, np.ones(n, np.bool_)]
    counts, best, scores = np.zeros(n, np.int64), np.empty((n, k), np.int32), np.empty((n, k))
    free: list[Any] = []

    def some_rows(span: tuple[int, int]) -> int:
        scratch = free.pop() if free else (np.zeros(n, np.float32), np.empty(n, np.int32), np.empty(n, np.int32))
        where: Any = (*arrays, *span, wanted, least, *scratch, counts, best, scores)
        search(*where)
        free.append(scratch)
        return span[1]

    with pool() as threads:
        for done in threads.stream(some_rows, spans(n, STEP)):
            step(done, n)
    there = np.arange(k) < counts[:, None]
    return np.repeat(np.arange(n), counts), best[there].astype(np.int64), scores[there]
