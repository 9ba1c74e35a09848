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


@compiled(void(_i4, _i8, _i4, int64, int64, _i8, _i8))
def occur(ids: Any, starts: Any, term: Any, first: int, last: int, df: Any, sizes: Any) -> None:
    """Add to `df` the articles from `first` to `last` that hold each term, and set `sizes`, their distinct terms."""
    seen = np.full(len(df), -1, np.int64)
    for article in range(first, last):
        size = 0
        for at in range(starts[article], starts[article + 1]):
            number = term[ids[at]]
            if number >= 0 and seen[number] != article:
                seen[number] = article
                df[number] += 1
                size += 1
        sizes[article] = size


@compiled(void(_i4, _i8, _i4, _i4, float64, int64, int64, int64, int64, _i8, _i4, float32[::1]))
def fill(
    ids: Any, starts: Any, titles: Any, term: Any, title_weight: float, lead: int, n_terms: int, first: int, last: int,
    row_starts: Any, indices: Any, data: Any,
) -> None:  # fmt: skip
    """Write the rows of the articles from `first` to `last`, terms ascending, sums in double precision.

    The terms of a row stand as bits in a map of two levels, which gives them in order without a sort.
    """
    sums = np.zeros(n_terms)
    bits = np.zeros((n_terms >> 6) + 1, np.uint64)
    upper = np.zeros((n_terms >> 12) + 1, np.uint64)
    for article in range(first, last):
        start = starts[article]
        for at in range(start, starts[article + 1]):
            number = int64(term[ids[at]])
            if number >= 0:
                weight = title_weight if at - start < titles[article] else 1.0
                sums[number] += 2 * weight if at - start < lead else weight
                bits[number >> 6] |= uint64(1) << uint64(number & 63)
                upper[number >> 12] |= uint64(1) << uint64(number >> 6 & 63)
        out = row_starts[article]
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


def _totals(threads: Pool, blocks: Sequence[Any], sizes: Sequence[int], add: Callable[..., None]) -> list[Any]:
    """Sums over all articles: int64 arrays of these sizes, to which `add` adds those of one run."""
    runs = _runs(blocks)

    def part(first: int, last: int) -> list[Any]:
        sums = [np.zeros(size, np.int64) for size in sizes]
        for run in runs[first:last]:
            add(*run, *sums)
        return sums

    found = threads.map(lambda span: part(*span), spans(len(runs), max(1, -(-len(runs) // PARTS))))
    return [np.sum(arrays, axis=0) for arrays in zip(*found, strict=True)] or [np.zeros(size) for size in sizes]


def _occurrences(
    threads: Pool, blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int
) -> tuple[NDArray[np.int64], dict[int, NDArray[np.int64]]]:
    """Articles with each term; and for each block, by its identity, the distinct terms of its articles."""
    sizes = {id(block): np.zeros(len(block), np.int64) for block in blocks}

    def add(block: Any, first: int, last: int, df: NDArray[np.int64]) -> None:
        occur(block.ids, block.starts, term, first, last, df, sizes[id(block)])

    return _totals(threads, blocks, [n_terms], add)[0], sizes


def frequencies(blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int, jobs: int | None) -> NDArray[np.int64]:
    """Articles that hold each term."""
    with pool(jobs) as threads:
        return _occurrences(threads, blocks, term, n_terms)[0]


def count(
    blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int, title_weight: float, lead: int, jobs: int | None
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Data, indices and row starts of a CSR matrix."""
    with pool(jobs) as threads:
        _, sizes = _occurrences(threads, blocks, term, n_terms)
        starts = np.cumsum(np.concatenate([[0], *(sizes[id(block)] for block in blocks)]))
        indices, data = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
        first_rows = np.cumsum([0, *(len(block) for block in blocks)])

        def run(block: Any, first: int, last: int) -> None:
            where = (title_weight, lead, n_terms, first, last, rows[id(block)], indices, data)
            fill(block.ids, block.starts, block.titles, term, *where)

        rows = {id(block): starts[row:] for block, row in zip(blocks, first_rows, strict=False)}
        threads.map(lambda some: run(*some), _runs(blocks))
    return data, indices, starts


def sightings(blocks: Sequence[Any], capital: NDArray[np.bool_], most: float, jobs: int | None) -> list[Any]:
    """Places of each word inside sentences, outside shouted titles, anywhere."""

    def add(block: Any, first: int, last: int, *sums: NDArray[np.int64]) -> None:
        sight(block.ids, block.starts, block.titles, block.breaks, capital, most, first, last, *sums)

    with pool(jobs) as threads:
        return _totals(threads, blocks, [len(capital)] * 3, add)
