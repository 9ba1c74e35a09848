"""Archives: files inside a file.  Nothing is ever written under a name that an archive gives."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, cast

from topics.corpus.articles import BadRecord
from topics.corpus.containers import Damaged, Guard, seekable, unpacked
from topics.corpus.encodings import ByteStream

# The names of long paths and the like; tarfile would read whatever size one claims.
_LONGEST_HEADER = 1 << 20
# The list of a zip is held whole: a million names and more.
_LONGEST_LIST = 1 << 28
_HEADERS = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)

# Kinds of damage that zipfile tells by exceptions of all sorts: encrypted, an unknown method, a wrong checksum.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive.  name : its path inside, with /.  content : what it holds, or why it is not read."""

    name: str
    content: ByteStream | BadRecord


def members(stream: ByteStream, kind: str) -> Iterator[Member]:
    """The files of a ``zip`` or ``tar`` in the order they lie there; each must be read before the next is asked for.

    Damage ends the list with a Member of no name that says so.
    """
    inner = _of_zip(stream) if kind == "zip" else _of_tar(stream)
    try:
        yield from inner
    except OSError:
        raise  # the disk, not the archive
    except (*ZIP_ERRORS, tarfile.TarError) as error:
        yield Member("", BadRecord("damaged or cut short", f"({error or 'it ends too early'}); unpack it anew"))


def _unsafe(name: str) -> BadRecord | None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or "\0" in name:
        return BadRecord("a path that leads out of the archive", f"({name[:80]!r}); unpack it by hand to read it")
    return None


def _is_hidden(name: str) -> bool:
    """As in folders, and what macOS puts beside each file."""
    parts = name.split("/")
    return any((part.startswith(".") and part.strip(".")) or part == "__MACOSX" for part in parts)


def _of_zip(stream: ByteStream) -> Iterator[Member]:
    file = seekable(stream)
    try:
        _check_list(file)
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                name = info.filename.replace("\\", "/")
                if not name or name.endswith("/") or _is_hidden(name):
                    continue
                yield Member(name, _zipped(archive, info))
    finally:
        file.close()


def _zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ByteStream | BadRecord:
    if bad := _unsafe(info.filename):
        return bad
    if stat.S_ISLNK(info.external_attr >> 16):
        return BadRecord("a link inside an archive", "it is not followed; name its target to read it")
    if info.flag_bits & 1:
        return BadRecord("an encrypted file", "unpack the archive with its password and read the folder")
    try:
        return unpacked(cast(BinaryIO, io.BufferedReader(_Zipped(archive.open(info), info))), lambda _: None)
    except ZIP_ERRORS as error:
        return BadRecord("damaged or cut short", f"({error}); unpack it anew")


def _check_list(file: BinaryIO) -> None:
    """Raises Damaged for a zip whose list of files would fill the memory; the size stands at the end of the file."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Damaged("no list of files at its end: cut short, or no zip file")
    length: int = struct.unpack_from("<L", tail, at + 12)[0]
    if length == 0xFFFFFFFF and (at := tail.rfind(b"PK\x06\x06")) >= 0 and len(tail) >= at + 48:
        length = struct.unpack_from("<Q", tail, at + 40)[0]
    if length > _LONGEST_LIST:
        raise Damaged(f"its list of files takes {length:,} bytes")
    file.seek(0)


def checked_zip(file: BinaryIO) -> zipfile.ZipFile:
    """A file that is a zip inside (.docx, .xlsx), once it is clear that it is no bomb.  Raises Damaged, BadZipFile."""
    _check_list(file)
    archive = zipfile.ZipFile(file)
    guard = Guard()
    for info in archive.infolist():
        guard.took(info.compress_size)
    guard.gave(sum(info.file_size for info in archive.infolist()))
    return archive


class _Zipped(io.RawIOBase):
    """A file of a zip; errors are Damaged, and what comes out is in proportion."""

    def __init__(self, inner: IO[bytes], info: zipfile.ZipInfo) -> None:
        self._inner = inner
        self._guard = Guard()
        self._guard.took(info.compress_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(min(len(buffer), 1 << 18))
        except ZIP_ERRORS as error:
            raise Damaged(str(error)) from error
        buffer[: len(data)] = data
        self._guard.gave(len(data))
        return len(data)


class _Header(tarfile.TarInfo):
    """A header of a tar; one that claims a name of a gigabyte is refused before it is read."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        if header.type in _HEADERS and header.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        return header


class _Stream:
    """What tarfile wants: read(size) that gives so many bytes unless the end is near."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        found = self._stream.read1(size)
        while len(found) < size and (more := self._stream.read1(size - len(found))):
            found += more
        return found


def _of_tar(stream: ByteStream) -> Iterator[Member]:
    source: Any = _Stream(stream)
    opened: Any = tarfile.open(fileobj=source, mode="r|", tarinfo=_Header)  # noqa: SIM115 - typed without "members"
    with opened as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # or it remembers every one
            name = info.name.replace("\\", "/").removeprefix("./")
            if info.isdir() or not name or _is_hidden(name):
                continue
            yield Member(name, _tarred(archive, info))


def _tarred(archive: tarfile.TarFile, info: tarfile.TarInfo) -> ByteStream | BadRecord:
    if bad := _unsafe(info.name):
        return bad
    if info.issym() or info.islnk():
        return BadRecord("a link inside an archive", "it is not followed; name its target to read it")
    inner = archive.extractfile(info) if info.isreg() and not info.issparse() else None
    if inner is None:
        return BadRecord("neither file nor folder inside an archive", "unpack it by hand to read it")
    return unpacked(cast(BinaryIO, io.BufferedReader(cast(Any, _Tarred(inner)))), lambda _: None)


class _Tarred(io.RawIOBase):
    """A file of a tar: no going back, for the tar is a stream."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except tarfile.TarError as error:
            raise Damaged(str(error)) from error
        buffer[: len(data)] = data
        return len(data)
