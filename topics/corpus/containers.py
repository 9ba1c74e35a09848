"""Opening a file: counted, unpacked when its first bytes say that it is packed."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Protocol, cast

from topics.corpus.encodings import ByteStream
from topics.corpus.extras import needed

# News packs to a tenth, the same page a thousand times over to a hundredth; a bomb to a thousandth and less.
MOST_RATIO = 300
# So much may always come out: a small file of spaces is no danger.
FREE = 1 << 26

# What one step unpacks at most, so that a bomb is noticed before it fills the memory.
_STEP = 1 << 16
_ZSTD_STEP = 1 << 10
# xz and zstd files may ask for any amount of memory; those of the strongest usual settings ask for less.
_MOST_MEMORY = 1 << 28


class Damaged(EOFError):
    """Packed bytes that cannot be unpacked: cut short, altered, encrypted, or a bomb."""


class _Counted(io.RawIOBase):
    """Passes bytes through and tells how many, so that a caller can show how far a reading is."""

    def __init__(self, raw: BinaryIO, count: Callable[[int], None], most: int | None) -> None:
        self._raw = raw
        self._count = count
        self._most = most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._raw.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # io's own type is unnameable
        wanted = len(buffer)
        if self._most is not None:
            wanted = min(wanted, max(0, self._most - self._raw.tell()))
        data = self._raw.read(wanted)
        size = len(data)
        buffer[:size] = data
        self._count(size)
        return size


class _Decompressor(Protocol):
    """What bz2 and lzma give, and _Gzip makes of zlib."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """A member of a gzip file, with the interface of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Unpacked(io.RawIOBase):
    """The content of a packed stream, member after member."""

    def __init__(self, packed: ByteStream, make: Callable[[], _Decompressor]) -> None:
        self._packed = packed
        self._make = make
        self._member: _Decompressor | None = None
        self._rest = b""
        self._guard = Guard()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._some(min(len(buffer), _STEP))
        buffer[: len(data)] = data
        return len(data)

    def _some(self, size: int) -> bytes:
        while True:
            if (self._member is None or self._member.eof) and not self._begin():
                return b""
            assert self._member is not None
            data = self._rest
            self._rest = b""
            if not data and self._member.needs_input:
                data = self._more()
                if not data:
                    raise Damaged("the file ends in the middle of packed data")
            try:
                found = self._member.decompress(data, size)
            except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
                raise Damaged(str(error)) from error
            if found:
                self._guard.gave(len(found))
                return found

    def _more(self) -> bytes:
        data = self._packed.read1(_STEP)
        self._guard.took(len(data))
        return data

    def _begin(self) -> bool:
        """The next member; False at the end.  Zeros behind the last one are padding, as tape and disk tools leave."""
        rest = self._member.unused_data if self._member is not None else b""
        while not (rest := rest.lstrip(b"\0")):
            if not (rest := self._more()):
                return False
        self._rest = rest
        self._member = self._make()
        return True


class Guard:
    """Watches that what comes out is in proportion to what went in."""

    def __init__(self) -> None:
        self._in = 0
        self._out = 0

    def took(self, size: int) -> None:
        self._in += size

    def gave(self, size: int) -> None:
        """Raises Damaged when this was too much."""
        self._out += size
        if self._out > FREE and self._out > MOST_RATIO * self._in:
            raise Damaged(f"{self._in:,} bytes that unpack to over {self._out:,}: a bomb, or no news")


class _Zstd:
    """A frame of a .zst file, with the interface of the others; its library comes with an extra."""

    def __init__(self) -> None:
        zstandard = needed("zstandard", "zst", "a .zst file")
        self._error: type[Exception] = zstandard.ZstdError
        self._inner: Any = zstandard.ZstdDecompressor(max_window_size=_MOST_MEMORY).decompressobj()
        self._in, self._in_at = b"", 0  # positions, for cutting pieces off the front copies all the rest
        self._out, self._out_at = b"", 0

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof) and self._out_at == len(self._out)

    @property
    def needs_input(self) -> bool:
        return self._in_at == len(self._in) and self._out_at == len(self._out)

    @property
    def unused_data(self) -> bytes:
        unused: bytes = self._inner.unused_data
        return unused + self._in[self._in_at :]

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if data:
            self._in, self._in_at = self._in[self._in_at :] + data, 0
        if self._out_at == len(self._out) and not self._inner.eof:
            # It gives all that its input holds, 128 KiB for each 4 bytes of a bomb.
            piece = self._in[self._in_at : self._in_at + _ZSTD_STEP]
            self._in_at += len(piece)
            try:
                self._out, self._out_at = self._inner.decompress(piece), 0
            except self._error as error:
                raise ValueError(str(error)) from error
        found = self._out[self._out_at : self._out_at + max_length]
        self._out_at += len(found)
        return found


_MAKERS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", _Gzip),
    (b"BZh", lambda: cast(_Decompressor, bz2.BZ2Decompressor())),
    (b"\xfd7zXZ\0", lambda: cast(_Decompressor, lzma.LZMADecompressor(memlimit=_MOST_MEMORY))),
    (b"\x28\xb5\x2f\xfd", _Zstd),
)


def unpacked(raw: BinaryIO, count: Callable[[int], None], most: int | None = None) -> ByteStream:
    """The content of an open file, pipe or buffer.

    The name does not matter: a browser unpacks a download and leaves ``.gz`` in its name, a pipe has none.
    count : called with the number of bytes taken from `raw`, of which `most` are read.  Reading raises Damaged;
    MissingExtra for zstd.
    """
    buffered = io.BufferedReader(_Counted(raw, count, most), _STEP)
    first = buffered.peek(6)[:6]
    for mark, make in _MAKERS:
        if first.startswith(mark):
            make()  # a missing library is said here, not in the middle of a line
            return io.BufferedReader(_Unpacked(buffered, make), _STEP)
    return buffered


def seekable(stream: ByteStream) -> BinaryIO:
    """The stream itself when one can go back in it, else a temporary file with its content; close it in any case."""
    if isinstance(stream, io.BufferedReader) and stream.seekable():
        return stream
    file = cast(BinaryIO, TemporaryFile())  # noqa: SIM115 - the caller closes it
    try:
        while block := stream.read1(_STEP):
            file.write(block)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
