"""Sets of runs of words, and how much pairs of them have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import int32, int64, uint32, uint64, void
from numpy.typing import NDArray

from topics.kernels import compiled, pool, spans

# Pairs that one thread compares at a time, and articles whose runs it makes.
STEP = 8192
ARTICLES = 1024

_i4, _i8, _u8 = int32[::1], int64[::1], uint64[::1]


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


@compiled(int64(_i4, _i8, int64, int64))
def count(ids: Any, piece_starts: Any, begin: int, end: int) -> int:
    """Pieces of the words from `begin` to `end`."""
    found = 0
    for at in range(begin, end):
        found += piece_starts[ids[at] + 1] - piece_starts[ids[at]]
    return found


@compiled(int64(_i4, _i8, _i4, _i8, _u8, int64, int64, int64, int64, uint64, uint64, _u8))
def fill(
    ids: Any, starts: Any, titles: Any, piece_starts: Any, pieces: Any, run: int, least: int, first: int, last: int,
    factor: Any, spread: Any, out: Any,
) -> int:  # fmt: skip
    """Write article and hash, in one number, of each run of the articles from `first` to `last`; returns how many."""
    held, top = np.zeros(run, np.uint64), uint64(1)  # the pieces of a run in a ring
    for _ in range(run - 1):
        top *= factor
    n_out = 0
    for article in range(first, last):
        begin, end = starts[article] + titles[article], starts[article + 1]
        size = count(ids, piece_starts, begin, end)
        headline = size == 0
        if headline:  # all its words are one run
            begin = starts[article]
            size = count(ids, piece_starts, begin, end)
        if size < (run if headline else least):
            continue
        owner, mixed, place, left = uint64(article) << uint64(32), uint64(0), 0, size if headline else run
        held[:] = 0
        for at in range(begin, end):
            for piece in range(piece_starts[ids[at]], piece_starts[ids[at] + 1]):
                if not headline:
                    mixed -= held[place] * top
                    held[place] = pieces[piece]
                    place = place + 1 if place + 1 < run else 0
                mixed = mixed * factor + pieces[piece]
                left -= 1
                if left > 0:
                    continue
                whole = (mixed ^ (mixed >> uint64(29))) * spread
                out[n_out] = owner | whole >> uint64(32)
                n_out += 1
                if headline:
                    out[n_out] = owner | whole & uint64(0xFFFFFFFF)
                    n_out += 1
    return n_out


def runs(
    block: Any, piece_starts: NDArray[np.int64], pieces: NDArray[np.uint64], run: int, least: int,
    factor: np.uint64, spread: np.uint64,
) -> list[NDArray[np.uint64]]:  # fmt: skip
    """Article and hash, in one number, of every run in a block of tokens: ascending, article by article.

    piece_starts, pieces : where the pieces of a word begin, and their hashes.  run : pieces of a run.  least : of a
    text.  factor, spread : odd, of the hash.
    """
    sizes = np.diff(piece_starts)

    def some(span: tuple[int, int]) -> NDArray[np.uint64]:
        first, last = span
        here = block.ids[block.starts[first] : block.starts[last]]
        out = np.empty(int(sizes[here].sum()), np.uint64)
        where = (block.ids, block.starts, block.titles, piece_starts, pieces, run, least, first, last)
        return np.sort(out[: fill(*where, factor, spread, out)])

    with pool() as threads:
        return threads.map(some, spans(len(block), ARTICLES))
