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
    SOURCE it came with.  format : of an archive, see `inside`.  explicit : named by itself, so that it must hold
    articles.  size : bytes, None for a pipe.  inside : the format that the user named for what an archive holds.
    """

    path: str
    name: str
    source: str
    format: Format
    explicit: bool
    size: int | None
    inside: Format | None = None


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
    for source in map(str, sources):
        found = _of_one(source, wanted)
        passed_over += found.passed_over
        notes += found.notes
        for file in found.files:
            key = file.path if file.path == STDIN else str(Path(file.path).resolve())
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
    if Path(source).is_dir():
        return _readable(source, _walk(source), wanted)
    if Path(source).exists():
        file = _one_file(source, Path(source).name, source, _format_for(source, wanted), wanted, explicit=True)
        return Found((file,), 0, ())
    if Path(source).is_symlink():
        raise SourceError(f"{source}: a link that leads nowhere; give the file it stood for")
    if "://" in source:
        raise SourceError(f"{source}: an address, and nothing is fetched; download it, and give the file")
    if not glob.has_magic(source):
        raise SourceError(f"{source}: no such file or folder; {_nearest(Path(source))}")
    matches = sorted(glob.glob(source, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern
    base = _fixed_part(source)
    if not matches:
        raise SourceError(f"{source}: no file matches; {_nearest(base / '*')}")
    paths: dict[str, str] = {}
    for match in matches:
        inside = _walk(match) if Path(match).is_dir() else [(match, "")]
        paths.update((path, _below(path, base)) for path, _ in inside)
    return _readable(source, paths.items(), wanted)


def _readable(source: str, paths: Iterable[tuple[str, str]], wanted: Format | None) -> Found:
    """The files of a kind we know; all that are of no known kind instead when the user named a format for them."""
    known: list[tuple[str, str, Format]] = []
    others: list[tuple[str, str]] = []
    notes: list[str] = []
    top = Path(source).resolve() if Path(source).is_dir() else None
    for path, name in paths:
        if top is not None and Path(path).is_symlink() and top not in Path(path).resolve().parents:
            notes.append(f"{path}: a link that leads out of the folder, not followed; name its target to read it")
            continue
        form = format_of(path)
        if form is None or (wanted is not None and form is not wanted and not form.archive):
            others.append((path, name))
        else:
            known.append((path, name, form))
    if wanted is not None and not known:
        known = [(path, name, wanted) for path, name in others if format_of(path) is None]
        others = [(path, name) for path, name in others if format_of(path) is not None]
    if not known:
        forms = [wanted] if wanted is not None else FORMATS.values()
        suffixes = " ".join(suffix for form in forms for suffix in form.suffixes)
        held = f"{len(others)} files of other kinds" if others else "no file"
        raise SourceError(
            f"{source}: holds {held}; readable are {suffixes}, also with .gz .bz2 .xz .zst; or name a --format"
        )
    files: list[File] = []
    for path, name, form in known:
        try:
            files.append(_one_file(path, name, source, form, wanted, explicit=False))
        except SourceError as error:
            if len(known) == 1:
                raise
            notes.append(str(error))
    return Found(tuple(files), len(others), tuple(notes))


def _one_file(path: str, name: str, source: str, form: Format, wanted: Format | None, *, explicit: bool) -> File:
    try:
        status = Path(path).stat()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}; it may have gone while the folder was read") from error
    size = status.st_size if stat.S_ISREG(status.st_mode) else None
    inside = wanted if form.archive and wanted is not form else None
    return File(path, name.replace(os.sep, "/"), source, form, explicit, size, inside)


def _format_for(path: str, wanted: Format | None) -> Format:
    named = format_of(path)
    found = named if named is not None and named.archive else wanted or named
    if found is None:
        raise SourceError(f"{path}: its name does not tell the format; add --format (one of {', '.join(FORMATS)})")
    return found


def _walk(folder: str) -> list[tuple[str, str]]:
    """(path, path below the folder) of all files that are not hidden, in order of the latter."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(here, name)
            if not name.startswith(".") and path.is_file():  # no sockets and pipes: they could block for ever
                found.append((str(path), _below(path, folder)))
    return sorted(found, key=lambda pair: pair[1])


def _below(path: str | Path, folder: str | Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _fixed_part(pattern: str) -> Path:
    """The folder above the first part of a glob that holds a wild card."""
    folder = Path(pattern).parent
    while glob.has_magic(str(folder)):
        folder = folder.parent
    return folder


def _nearest(path: Path) -> str:
    """What to try instead of a path that is not there."""
    while not path.parent.is_dir() and path.parent != path:
        path = path.parent
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        names = []
    near = get_close_matches(path.name, names, 1)
    if near:
        return f"did you mean {path.parent / near[0]}?"
    return f"check the spelling; {path.parent.resolve()} holds {len(names)} files and folders"
