"""Numbers of words to counts of terms, row by row, straight into the arrays of a CSR matrix."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numba import boolean, float32, float64, int32, int64, uint64, void
from numpy.typing import NDArray

from topics.kernels import Pool, compiled, pool, spans, together
from topics.kernels.bits import lowest_bit

# Articles that one thread counts before it takes the next ones: a few megabytes of text.
STEP = 2048
# Sums over all articles are held this many times, whatever the number of blocks and threads.
PARTS = 16
# Places for words without a term, behind those of terms, so that sums in one do not wait for each other.
NONE = 16

_i4, _i8, _u8 = int32[::1], int64[::1], uint64[::1]


# Places are unsigned below: of a signed one numba asks whether it counts from the end, at every word.


@compiled(uint64(_i4, _i4, uint64, int64))
def term_at(ids: Any, term: Any, at: int, none: int) -> int:
    """The term of a word; one of the `NONE` from `none` on when it has none.

    Half of all words have none, in no order, so passing them over takes longer than counting them; and counting all in
    one place would have each wait for the one before.
    """
    number = int64(term[uint64(ids[at])])
    return uint64(none + int64(at % uint64(NONE)) if number < 0 else number)


@compiled(void(_i4, _i8, _i4, int64, int64, int32[:, ::1]))
def occur(ids: Any, starts: Any, term: Any, first: int, last: int, df: Any) -> None:
    """Add to `df[:, 0]` the articles from `first` to `last` that hold each term; its other column is for notes.

    The last rows are for words without a term.
    """
    df[:, 1] = -1
    none = len(df) - NONE
    for article in range(first, last):
        now = int32(article)
        for at in range(uint64(starts[article]), uint64(starts[article + 1])):
            number = term_at(ids, term, at, none)
            df[number, 0] += int32(df[number, 1] != now)
            df[number, 1] = now


@compiled(void(_i4, _i4, int64, int64, float64, int64, float64[::1], _u8, _u8))
def add(ids: Any, term: Any, start: int, stop: int, weight: float, none: int, sums: Any, bits: Any, upper: Any) -> None:
    """Add a weight to the term of each word from `start` to `stop`, and note the term in the map."""
    for at in range(uint64(start), uint64(stop)):
        number = term_at(ids, term, at, none)
        sums[number] += weight
        bits[number >> uint64(6)] |= uint64(1) << (number & uint64(63))
        upper[number >> uint64(12)] |= uint64(1) << (number >> uint64(6) & uint64(63))


@compiled(int64(_i4, _i8, _i4, _i4, float64, int64, int64, int64, _i8, float64[::1], _u8, _u8, _i4, float32[::1]))
def fill(
    ids: Any, starts: Any, titles: Any, term: Any, title_weight: float, lead: int, first: int, last: int,
    sizes: Any, sums: Any, bits: Any, upper: Any, indices: Any, data: Any,
) -> int:  # fmt: skip
    """Write the rows of the articles from `first` to `last`, terms ascending, sums in double precision.

    The terms of a row stand as bits in a map of two levels, which gives them in order without a sort.  Returns how many
    there are; `sizes` gets those of each article.  sums, bits, upper : zeros for all terms, and left so.
    """
    tops = len(upper) - 1
    none = tops << 12  # with a bit of the upper level that no term has, so that it is never looked at
    out = uint64(0)
    for article in range(first, last):
        start, stop, before = starts[article], starts[article + 1], out
        title, front = min(start + titles[article], stop), min(start + lead, stop)
        both = min(title, front)
        add(ids, term, start, both, 2 * title_weight, none, sums, bits, upper)
        add(ids, term, both, title, title_weight, none, sums, bits, upper)
        add(ids, term, both, front, 2.0, none, sums, bits, upper)
        add(ids, term, max(title, front), stop, 1.0, none, sums, bits, upper)
        for top in range(uint64(tops)):
            high, upper[top] = upper[top], uint64(0)
            while high:
                word = (top << uint64(6)) + lowest_bit(high)
                high &= high - uint64(1)
                low, bits[word] = bits[word], uint64(0)
                while low:
                    number = (word << uint64(6)) + lowest_bit(low)
                    low &= low - uint64(1)
                    indices[out], data[out] = number, sums[number]
                    sums[number] = 0
                    out += uint64(1)
        sizes[article - first] = out - before
    return int64(out)


@compiled(void(_i4, _i8, _i4, boolean[::1], boolean[::1], float64, int64, int64, _i8, _i8, _i8))
def sight(
    ids: Any, starts: Any, titles: Any, breaks: Any, capital: Any, most: float, first: int, last: int,
    inside: Any, plain: Any, total: Any,
) -> None:  # fmt: skip
    """Count the places of words: inside sentences, outside titles with a share of capitals above `most`, anywhere."""
    for article in range(first, last):
        start, stop = uint64(starts[article]), uint64(starts[article + 1])
        body = start + uint64(titles[article])
        capitals = 0
        for at in range(start, body):
            capitals += capital[uint64(ids[at])]
        shouted = capitals > most * titles[article]
        for at in range(start, stop):
            word = uint64(ids[at])
            told = at >= body or not shouted
            total[word] += 1
            plain[word] += told
            inside[word] += told and not breaks[at]


class Filling:
    """What one thread fills with rows of the matrix.

    sums, bits, upper : as `fill` wants them.  indices, data : room for `most` entries, the first `size` of them filled.
    sizes : entries of each article.
    """

    def __init__(self, most: int, n_terms: int) -> None:
        tops = (n_terms >> 12) + 1
        self.upper, self.bits, self.sums, self.indices, self.data = together(
            (np.uint64, tops + 1),
            (np.uint64, (tops << 6) + 1),
            (np.float64, (tops << 12) + NONE),
            (np.int32, most),
            (np.float32, most),
        )
        for array in (self.upper, self.bits, self.sums):
            array.fill(0)
        self.sizes, self.size = np.empty(0, np.int64), 0


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
    sums: deque[NDArray[np.int32]] = deque()  # one for each thread; whole numbers have the same sum in any order

    def run(block: Any, first: int, last: int) -> None:
        try:
            df = sums.pop()
        except IndexError:
            df = np.zeros((n_terms + NONE, 2), np.int32)  # side by side: one read for both
        occur(block.ids, block.starts, term, first, last, df)
        sums.append(df)

    with pool(jobs) as threads:
        threads.map(lambda some: run(*some), _runs(blocks))
    return np.asarray(sum((df[:n_terms, 0] for df in sums), np.zeros(n_terms, np.int64)))


def count(
    blocks: Sequence[Any], term: NDArray[np.int32], n_terms: int, title_weight: float, lead: int, jobs: int | None
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Data, indices and row starts of a CSR matrix."""
    size = sum(len(block.ids) for block in blocks)
    indices, data = np.empty(size, np.int32), np.empty(size, np.float32)  # what is not touched takes no memory
    starts = np.zeros(1 + sum(map(len, blocks)), np.int64)
    n_rows, n_entries = 0, 0
    runs = _runs(blocks)
    most = max((int(block.starts[last] - block.starts[first]) for block, first, last in runs), default=0)
    free: deque[Filling] = deque()  # memory touched before, which fresh one is not

    def run(part: tuple[Any, int, int]) -> Filling:
        block, first, last = part
        try:
            rows = free.pop()
        except IndexError:
            rows = Filling(most, n_terms)
        rows.sizes = np.empty(last - first, np.int64)
        where = (title_weight, lead, first, last, rows.sizes, rows.sums, rows.bits, rows.upper, rows.indices, rows.data)
        rows.size = fill(block.ids, block.starts, block.titles, term, *where)
        return rows

    def place(rows: Filling) -> tuple[int, int]:
        nonlocal n_rows, n_entries
        first, n_entries, n_rows = n_entries, n_entries + rows.size, n_rows + len(rows.sizes)
        starts[n_rows - len(rows.sizes) + 1 : n_rows + 1] = first + np.cumsum(rows.sizes)
        return first, n_entries

    def write(rows: Filling, where: tuple[int, int]) -> None:
        data[slice(*where)], indices[slice(*where)] = rows.data[: rows.size], rows.indices[: rows.size]
        free.append(rows)

    with pool(jobs) as threads:
        threads.in_order(run, place, write, runs)
    indices.resize(n_entries, refcheck=False)
    data.resize(n_entries, refcheck=False)
    return data, indices, starts


def sightings(blocks: Sequence[Any], capital: NDArray[np.bool_], most: float, jobs: int | None) -> list[Any]:
    """Places of each word inside sentences, outside shouted titles, anywhere."""

    def add(block: Any, first: int, last: int, *sums: NDArray[np.int64]) -> None:
        sight(block.ids, block.starts, block.titles, block.breaks, capital, most, first, last, *sums)

    with pool(jobs) as threads:
        return _totals(threads, blocks, [len(capital)] * 3, add)
