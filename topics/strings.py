"""Many strings as two arrays: UTF-8 bytes and offsets.

A list of 300,000 strings takes a second to load from a file and some 20 MB; two arrays are mapped in milliseconds and
hold no Python object until one string is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from topics.errors import DamagedModel

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Bytes compared at a time when many strings are looked for: two 64-bit numbers, more than most words have.
_PREFIX = 16
_PREFIX_TYPE = np.dtype(">u8")


class StringTable:
    """A read-only sequence of strings.

    data : (n_bytes,) uint8, the strings in UTF-8, end to end.  offsets : (n + 1,) int64, string i is
    ``data[offsets[i] : offsets[i + 1]]``.  Both may be memory-mapped.  Making one checks types and the two ends only,
    so that nothing is read; `check` reads all offsets, and compiled loops that trust them need it first.  Raises
    DamagedModel when the arrays do not fit together, here or where a string is asked for.
    """

    __slots__ = ("data", "offsets")

    def __init__(self, data: Bytes, offsets: Offsets) -> None:
        if data.dtype != np.uint8 or data.ndim != 1:
            raise DamagedModel(f"a table of strings: bytes expected, found {data.dtype} of shape {data.shape}")
        if offsets.dtype != np.int64 or offsets.ndim != 1 or not len(offsets):
            raise DamagedModel(f"a table of strings: offsets expected, found {offsets.dtype} of shape {offsets.shape}")
        if offsets[0] != 0 or offsets[-1] != len(data):
            raise DamagedModel(
                f"a table of strings: offsets run from {offsets[0]} to {offsets[-1]}, expected 0 to {len(data)}"
            )
        self.data = data
        self.offsets = offsets

    @classmethod
    def pack(cls, strings: Iterable[str]) -> StringTable:
        """A table of these strings, in their order.  Raises UnicodeEncodeError on a lone surrogate."""
        encoded = [string.encode() for string in strings]
        # 64-bit: the ids and titles of ten million articles pass 2**31 bytes
        offsets = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int64, count=len(encoded) + 1)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def check(self) -> StringTable:
        """Itself, after reading every offset.  Raises DamagedModel when one points backwards."""
        if bool(np.any(self.offsets[1:] < self.offsets[:-1])):
            raise DamagedModel(
                "a table of strings: offsets do not ascend; restore the model from a copy or train again"
            )
        return self

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> str:
        return _decode(self._bytes(index))

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_list())

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, StringTable):
            return NotImplemented
        return np.array_equal(self.offsets, other.offsets) and np.array_equal(self.data, other.data)

    __hash__ = None  # type: ignore[assignment]  # equal by content, which may be gigabytes

    def __repr__(self) -> str:
        return f"StringTable({len(self)} strings, {len(self.data)} bytes)"

    def to_list(self) -> list[str]:
        """Every string, decoded."""
        self.check()
        whole = self.data.tobytes()
        ends = self.offsets.tolist()
        return [_decode(whole[start:stop]) for start, stop in pairwise(ends)]

    def order(self) -> npt.NDArray[np.int64]:
        """(n,) int64: the indices that sort the strings (by code point, which is also by byte); equal ones in order."""
        strings = self.to_list()
        return np.asarray(sorted(range(len(strings)), key=strings.__getitem__), dtype=np.int64)

    def find(self, order: npt.NDArray[Any], key: str) -> int | None:
        """The index of `key`, the first of equal ones, or None.  order : as `order` gives it.

        A binary search over the bytes: about 20 steps in a million strings, no dictionary.
        """
        wanted = key.encode(errors="surrogatepass")  # a surrogate is found nowhere, which is an answer, not an error
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if self._bytes(int(order[middle])) < wanted:
                low = middle + 1
            else:
                high = middle
        if low == len(order) or self._bytes(int(order[low])) != wanted:
            return None
        return int(order[low])

    def find_all(self, order: npt.NDArray[Any], keys: Sequence[str]) -> npt.NDArray[np.int64]:
        """What `find` gives for each key, -1 for none: int64 (len(keys),).

        All keys go down the search together, by their first bytes; only those that share these are compared one by one.
        """
        wanted = [key.encode(errors="surrogatepass") for key in keys]
        starts = np.frombuffer(b"".join(key[:_PREFIX].ljust(_PREFIX, b"\0") for key in wanted), _PREFIX_TYPE)
        starts = starts.reshape(-1, 2)
        low, high = np.zeros(len(wanted), np.int64), np.full(len(wanted), len(order), np.int64)
        while (open_ := np.flatnonzero(low < high)).size:
            middle = (low[open_] + high[open_]) // 2
            left, right = self._prefixes(order[middle]), starts[open_]
            less = (left[:, 0] < right[:, 0]) | ((left[:, 0] == right[:, 0]) & (left[:, 1] < right[:, 1]))
            low[open_[less]] = middle[less] + 1
            high[open_[~less]] = middle[~less]
        found = np.full(len(wanted), -1, np.int64)
        inside = np.flatnonzero(low < len(order))
        near = self._prefixes(order[low[inside]]) == starts[inside]
        for i in inside[near.all(axis=1)].tolist():
            first = int(order[low[i]])
            index = first if self._bytes(first) == wanted[i] else self.find(order, keys[i])
            found[i] = -1 if index is None else index
        return found

    def _prefixes(self, indices: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(n, 2): the first bytes of some strings as two numbers that order as the bytes do, zeros behind the end."""
        begin, end = self.offsets[indices], self.offsets[indices + 1]
        if len(indices) and not (begin.min() >= 0 and bool(np.all(begin <= end)) and end.max() <= len(self.data)):
            raise DamagedModel("a table of strings: offsets that do not ascend; restore the model or train it again")
        places = begin[:, None] + np.arange(_PREFIX)
        inside = places < end[:, None]
        raw = np.zeros(places.shape, np.uint8)
        raw[inside] = self.data[places[inside]]
        return raw.view(_PREFIX_TYPE)

    def _bytes(self, index: int) -> bytes:
        size = len(self.offsets) - 1
        if not -size <= index < size:
            raise IndexError(f"string {index} of {size}")
        index %= size
        start, stop = self.offsets.item(index), self.offsets.item(index + 1)  # half the time of int(array[i])
        if not 0 <= start <= stop <= len(self.data):
            raise DamagedModel(
                f"a table of strings: string {index} lies at {start} to {stop} of {len(self.data)} bytes"
            )
        return self.data[start:stop].tobytes()


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise DamagedModel(f"a table of strings: {raw[:20]!r} is not UTF-8") from error
