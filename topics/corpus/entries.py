"""From the files found to what is read: a file itself, or what an archive holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from topics.corpus.archives import members
from topics.corpus.articles import BadRecord
from topics.corpus.containers import unpacked
from topics.corpus.encodings import ByteStream
from topics.corpus.formats import Format, format_of
from topics.corpus.report import Report
from topics.corpus.sources import File
from topics.errors import SourceError

# An archive in an archive is read (a zip of daily zips), one in that too; below that lies a bomb.
_DEEPEST = 3
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to read.

    path : for messages; of a member, its path inside behind the archive's.  name : its path below SOURCE.
    content : its bytes, unpacked, or why they are not to be had.
    """

    path: str
    name: str
    format: Format
    content: ByteStream | BadRecord
    explicit: bool


def entries(
    file: File, raw: BinaryIO, count: Callable[[int], None], report: Report, size: int | None = None
) -> Iterator[Entry]:
    """What `file` holds, each to be read before the next is asked for.

    count : told of the bytes taken from `raw`.  size : bytes to read at most, for a file may grow without end.  Members
    of other kinds are counted in `report`.
    """
    try:
        stream = unpacked(raw, count, size)
    except SourceError as error:
        if file.explicit:
            raise
        yield Entry(file.path, file.name, file.format, BadRecord("cannot be unpacked", f"({error})"), False)
        return
    if file.format.archive:
        empty = True
        for entry in _inside(Entry(file.path, file.name, file.format, stream, False), file.inside, report, _DEEPEST):
            empty = False
            yield entry
        if empty:
            bad = BadRecord("no article", "(the archive holds no file that can be read)")
            yield Entry(file.path, file.name, file.format, bad, False)
    else:
        yield Entry(file.path, file.name, file.format, stream, file.explicit)


def _inside(archive: Entry, wanted: Format | None, report: Report, deep: int) -> Iterator[Entry]:
    assert not isinstance(archive.content, BadRecord)
    for member in members(archive.content, archive.format.name):
        path, name = f"{archive.path}/{member.name}".rstrip("/"), f"{archive.name}/{member.name}".strip("/")
        form = _format_of(member.name, wanted)
        if isinstance(member.content, BadRecord):
            yield Entry(path, name, form or archive.format, member.content, False)
        elif form is None:
            report.passed_over += 1
        elif not form.archive:
            yield Entry(path, name, form, member.content, False)
        elif deep > 1:
            yield from _inside(Entry(path, name, form, member.content, False), wanted, report, deep - 1)
        else:
            bad = BadRecord("archives nested too deep", f"at most {_DEEPEST} levels are read; unpack it")
            yield Entry(path, name, form, bad, False)


def _format_of(name: str, wanted: Format | None) -> Format | None:
    """As for files of a folder; when the user named a format, files without a suffix are of it."""
    form = format_of(name)
    if wanted is None or form is wanted or (form is not None and form.archive):
        return form
    return wanted if form is None and not _SUFFIX.search(PurePosixPath(name).name) else None
