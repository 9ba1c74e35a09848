"""A table of distinct words by their bytes: open addressing, as compiled loops use it."""

from __future__ import annotations

from typing import Any

from numba import boolean, int32, int64, uint8, uint64, void
from numba.types import Tuple

from topics.kernels import compiled
from topics.kernels.bits import ask, number_at, word_at

_u1, _u8, _numbers = uint8[::1], uint64[::1], int64[::1]
_hash = Tuple((uint64, uint64))
# Words ahead whose slots are asked for, to be there in time.
AHEAD = 16
# The part of a slot that holds the number of a word.
NUMBER_BITS = uint64(0xFFFFFFFF)


@compiled(_hash(int64, int64, int64))
def digest(data: int, start: int, end: int) -> tuple[int, int]:
    """A number for some bytes, and their key: the bytes themselves where eight hold them, else that number.

    The slot of a word is taken from the low bits.  Multiplied once, those would depend on the first letters alone, and
    every word of three letters would share one slot in 256 with all others.
    """
    value = uint64(end - start)
    short = end - start <= 8
    while end - start > 8:
        value = (value ^ word_at(data + start, 0)) * uint64(0x9E3779B97F4A7C15)
        value ^= value >> uint64(32)
        start += 8
    last = word_at(data + start, 0) << uint64(8 * (8 - end + start))
    value = (value ^ last) * uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> uint64(32))) * uint64(0xD6E8FEB86659FD93)
    value ^= value >> uint64(32)
    return value, last if short else value


@compiled(boolean(int64, int64, int64))
def same(left: int, right: int, length: int) -> bool:
    """Whether two runs of bytes are equal."""
    while length > 8:
        if word_at(left, 0) != word_at(right, 0):
            return False
        left, right, length = left + 8, right + 8, length - 8
    return (word_at(left, 0) ^ word_at(right, 0)) << uint64(8 * (8 - length)) == uint64(0)


@compiled(int64(uint64, uint64, int64, int64, int64, int64, int64, int64))
def place(value: int, key: int, word: int, length: int, slots: int, mask: int, known: int, begins: int) -> int:
    """The slot of the word at `word`: its own, or the free one where it belongs.

    A slot is two numbers: the word's key; and its length in bytes, above its number + 1, 0 in a free slot.  Key and
    length are a word of up to eight bytes; of a longer one, the bytes decide in the end.
    """
    slot = int64(value) & mask
    tag = word_at(slots, 2 * slot + 1)
    while tag:
        begin = known + number_at(begins, int64(tag & NUMBER_BITS) - 1)
        alike = word_at(slots, 2 * slot) == key and int64(tag >> uint64(32)) == length
        if alike and (length <= 8 or same(begin, word, length)):
            return slot
        slot = (slot + 1) & mask
        tag = word_at(slots, 2 * slot + 1)
    return slot


@compiled(void(_u8, _u8, _u8))
def spread(slots: Any, digests: Any, wide: Any) -> None:
    """Fill an empty table, its size a power of two, with the words of another."""
    mask = uint64(len(wide) // 2 - 1)
    for old in range(len(slots) // 2):
        tag = slots[2 * old + 1]
        if tag:
            slot = digests[int64(tag & NUMBER_BITS) - 1] & mask
            while wide[2 * slot + uint64(1)]:
                slot = (slot + uint64(1)) & mask
            wide[2 * slot], wide[2 * slot + uint64(1)] = slots[2 * old], tag


@compiled(void(_u1, _numbers, _numbers, uint64, _u8))
def digest_all(text: Any, begins: Any, ends: Any, keep: Any, digests: Any) -> None:
    """The digest of each word."""
    data = text.ctypes.data
    for word in range(len(begins)):
        digests[word] = digest(data, begins[word], ends[word])[0] & keep


@compiled(int64(_u1, _numbers, _numbers, _u8, _u1, _numbers, _numbers, _u8, _u8, int64, uint64, int32[::1]))
def merge(
    text: Any, begins: Any, ends: Any, digests: Any,
    known: Any, known_begins: Any, known_ends: Any, known_digests: Any, table: Any, n_words: int, keep: Any,
    numbers: Any,
) -> int:  # fmt: skip
    """Give the words of a block their numbers among all words known, adding new ones; returns how many are known."""
    data, kept, slots = text.ctypes.data, known.ctypes.data, table.ctypes.data
    begin_at = known_begins.ctypes.data
    mask = len(table) // 2 - 1
    for word in range(len(begins)):
        ask(slots + 16 * (int64(digests[min(word + AHEAD, len(begins) - 1)]) & mask))
        begin, length = begins[word], ends[word] - begins[word]
        value, key = digests[word], digest(data, begin, ends[word])[1]
        if length > 8:
            key &= keep
        slot = place(value, key, data + begin, length, slots, mask, kept, begin_at)
        number = int64(table[2 * slot + 1] & NUMBER_BITS) - 1
        if number < 0:
            number = n_words
            n_words += 1
            start = known_ends[number - 1] + 1 if number else int64(0)
            for i in range(length):
                known[start + i] = text[begin + i]
            known[start + length] = 0
            known_begins[number], known_ends[number], known_digests[number] = start, start + length, value
            table[2 * slot], table[2 * slot + 1] = key, uint64(length) << uint64(32) | uint64(n_words)
        numbers[word] = number
    return n_words
