"""Opening a file: counted, unpacked when its first bytes say that it is packed."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from typing import BinaryIO, cast

from topics.corpus.encodings import ByteStream

_GZIP = b"\x1f\x8b"


class _Counted(io.RawIOBase):
    """Passes bytes through and tells how many, so that a caller can show how far a reading is."""

    def __init__(self, raw: BinaryIO, count: Callable[[int], None]) -> None:
        self._raw = raw
        self._count = count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # io's own type is unnameable
        data = self._raw.read(len(buffer))
        size = len(data)
        buffer[:size] = data
        self._count(size)
        return size


def unpacked(raw: BinaryIO, count: Callable[[int], None]) -> ByteStream:
    """The content of an open file, pipe or buffer.

    The name does not matter: a browser unpacks a download and leaves ``.gz`` in its name, a pipe has none.
    count : called with the number of bytes taken from `raw`.
    """
    buffered = io.BufferedReader(_Counted(raw, count), 1 << 18)
    if buffered.peek(2)[:2] == _GZIP:
        return cast(ByteStream, gzip.GzipFile(fileobj=buffered, mode="rb"))
    return buffered
