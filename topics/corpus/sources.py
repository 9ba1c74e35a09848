"""From SOURCE, as a user writes it, to the files to read."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from topics.corpus.formats import FORMATS, Format, format_of, format_of_name
from topics.errors import SettingError, SourceError

STDIN = "-"


@dataclass(frozen=True, slots=True)
class File:
    """One file to read.

    path : as the user would write it; "-" is standard input.  name : its path below SOURCE, with /.  source : the
    SOURCE it came with.  explicit : named by itself, so that it must hold articles.  size : bytes, None for a pipe.
    """

    path: str
    name: str
    source: str
    format: Format
    explicit: bool
    size: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """The files of all SOURCEs in reading order, and what was left aside."""

    files: tuple[File, ...]
    passed_over: int
    notes: tuple[str, ...]


def find(sources: Sequence[str | Path], told: str | None) -> Found:
    """The files of `sources`.

    told : the format that the user named, or None to go by suffix.  A folder is walked in order of names, without
    hidden files and links that lead out of it.  Raises SourceError for a SOURCE that is missing or holds no file that
    can be read, SettingError for an unknown format and for standard input without one.
    """
    if isinstance(sources, str | bytes | Path):
        raise SettingError(f"sources: expected a list of files and folders, got {sources!r}; try [{str(sources)!r}]")
    if not sources:
        raise SettingError("no SOURCE was named; give a file, a folder, a glob or -")
    wanted = None if told is None else format_of_name(told)
    files: dict[str, File] = {}
    notes: list[str] = []
    passed_over = 0
    for source in map(os.fspath, sources):
        found = _of_one(source, wanted)
        passed_over += found.passed_over
        notes += found.notes
        for file in found.files:
            key = file.path if file.path == STDIN else os.path.realpath(file.path)
            if files.setdefault(key, file) is not file:
                notes.append(f"{file.path}: named twice, read once")
    return Found(tuple(files.values()), passed_over, tuple(notes))


def _of_one(source: str, wanted: Format | None) -> Found:
    if source == STDIN:
        if wanted is None:
            names = ", ".join(FORMATS)
            raise SettingError(f"-: standard input has no name to tell its format by; add --format (one of {names})")
        return Found((File(STDIN, "", STDIN, wanted, True, None),), 0, ())
    if "\0" in source or not source:
        raise SourceError(f"{source!r}: no such file or folder")
    if os.path.isdir(source):
        return _readable(source, _walk(source), wanted)
    if os.path.exists(source):
        file = _one_file(source, os.path.basename(source), source, _format_for(source, wanted), explicit=True)
        return Found((file,), 0, ())
    if not glob.has_magic(source):
        raise SourceError(f"{source}: no such file or folder; {_nearest(source)}")
    matches = sorted(glob.glob(source, recursive=True))
    if not matches:
        raise SourceError(f"{source}: no file matches; {_nearest(_fixed_part(source))}")
    base = _fixed_part(source)
    paths: dict[str, str] = {}
    for match in matches:
        inside = _walk(match) if os.path.isdir(match) else [(match, "")]
        paths.update((path, _below(path, base)) for path, _ in inside)
    return _readable(source, paths.items(), wanted)


def _readable(source: str, paths: Iterable[tuple[str, str]], wanted: Format | None) -> Found:
    """The files of a kind we know; all that are of no known kind instead when the user named a format for them."""
    known: list[tuple[str, str, Format]] = []
    others: list[tuple[str, str]] = []
    notes: list[str] = []
    top = os.path.realpath(source) if os.path.isdir(source) else None
    for path, name in paths:
        if os.path.islink(path) and top is not None and not os.path.realpath(path).startswith(top + os.sep):
            notes.append(f"{path}: a link that leads out of the folder, not followed; name its target to read it")
            continue
        form = format_of(path)
        if form is None or (wanted is not None and form is not wanted):
            others.append((path, name))
        else:
            known.append((path, name, form))
    if wanted is not None and not known:
        known = [(path, name, wanted) for path, name in others if format_of(path) is None]
        others = [(path, name) for path, name in others if format_of(path) is not None]
    if not known:
        suffixes = " ".join(
            wanted.suffixes if wanted else (suffix for form in FORMATS.values() for suffix in form.suffixes)
        )
        held = f"{len(others)} files of other kinds" if others else "no file"
        raise SourceError(f"{source}: holds {held}; readable are {suffixes}, also with .gz; or name a --format")
    files = tuple(_one_file(path, name, source, form, explicit=False) for path, name, form in known)
    return Found(files, len(others), tuple(notes))


def _one_file(path: str, name: str, source: str, form: Format, *, explicit: bool) -> File:
    try:
        status = os.stat(path)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}; it may have gone while the folder was read") from error
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    return File(path, name.replace(os.sep, "/"), source, form, explicit, size)


def _format_for(path: str, wanted: Format | None) -> Format:
    found = wanted or format_of(path)
    if found is None:
        raise SourceError(f"{path}: its name does not tell the format; add --format (one of {', '.join(FORMATS)})")
    return found


def _walk(folder: str) -> list[tuple[str, str]]:
    """(path, path below the folder) of all files that are not hidden, in order of the latter."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = os.path.join(here, name)
            if not name.startswith(".") and os.path.isfile(path):  # no sockets and pipes: they could block for ever
                found.append((path, _below(path, folder)))
    return sorted(found, key=lambda pair: pair[1])


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder or ".").replace(os.sep, "/")


def _fixed_part(pattern: str) -> str:
    """The folder above the first part of a glob that holds a wild card."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder


def _nearest(path: str) -> str:
    """What to try instead of a path that is not there."""
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder):
        path, folder = folder, os.path.dirname(folder)
    try:
        names = sorted(os.listdir(folder or "."))
    except OSError:
        names = []
    near = get_close_matches(os.path.basename(path), names, 1)
    if near:
        return f"did you mean {os.path.join(folder, near[0])}?"
    return f"check the spelling; {folder or 'the current folder'} holds {len(names)} files and folders"
