"""Blocks of text to tokens: encodes them, has them read on threads, numbers their words in the order of the text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.kernels import hashing, pool, together
from topics.kernels import tokens as loops
from topics.kernels.classes import Classes

# One thread reads this much before words are numbered in the whole: its table and text fit a core's second cache.
BLOCK = 1 << 20
# The loops read eight bytes at a time, also from the last one.
PADDING = 8
# Of the table of a block: two for each word that fits, which it does until half of them are taken.
SLOTS = 2 << 16
# Parts that are brought to bytes at a time: what they take stays in the cache.
RUN = 32
EVERY_BIT = 2**64 - 1

Numbers = NDArray[np.int64]


class Scratch:
    """What one thread fills while it reads a block, kept for the next one.

    Fresh memory is slow to touch first (a page took .2 to 20 microseconds, sixty words' time and more), and giving it
    back stops the other threads. So all lies in one piece, for which NumPy asks for big pages; what is hardly filled,
    the text of a block that may not be ASCII, lies last.
    """

    def __init__(self, n_bytes: int, n_words: int) -> None:
        self.slots, self.begins, self.ends, self.digests, self.inside, self.breaks, self.ids, self.text = together(
            (np.uint64, SLOTS),
            (np.int64, SLOTS // 4),  # of distinct words as many as the table takes
            (np.int64, SLOTS // 4),
            (np.uint64, SLOTS // 4),
            (np.uint8, n_bytes // 8 + 9),
            (np.bool_, n_words),
            (np.int32, n_words),
            (np.uint8, n_bytes),
        )

    def fits(self, n_bytes: int, n_words: int) -> bool:
        """Whether a block of so many bytes and words finds room."""
        return n_bytes <= len(self.text) and n_words <= len(self.ids)

    def widen(self) -> None:
        """Twice as many distinct words."""
        self.slots = _spread(self.slots, self.digests, len(self.slots))
        room = len(self.slots) // 4
        self.begins, self.ends, self.digests = (_room(array, room) for array in (self.begins, self.ends, self.digests))


@dataclass(slots=True)
class Block:
    """The words of some parts of text, numbered within the block; arrays as `read` of the loops fills them."""

    text: NDArray[np.uint8]
    ids: NDArray[np.int32]
    breaks: NDArray[np.bool_]
    stops: Numbers
    begins: Numbers
    ends: Numbers
    digests: NDArray[np.uint64]
    scratch: Scratch | None = None


class WordTable:
    """Distinct words: UTF-8 bytes, a NUL behind each, and a table by digest to find them; no Python object for a word.

    classes : what cuts text to words.  keep : bits of the digest that are used.
    """

    def __init__(self, classes: Classes, keep: int = EVERY_BIT) -> None:
        self.classes = classes
        self.keep = np.uint64(keep)
        self.n_words = 0
        # room for half a million words; of it what is touched takes memory, a big page of each array at least
        self._text, self._begins, self._ends, self._digests = together(
            (np.uint8, 1 << 22), (np.int64, 1 << 19), (np.int64, 1 << 19), (np.uint64, 1 << 19)
        )
        self._slots = np.zeros(2 << 17, np.uint64)
        self._free: deque[Scratch] = deque()

    @classmethod
    def of(cls, words: Iterable[str], classes: Classes) -> WordTable:
        """The table of these distinct words."""
        table = cls(classes)
        table.add_words("\0".join(words))
        return table

    def __len__(self) -> int:
        return self.n_words

    def __iter__(self) -> Iterator[str]:
        return iter(self.words().split("\0") if self.n_words else ())

    def words(self) -> str:
        """Every word in the order of the numbers, a NUL between two: what is done to all is done soonest so."""
        used = int(self._ends[self.n_words - 1]) if self.n_words else 0
        return self._text[:used].tobytes().decode()

    def some(self, numbers: NDArray[np.integer[Any]]) -> list[str]:
        """The words of these numbers: cut from one string, for each by itself takes ten times as long."""
        sizes = self._ends[numbers] - self._begins[numbers] + 1  # with the NUL behind each
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self._begins[numbers] - ends + sizes, sizes)
        return self._text[places].tobytes().decode().split("\0")[:-1]

    def add_words(self, words: str) -> NDArray[np.int32]:
        """The number of each of these words, none of them empty, a NUL between two; new words get the next ones."""
        if not words:
            return np.empty(0, np.int32)
        text = np.frombuffer(bytearray(words.encode() + bytes(1 + PADDING)), np.uint8)
        ends = np.flatnonzero(text[:-PADDING] == 0)
        begins = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])
        digests = np.empty(len(ends), np.uint64)
        hashing.digest_all(text, begins, ends, self.keep, digests)
        return self.add(Block(text, np.empty(0, np.int32), np.empty(0, np.bool_), ends, begins, ends, digests))

    def add(self, block: Block) -> NDArray[np.int32]:
        """The number of each word of a block, int32; new words get the next ones."""
        most = self.n_words + len(block.begins)
        used = int(self._ends[self.n_words - 1]) if self.n_words else 0
        more = int(block.ends.sum() - block.begins.sum()) + len(block.begins)
        self._text = _room(self._text, used + more + PADDING)
        self._begins, self._ends = _room(self._begins, most), _room(self._ends, most)
        self._digests = _room(self._digests, most)
        if 4 * most > len(self._slots):
            self._slots = _spread(self._slots, self._digests, 1 << (4 * most).bit_length())
        numbers = np.empty(len(block.begins), np.int32)
        known = (self._text, self._begins, self._ends, self._digests, self._slots, self.n_words, self.keep)
        self.n_words = hashing.merge(block.text, block.begins, block.ends, block.digests, *known, numbers)
        return numbers

    def scratch(self, n_bytes: int, n_words: int) -> Scratch:
        """Memory to read a block of so many bytes and words in, until it is released."""
        try:
            scratch = self._free.pop()
        except IndexError:
            scratch = None
        if scratch is None or not scratch.fits(n_bytes, n_words):
            scratch = Scratch(n_bytes + n_bytes // 4, n_words + n_words // 4)
        return scratch

    def release(self, block: Block) -> None:
        """Let the memory of a block be used for others."""
        if block.scratch is not None:
            self._free.append(block.scratch)


def _room(array: NDArray[Any], size: int) -> NDArray[Any]:
    """The array, or a copy twice as long when `size` does not fit."""
    if size <= len(array):
        return array
    wide = np.empty(2 * size, array.dtype)
    wide[: len(array)] = array
    return wide


def _spread(slots: NDArray[np.uint64], digests: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """A table of `size` slots, a power of two, of the words of another."""
    (wide,) = together((np.uint64, 2 * size))
    wide.fill(0)
    hashing.spread(slots, digests, wide)
    return wide


def encode(parts: Sequence[str], room: NDArray[np.uint8] | None = None) -> tuple[NDArray[np.uint8], Numbers]:
    """Parts in UTF-8, a NUL behind each, and where each begins: int64 (n_parts + 1,).  Surrogates stay apart.

    room : where to write them, if they fit.
    """
    most = most_bytes(parts)
    text = np.empty(most, np.uint8) if room is None or len(room) < most else room
    view, sizes, end = text.data, [0], 0
    for first in range(0, len(parts), RUN):
        run = parts[first : first + RUN]
        whole = "\0".join(run)
        if whole.isascii():
            some = whole.encode()
            sizes += map(len, run)
        else:
            encoded = [part.encode("utf-8", "surrogatepass") for part in run]
            some = b"\0".join(encoded)
            sizes += map(len, encoded)
        view[end : end + len(some)] = some
        end += len(some) + 1
        text[end - 1] = 0
    text[end : end + PADDING] = 0
    return text[: end + PADDING], np.cumsum(sizes) + np.arange(len(sizes))


def most_bytes(parts: Sequence[str]) -> int:
    """Bytes that `encode` needs at most."""
    each = 1 if all(map(str.isascii, parts)) else 4
    return each * sum(map(len, parts)) + len(parts) + PADDING


def read(parts: Sequence[str], table: WordTable, lower: bool = False) -> Block:
    """The words of some parts of text, cut and hashed as `table` says, in a scratch of the table's.

    lower : of the parts in lower case.
    """
    if lower:  # those of ASCII as bytes, below
        parts = [part if part.isascii() else part.lower() for part in parts]
    most = most_bytes(parts)
    # a word is followed by another character, but at the end of a part
    scratch = table.scratch(most, most // 2 + len(parts))
    text, bounds = encode(parts, scratch.text)
    if lower:
        loops.lower(text)
    inside = scratch.inside[: len(text) // 8 + 9]
    loops.mark(text, table.classes[1], inside)
    scratch.slots.fill(0)
    ids, breaks, stops = scratch.ids, scratch.breaks, np.empty(len(parts), np.int64)
    state = np.array([0, 0, loops.BROKEN, 0, 0], np.int64)
    where = (text, bounds, *table.classes, table.keep, inside, state)

    def all_read() -> bool:
        distinct = scratch.begins, scratch.ends, scratch.digests
        return bool(loops.read(*where, scratch.slots, ids, breaks, stops, *distinct))

    while not all_read():
        scratch.widen()
    n, m = state[loops.TOKENS :].tolist()
    return Block(text, ids[:n], breaks[:n], stops, scratch.begins[:m], scratch.ends[:m], scratch.digests[:m], scratch)


def blocks(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The parts in runs of about `BLOCK` characters."""
    start, size = 0, 0
    for at, part in enumerate(parts):
        size += len(part)
        if size >= BLOCK:
            yield parts[start : at + 1]
            start, size = at + 1, 0
    if start < len(parts):
        yield parts[start:]


def tokenise(
    parts: Sequence[str], table: WordTable, jobs: int | None = None, *, lower: bool = False
) -> tuple[NDArray[np.int32], Numbers, NDArray[np.bool_]]:
    """Parts of text to numbers of words, (n_parts + 1,) where each part begins, and breaks.

    New words are added to `table`.  lower : words of the parts in lower case.
    """
    most = sum(map(len, parts)) + len(parts)  # scripts without spaces have a word a letter
    ids, breaks = np.empty(most, np.int32), np.empty(most, np.bool_)  # what is not touched takes no memory
    stops = np.zeros(len(parts) + 1, np.int64)
    n_tokens, n_parts = 0, 0

    def place(block: Block) -> tuple[NDArray[np.int32], int]:
        nonlocal n_tokens, n_parts
        start, first = n_tokens, n_parts
        n_tokens, n_parts = start + len(block.ids), first + len(block.stops)
        stops[first + 1 : n_parts + 1] = block.stops + start
        return table.add(block), start

    def write(block: Block, placed: tuple[NDArray[np.int32], int]) -> None:
        numbers, start = placed
        loops.renumber(block.ids, numbers, ids[start : start + len(block.ids)])
        breaks[start : start + len(block.ids)] = block.breaks
        table.release(block)

    with pool(jobs) as threads:
        threads.in_order(lambda some: read(some, table, lower), place, write, blocks(parts))
    ids.resize(n_tokens, refcheck=False)
    breaks.resize(n_tokens, refcheck=False)
    return ids, stops, breaks
