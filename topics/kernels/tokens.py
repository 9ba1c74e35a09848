"""UTF-8 bytes to numbers of words, as `topics.text.words.split` cuts them.

Each block of text is read by itself, with its own table of words; `merge` then gives the words of a block their numbers
in the whole, block after block, so that numbers follow the order of the text however many threads read it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import boolean, int32, int64, uint8, uint16, uint64, void
from numba.extending import intrinsic
from numba.types import Tuple

from topics.kernels import compiled
from topics.kernels.classes import BLANK, JOINER, LETTER, LINE, MARK, NUMBER, POINT, RUN, WORD

# What has come since the last word: blanks alone, a carriage return that waits for its line feed, one line end, more.
PLAIN, RETURN, ONE_LINE, BROKEN = 0, 1, 2, 3


_u1, _u8, _numbers = uint8[::1], uint64[::1], int64[::1]
_view, _hash = Tuple((int64, int64)), Tuple((uint64, uint64))
# The part of a slot that holds the number of a word.
NUMBER_BITS = uint64(0xFFFFFFFF)


def _loader(kind: Any, bits: int) -> Any:
    """A read of the `at`-th number of a kind behind an address, aligned or not.

    The functions below pass addresses, not arrays: numba counts references around calls with arrays, atomically, which
    a loop of a few instructions feels.  `read` holds the arrays.
    """

    @intrinsic  # type: ignore[untyped-decorator]
    def load(_: Any, address: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer = builder.inttoptr(arguments[0], ir.IntType(bits).as_pointer())
            return builder.load(builder.gep(pointer, [arguments[1]]), align=1)

        return kind(int64, int64), generate

    return load


byte_at, short_at, word_at, number_at = _loader(uint8, 8), _loader(uint16, 16), _loader(uint64, 64), _loader(int64, 64)


@compiled(_view(int64, int64, int64, int64))
def look(data: int, at: int, index: int, pages: int) -> tuple[int, int]:
    """Class and length in bytes of the code point at `at`."""
    first = int64(byte_at(data, at))
    if first < 0x80:
        return int64(byte_at(pages, first)), 1
    point = int64(byte_at(data, at + 1)) & 0x3F
    if first < 0xE0:
        point, length = (first & 0x1F) << 6 | point, 2
    elif first < 0xF0:
        point, length = (first & 0x0F) << 12 | point << 6 | (int64(byte_at(data, at + 2)) & 0x3F), 3
    else:
        point = (first & 0x07) << 18 | point << 12 | (int64(byte_at(data, at + 2)) & 0x3F) << 6
        point, length = point | (int64(byte_at(data, at + 3)) & 0x3F), 4
    return int64(byte_at(pages, int64(short_at(index, point >> 8)) * 256 + (point & 0xFF))), length


@compiled(int64(int64, int64, int64, int64))
def acronym(data: int, at: int, index: int, pages: int) -> int:
    """Where an acronym that begins at `at` ends, 0 when none does: letters with single periods between them."""
    _, length = look(data, at, index, pages)
    at += length
    pairs, before = 0, at
    while byte_at(data, at) == ord("."):
        kind, length = look(data, at + 1, index, pages)
        if kind != LETTER:
            break
        before = at
        at += 1 + length
        pairs += 1
    kind, length = look(data, at, index, pages)
    if kind & WORD:  # the last letter begins a word of its own: "U.S.Army"
        pairs -= 1
        at = before
    if pairs < 1:
        return 0
    return at + 1 if byte_at(data, at) == ord(".") else at


@compiled(int64(int64, int64, int64, int64))
def word_end(data: int, at: int, index: int, pages: int) -> int:
    """Where the word that begins at `at` ends."""
    last = int64(0)
    while True:
        kind, length = look(data, at, index, pages)
        while kind & WORD:
            last = kind
            at += length
            kind, length = look(data, at, index, pages)
        if kind != JOINER and (kind != POINT or last != NUMBER):
            return at
        after, _ = look(data, at + length, index, pages)
        if not after & (WORD if kind == JOINER else NUMBER):
            return at
        at += length


@compiled(int64(int64, int64, int64, int64))
def cluster_end(data: int, at: int, index: int, pages: int) -> int:
    """Where the letter at `at` and the marks on it end."""
    _, length = look(data, at, index, pages)
    kind = int64(MARK)
    while kind == MARK:
        at += length
        kind, length = look(data, at, index, pages)
    return at


@compiled(_view(int64, int64, int64, int64, int64))
def stretch(data: int, at: int, kind: int, index: int, pages: int) -> tuple[int, int]:
    """Where the word at `at` ends, and where the next one begins if it overlaps, else 0."""
    if kind & WORD:
        stop = acronym(data, at, index, pages) if kind == LETTER else int64(0)
        return (stop if stop else word_end(data, at, index, pages)), 0
    middle = cluster_end(data, at, index, pages)
    after, _ = look(data, middle, index, pages)
    return (cluster_end(data, middle, index, pages), middle) if after == RUN else (middle, 0)


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
        if word_at(slots, 2 * slot) == key and int64(tag >> uint64(32)) == length:
            if length <= 8 or same(known + number_at(begins, int64(tag & NUMBER_BITS) - 1), word, length):
                return slot
        slot = (slot + 1) & mask
        tag = word_at(slots, 2 * slot + 1)
    return slot


@compiled(_u8(_u8, _u8, int64))
def spread(slots: Any, digests: Any, size: int) -> Any:
    """A table of `size` slots, a power of two, of the words of another."""
    wide = np.zeros(2 * size, np.uint64)
    mask = uint64(size - 1)
    for old in range(len(slots) // 2):
        tag = slots[2 * old + 1]
        if tag:
            slot = digests[int64(tag & NUMBER_BITS) - 1] & mask
            while wide[2 * slot + uint64(1)]:
                slot = (slot + uint64(1)) & mask
            wide[2 * slot], wide[2 * slot + uint64(1)] = slots[2 * old], tag
    return wide


@compiled(int64(int64, int64, uint8))
def gap_after(gap: int, kind: int, byte: int) -> int:
    """What has come since the last word, after one more character of this class."""
    if kind == BLANK:
        return BROKEN if gap == RETURN else gap
    if kind == LINE and byte == ord("\n"):
        return ONE_LINE if gap in (PLAIN, RETURN) else BROKEN
    return RETURN if kind == LINE and gap == PLAIN else BROKEN


# What a byte says of a word of ASCII alone: it goes on, it is over, or more must be read.
INSIDE, BETWEEN, OPEN = 1, 0, 2


@compiled(_u1(_u1))
def roles(pages: Any) -> Any:
    """What each byte says of a word of ASCII: uint8 (256,)."""
    role = np.full(256, OPEN, np.uint8)
    for byte in range(0x80):
        if pages[byte] & WORD:
            role[byte] = INSIDE
        elif not pages[byte] & (RUN | JOINER | POINT):
            role[byte] = BETWEEN
    return role


# Where reading stands: the part, the place in it, what came since the last word, words, distinct words.
PART, AT, GAP, TOKENS, WORDS = range(5)


@compiled(
    boolean(_u1, _numbers, uint16[::1], _u1, uint64, _numbers, _u8, int32[::1], boolean[::1], *3 * [_numbers], _u8)
)
def read(
    text: Any, parts: Any, page_index: Any, page_table: Any, keep: Any, state: Any, table: Any,
    ids: Any, breaks: Any, stops: Any, begins: Any, ends: Any, digests: Any,
) -> bool:  # fmt: skip
    """The words of some parts of text, until the end (True) or until `table` is half full.

    parts : (n_parts + 1,), where each begins in `text`; a NUL stands behind each, eight or more behind the last.
    keep : bits of the digest to use; fewer make words collide.  Fills ids and breaks, one for each word; stops,
    (n_parts,), the words until the end of each part; and for each distinct word where it first stands, and its digest.
    """
    part, at, gap, n_tokens, n_words = state[PART], state[AT], state[GAP], state[TOKENS], state[WORDS]
    data, index, pages, slots = text.ctypes.data, page_index.ctypes.data, page_table.ctypes.data, table.ctypes.data
    begin_at = begins.ctypes.data
    room, mask = len(table) // 4, len(table) // 2 - 1
    role = roles(page_table)
    plainly = role.ctypes.data
    while part < len(parts) - 1 and n_words < room:
        end = parts[part + 1] - 1
        while at < end and n_words < room:
            stop, overlap = at, int64(0)
            while byte_at(plainly, int64(byte_at(data, stop))) == INSIDE:
                stop += 1
            if (
                stop == at
                or byte_at(plainly, int64(byte_at(data, stop))) != BETWEEN
                and (byte_at(data, stop) >= 0x80 or byte_at(plainly, int64(byte_at(data, stop + 1))) != BETWEEN)
            ):  # no word that the table of bytes can tell
                kind, length = look(data, at, index, pages)
                if not kind & (WORD | RUN):
                    gap = gap_after(gap, kind, text[at])
                    at += length
                    continue
                stop, overlap = stretch(data, at, kind, index, pages)
            value, key = digest(data, at, stop)
            value &= keep
            if stop - at > 8:
                key &= keep
            slot = place(value, key, data + at, stop - at, slots, mask, data, begin_at)
            word = int64(table[2 * slot + 1] & NUMBER_BITS)
            if not word:
                digests[n_words], begins[n_words], ends[n_words] = value, at, stop
                n_words += 1
                table[2 * slot], table[2 * slot + 1] = key, uint64(stop - at) << uint64(32) | uint64(n_words)
                word = n_words
            ids[n_tokens] = word - 1
            breaks[n_tokens] = gap in (BROKEN, RETURN)
            n_tokens += 1
            gap = int64(PLAIN)
            at = stop
            if overlap:
                more, _ = look(data, stop, index, pages)
                at = overlap if more == RUN else stop
        if at >= end:
            stops[part] = n_tokens
            at, gap = end + 1, int64(BROKEN)
            part += 1
    state[PART], state[AT], state[GAP], state[TOKENS], state[WORDS] = part, at, gap, n_tokens, n_words
    return part == len(parts) - 1


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


@compiled(void(int32[::1], int32[::1], int32[::1]))
def renumber(ids: Any, numbers: Any, out: Any) -> None:
    """out = numbers[ids]."""
    for i in range(len(ids)):
        out[i] = numbers[ids[i]]
