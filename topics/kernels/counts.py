"""Numbers of words to counts of terms, row by row, straight into the arrays of a CSR matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, uint64, void
from numpy.typing import NDArray

from topics.kernels import Pool, compiled, pool, spans
from topics.kernels.bits import lowest_bit

# Articles that one thread counts before it takes the next ones: a few megabytes of text.
STEP = 2048
# Sums over all articles are held this many times, whatever the number of blocks and threads.
PARTS = 16

_i4, _i8 = int32[::1], int64[::1]


@compiled(void(_i4, _i8, _i4, int64, int64, int32[:, ::1]))
def occur(ids: Any, starts: Any, term: Any, first: int, last: int, df: Any) -> None:
    """Add to `df[:, 0]` the articles from `first` to `last` that hold each term; its other column is for notes."""
    df[:, 1] = -1
    for article in range(first, last):
        for at in range(starts[article], starts[article + 1]):
            number = term[ids[at]]
            if number >= 0 and df[number, 1] != article:
                df[number, 0] += 1
                df[number, 1] = article


@compiled(int64(_i4, _i8, _i4, _i4, float64, int64, int64, int64, int64, _i8, _i4, float32[::1]))
def fill(
    ids: Any, starts: Any, titles: Any, term: Any, title_weight: float, lead: int, n_terms: int, first: int, last: int,
    sizes: Any, indices: Any, data: Any,
) -> int:  # fmt: skip
    """Write the rows of the articles from `first` to `last`, terms ascending, sums in double precision.

    The terms of a row stand as bits in a map of two levels, which gives them in order without a sort.  Returns how many
    there are; `sizes` gets those of each article.
    """
    sums = np.zeros(n_terms)
    bits = np.zeros((n_terms >> 6) + 1, np.uint64)
    upper = np.zeros((n_terms >> 12) + 1, np.uint64)
    out = int64(0)
    for article in range(first, last):
        start = starts[article]
        before = out
        for at in range(start, starts[article + 1]):
            number = int64(term[ids[at]])
            if number >= 0:
                weight = title_weight if at - start < titles[article] else 1.0
                sums[number] += 2 * weight if at - start < lead else weight
                bits[number >> 6] |= uint64(1) << uint64(number & 63)
                upper[number >> 12] |= uint64(1) << uint64(number >> 6 & 63)
        for top in range(len(upper)):
            while upper[top]:
                word = (top << 6) + int64(lowest_bit(upper[top]))
                upper[top] &= upper[top] - uint64(1)
                while bits[word]:
                    number = (word << 6) + int64(lowest_bit(bits[word]))
                    bits[word] &= bits[word] - uint64(1)
                    indices[out], data[out] = number, sums[number]
                    sums[number] = 0
                    out += 1
        sizes[article - first] = out - before
    return out


@compiled(void(_i4, _i8, _i4, boolean[::1], boolean[::1], float64, int64, int64, _i8, _i8, _i8))
def sight(
    ids: Any, starts: Any, titles: Any, breaks: Any, capital: Any, most: float, first: int, last: int,
    inside: Any, plain: Any, total: Any,
) -> None:  # fmt: skip
    """Count the places of words: inside sentences, outside titles with a share of capitals above `most`, anywhere."""
    for article in range(first, last):
        start = starts[article]
        body = start + titles[article]
        capitals = 0
        for at in range(start, body):
            capitals += capital[ids[at]]
        shouted = capitals > most * titles[article]
        for at in range(start, starts[article + 1]):
            word = ids[at]
            total[word] += 1
            if at >= body or not shouted:
                plain[word] += 1
                inside[word] += not breaks[at]


def _runs(blocks: Sequence[Any]) -> list[tuple[Any, int, int]]:
    """(block, first, last): some articles of a block."""
    return [(block, first, last) for block in blocks for first, last in spans(len(block), STEP)]


def _parts(runs: Sequence[Any]) -> list[tuple[int, int]]:
    """Spans of runs over which one sum is taken."""
    return spans(len(runs), max(1, -(-len(runs) // PARTS)))


def _totals(threads: Pool, blocks: Sequence[Any], sizes: Sequence[int], add: Callable[..., None]) -> list[Any]:
    """Sums over all articles: int64 arrays of these sizes, to which `add` adds those of one run."""
    runs = _runs(blocks)

    def part(first: int, last: int) -> list[Any]:
        sums = [np.zeros(size, np.int64) for size in sizes]
        for run in runs[first:last]:
            add(*run, *sums)
        return sums

    found = threads.map(lambda span: part(*span), _parts(runs))
    return [np.sum(arrays, axis=0) for arrays in zip(*found, strict=True)] or [np.zeros(size) for size in sizes]


def frequencies(blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int, jobs: int | None) -> NDArray[np.int64]:
    """Articles that hold each term."""
    runs = _runs(blocks)

    def part(first: int, last: int) -> NDArray[np.int32]:
        df = np.zeros((n_terms, 2), np.int32)  # side by side: one read for both
        for block, start, stop in runs[first:last]:
            occur(block.ids, block.starts, term, start, stop, df)
        return df[:, 0]

    with pool(jobs) as threads:
        found = threads.map(lambda span: part(*span), _parts(runs))
    return np.asarray(sum(found, np.zeros(n_terms, np.int64)))


def count(
    blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int, title_weight: float, lead: int, jobs: int | None
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Data, indices and row starts of a CSR matrix."""

    def run(block: Any, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        most = block.starts[last] - block.starts[first]
        sizes, indices, data = np.empty(last - first, np.int64), np.empty(most, np.int32), np.empty(most, np.float32)
        where = (title_weight, lead, n_terms, first, last, sizes, indices, data)
        size = fill(block.ids, block.starts, block.titles, term, *where)
        indices.resize(size, refcheck=False)
        data.resize(size, refcheck=False)
        return sizes, indices, data

    with pool(jobs) as threads:
        found = threads.map(lambda some: run(*some), _runs(blocks))
    starts = np.cumsum(np.concatenate([np.zeros(1, np.int64), *(sizes for sizes, _, _ in found)]))
    indices, data = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    end = len(data)
    while found:  # from the last on, so that each can be let go
        _, some, values = found.pop()
        indices[end - len(some) : end], data[end - len(some) : end] = some, values
        end -= len(some)
    return data, indices, starts


def sightings(blocks: Sequence[Any], capital: NDArray[np.bool_], most: float, jobs: int | None) -> list[Any]:
    """Places of each word inside sentences, outside shouted titles, anywhere."""

    def add(block: Any, first: int, last: int, *sums: NDArray[np.int64]) -> None:
        sight(block.ids, block.starts, block.titles, block.breaks, capital, most, first, last, *sums)

    with pool(jobs) as threads:
        return _totals(threads, blocks, [len(capital)] * 3, add)
