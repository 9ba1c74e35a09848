"""UTF-8 bytes to numbers of words, as `topics.text.words.split` cuts them.

Each block of text is read by itself, with its own table of words; `merge` then gives the words of a block their numbers
in the whole, block after block, so that numbers follow the order of the text however many threads read it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, int32, int64, uint8, uint16, uint64, void
from numba.types import Tuple

from topics.kernels import compiled
from topics.kernels.bits import byte_at, lowest_bit, short_at, word_at
from topics.kernels.classes import BLANK, JOINER, LETTER, LINE, MARK, NUMBER, POINT, RUN, WORD
from topics.kernels.hashing import NUMBER_BITS, digest, place

# What has come since the last word: blanks alone, a carriage return that waits for its line feed, one line end, more.
PLAIN, RETURN, ONE_LINE, BROKEN = 0, 1, 2, 3


_u1, _u8, _numbers = uint8[::1], uint64[::1], int64[::1]
_view = Tuple((int64, int64))


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


@compiled(int64(int64, int64, uint8))
def gap_after(gap: int, kind: int, byte: int) -> int:
    """What has come since the last word, after one more character of this class."""
    if kind == BLANK:
        return BROKEN if gap == RETURN else gap
    if kind == LINE and byte == ord("\n"):
        return ONE_LINE if gap in (PLAIN, RETURN) else BROKEN
    return RETURN if kind == LINE and gap == PLAIN else BROKEN


# What a byte says of a word of ASCII alone: it is over, it goes on, or more must be read.
OVER, INSIDE, OPEN = 0, 1, 2


@compiled(_u1(_u1))
def roles(pages: Any) -> Any:
    """What each byte says of a word of ASCII: uint8 (256,)."""
    role = np.full(256, OPEN, np.uint8)
    for byte in range(0x80):
        if pages[byte] & WORD:
            role[byte] = INSIDE
        elif not pages[byte] & (RUN | JOINER | POINT):
            role[byte] = OVER
    return role


@compiled(void(_u1))
def lower(text: Any) -> None:
    """The letters of ASCII in lower case, in place."""
    for at in range(len(text)):
        text[at] |= uint8(uint8(text[at] - ord("A")) < 26) << 5


@compiled(void(_u1, _u1, _u1))
def mark(text: Any, pages: Any, inside: Any) -> None:
    """A bit for each byte of a text, whether a word of ASCII goes on with it.  inside : (len(text) // 8 + 9,)."""
    role = (roles(pages) == INSIDE).astype(np.uint8)
    data, of = text.ctypes.data, role.ctypes.data
    inside[len(inside) - 9 :] = 0
    for at in range(uint64(len(text) // 8)):
        byte = uint8(0)
        for i in range(8):
            byte |= byte_at(of, int64(byte_at(data + 8 * int64(at), i))) << uint8(i)
        inside[at] = byte


@compiled(int64(int64, int64))
def run_end(bits: int, at: int) -> int:
    """Where the bits from `at` on are no longer set: a loop over bytes would be foretold wrongly once a word."""
    while True:
        clear = ~(word_at(bits + (at >> 3), 0) >> uint64(at & 7)) | uint64(1) << uint64(63)
        length = int64(lowest_bit(clear))
        at += length
        if length < 57:  # of 64 bits up to seven lie before `at`
            return at


# Where reading stands: the part, the place in it, what came since the last word, words, distinct words.
PART, AT, GAP, TOKENS, WORDS = range(5)


@compiled(
    boolean(_u1, _numbers, uint16[::1], _u1, uint64, _u1, _numbers, _u8, int32[::1], boolean[::1], *3 * [_numbers], _u8)
)
def read(
    text: Any, parts: Any, page_index: Any, page_table: Any, keep: Any, inside: Any, state: Any, table: Any,
    ids: Any, breaks: Any, stops: Any, begins: Any, ends: Any, digests: Any,
) -> bool:  # fmt: skip
    """The words of some parts of text, until the end (True) or until `table` is half full.

    parts : (n_parts + 1,), where each begins in `text`; a NUL stands behind each, eight or more behind the last.
    keep : bits of the digest to use; fewer make words collide.  inside : as `mark` gives it.  Fills ids and breaks, one
    for each word; stops, (n_parts,), the words until the end of each part; and for each distinct word where it first
    stands, and its digest.
    """
    part, at, gap = state[PART], state[AT], state[GAP]
    n_tokens, n_words = uint64(state[TOKENS]), uint64(state[WORDS])
    data, index, pages, slots = text.ctypes.data, page_index.ctypes.data, page_table.ctypes.data, table.ctypes.data
    begin_at = begins.ctypes.data
    room, mask = uint64(len(table) // 4), len(table) // 2 - 1
    ascii_roles = roles(page_table)
    role, marks = ascii_roles.ctypes.data, inside.ctypes.data
    while part < len(parts) - 1 and n_words < room:
        end = parts[part + 1] - 1
        while at < end and n_words < room:
            stop, overlap = run_end(marks, at), int64(0)
            behind = int64(byte_at(data, stop))
            after = byte_at(role, int64(byte_at(data, stop + 1)))
            open_end = (byte_at(role, behind) != OVER) & ((behind >= 0x80) | (after != OVER))
            if (stop == at) | open_end:  # no word that the table of bytes can tell; asked at once, for one branch
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
            slot = 2 * uint64(place(value, key, data + at, stop - at, slots, mask, data, begin_at))
            word = table[slot + uint64(1)] & NUMBER_BITS
            if not word:
                digests[n_words], begins[n_words], ends[n_words] = value, at, stop
                n_words += uint64(1)
                table[slot], table[slot + uint64(1)] = key, uint64(stop - at) << uint64(32) | n_words
                word = n_words
            ids[n_tokens] = int64(word) - 1
            breaks[n_tokens] = gap in (BROKEN, RETURN)
            n_tokens += uint64(1)
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


@compiled(void(int32[::1], int32[::1], int32[::1]))
def renumber(ids: Any, numbers: Any, out: Any) -> None:
    """out = numbers[ids]."""
    for i in range(len(ids)):
        out[i] = numbers[uint64(ids[i])]  # of a signed one numba asks whether it counts from the end
