"""The class of every code point as a table that compiled loops read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

LETTER, NUMBER, MARK, RUN, JOINER, POINT, BLANK, LINE = 1, 2, 4, 8, 16, 32, 64, 128
WORD = LETTER | NUMBER | MARK

# Index and pages: the class of a code point is pages[index[point >> 8] * 256 + (point & 255)].
Classes = tuple[NDArray[np.uint16], NDArray[np.uint8]]


def make(ranges: Mapping[str, Iterable[tuple[int, int]]], joiners: str) -> Classes:
    """Classes for `topics.kernels.tokens`.

    ranges : code points, ends included, of letters (L), numbers (N), marks (M), letters of unspaced scripts (S).
    """
    kinds = np.zeros(0x110000, np.uint8)
    for name, kind in (("L", LETTER), ("N", NUMBER), ("M", MARK), ("S", RUN)):
        for low, high in ranges.get(name, ()):
            kinds[low : high + 1] = kind
    for chars, kind in ((joiners, JOINER), (".,", POINT), (" \t\u00a0", BLANK), ("\r\n", LINE)):
        kinds[[ord(char) for char in chars]] = kind
    return _paged(kinds)


def _paged(kinds: NDArray[np.uint8]) -> Classes:
    """Equal pages stored once, that of ASCII first.

    689 of 4,352 hold anything, and a text uses a handful, which stay in the cache.
    """
    numbers: dict[bytes, int] = {}  # 2 ms; np.unique of rows takes 270
    index = [numbers.setdefault(page.tobytes(), len(numbers)) for page in kinds.reshape(-1, 256)]
    return np.array(index, np.uint16), np.frombuffer(bytearray().join(numbers), np.uint8)
