"""Reading articles from files, folders, globs, pipes and Python objects: one pass, one shape, one report."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from topics.corpus import objects
from topics.corpus.articles import BadRecord
from topics.corpus.encodings import Text
from topics.corpus.entries import Entry, entries
from topics.corpus.formats import FORMATS, Input
from topics.corpus.reading import Part, Reading, ReadOptions, Record, Rows
from topics.corpus.report import FileReport, Report, Skip
from topics.corpus.sources import STDIN, File, Found, find
from topics.errors import MachineError

__all__ = [
    "FORMATS",
    "FileReport",
    "ReadOptions",
    "Reading",
    "Record",
    "Report",
    "Skip",
    "from_objects",
    "read",
]


def read(
    sources: Sequence[str | Path], *, options: ReadOptions | None = None, stdin: BinaryIO | None = None
) -> Reading:
    """The articles of files, folders, globs and ``-``, in the order given; nothing is read before iterating.

    stdin : bytes for ``-``; standard input when None.  Raises SourceError for a SOURCE that is missing or holds no
    file of a known kind, SettingError for ``-`` without a format.
    """
    options = options or ReadOptions()
    found = find(sources, options.format)
    sizes = [file.size for file in found.files if file.size is not None]
    total = sum(sizes) if len(sizes) == len(found.files) else None
    report = Report(bytes_total=total, passed_over=found.passed_over, notes=list(found.notes))
    return Reading(lambda report: _parts(found, options, report, stdin), options, report)


def from_objects(articles: Iterable[object], *, options: ReadOptions | None = None) -> Reading:
    """Articles of strings (each a text), dicts (as JSON objects), Articles, or a pandas or polars DataFrame.

    Messages name the position, counted from 0: ``article 17`` is ``articles[17]``.
    """
    options = options or ReadOptions()
    rows = objects.rows(articles)

    def parts(report: Report) -> Iterator[Part]:
        mine = FileReport("articles", "objects")
        report.files.append(mine)
        yield Part("articles", True, None, lambda number: f"article {number}", rows, mine)

    return Reading(parts, options, Report())


def _parts(found: Found, options: ReadOptions, report: Report, stdin: BinaryIO | None) -> Iterator[Part]:
    """Each file opened when its turn comes, and closed before the next."""
    together: dict[tuple[str, str], FileReport] = {}

    def count(size: int) -> None:
        report.bytes_read += size

    for file in found.files:
        raw = _opened(file, stdin)
        if raw is None:
            yield _gone(file, report)
            continue
        before = _state(raw)
        try:
            for entry in entries(file, raw, count, report, before[0] or None if before else None):
                form = entry.format
                mine = together.get((file.source, form.name)) if form.whole else None
                if mine is None:
                    mine = FileReport(file.source if form.whole else entry.path, form.name, files=0)
                    together[file.source, form.name] = mine
                    report.files.append(mine)
                mine.files += 1
                yield _part(file, entry, mine, options, report)
            if before is not None and (after := _state(raw)) is not None and before != after:
                size = f"it had {before[0]:,} bytes, now {after[0]:,}" if before[0] != after[0] else "as long as before"
                report.note(f"{file.path}: changed while it was read ({size}); read it again when its writer is done")
        finally:
            if file.path != STDIN:
                raw.close()


def _gone(file: File, report: Report) -> Part:
    mine = FileReport(file.path, file.format.name)
    report.files.append(mine)
    rows: Rows = iter([(0, BadRecord("gone", "the file was there when the folder was listed"))])
    return Part(file.source, file.explicit, None, _places(file.path), rows, mine)


def _state(raw: BinaryIO) -> tuple[int, int] | None:
    """Size and time of the last change of a file; None for what is none."""
    try:
        found = os.fstat(raw.fileno())
    except OSError:  # a buffer
        return None
    return (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def _part(file: File, entry: Entry, mine: FileReport, options: ReadOptions, report: Report) -> Part:
    content, form = entry.content, entry.format
    if isinstance(content, BadRecord):
        refusal: Rows = iter([(0, content)])
        return Part(file.source, entry.explicit, None, _places(entry.path), refusal, mine)
    # The first table fills in the report's own header, so that a caller has it with the first row.
    header = [] if report.header else report.header
    source = Input(entry.path, content, Text(content), mine, options.fields, header)
    name = entry.name if form.whole else None
    rows = form.reader()(source)
    return Part(file.source, entry.explicit, name or None, _places(entry.path), rows, mine, source)


def _places(path: str):  # type: ignore[no-untyped-def]
    return lambda line: f"{path}:{line}" if line else path


def _opened(file: File, stdin: BinaryIO | None) -> BinaryIO | None:
    """None for one of several files that is gone by now.  Raises MachineError."""
    if file.path == STDIN:
        return stdin if stdin is not None else sys.stdin.buffer
    try:
        return Path(file.path).open("rb", buffering=0)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not file.explicit:
            return None
        raise MachineError(f"{file.path}: {error.strerror or error}; check its permissions") from error
