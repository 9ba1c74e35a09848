"""A model folder, for reading."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from topics.errors import DamagedModel, ModelError, ModelNotFound
from topics.store.files import RESTORE, digest, machine_errors, open_regular, size_of
from topics.store.manifest import FILE_NAME, TEMPORARY, FileEntry, Manifest
from topics.store.names import MANIFEST

if TYPE_CHECKING:
    from topics.store.arrays import Arrays
    from topics.store.articles import ArticleFile

# Each try meets another commit; a writer who commits five times while a reader opens a few files does not exist.
_TRIES = 5

_SIDE_FILES = ("-journal", "-wal", "-shm")  # what SQLite may put beside a file

# Small, and what everything else is read by: its digest is checked at every opening.
CHECKED_ROLE = "model"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a model.  file : its name in the folder."""

    file: str
    problem: str

    def row(self) -> dict[str, str]:
        return {"file": self.file, "problem": self.problem}


class ModelFolder:
    """One state of a model, with every file of it open: a writer who replaces them afterwards changes nothing here.

    Use as a context manager: arrays and articles that were asked for outlive it.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """See `open`.  Raises FileNotFoundError when a file has gone."""
        self.path = path
        self.manifest = manifest
        self._files: dict[str, BinaryIO] = {}
        self._articles: dict[str, ArticleFile] = {}
        try:
            for role, entry in manifest.files.items():
                self._open(role, entry)
        except BaseException:
            for articles in self._articles.values():
                articles.close()
            self.close()
            raise

    @classmethod
    def open(cls, path: Path) -> ModelFolder:
        """Open a model: names, sizes, kinds of all files and the digest of the small model file are checked.

        Raises ModelNotFound, NewerModel, DamagedModel, or MachineError when something may not be read.
        """
        for attempt in range(_TRIES):
            manifest = _manifest(path)
            try:
                return cls(path, manifest)
            except (FileNotFoundError, DamagedModel) as error:
                # A writer may have replaced the model since its manifest was read; if not, it is as it is.
                if attempt < _TRIES - 1 and _manifest(path) != manifest:
                    continue
                if isinstance(error, DamagedModel):
                    raise
                raise DamagedModel(f"{error.filename}: missing; {RESTORE}") from error
        raise AssertionError("the last try returns or raises")

    def arrays(self, role: str, mmap: bool = True) -> Arrays:
        """The arrays of a file, memory-mapped read-only or in memory."""
        from topics.store.arrays import load_arrays  # joblib takes 0.1 s, which a listing of models need not pay

        return load_arrays(self._path(role), mmap, self._files[role])

    def articles(self, role: str) -> ArticleFile:
        """The articles of a file; the caller closes them."""
        self._path(role)
        return self._articles[role]

    def close(self) -> None:
        """Let go of the files of arrays (what was mapped stays).  Articles are closed by who asked for them."""
        for file in self._files.values():
            file.close()

    def __enter__(self) -> ModelFolder:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _open(self, role: str, entry: FileEntry) -> None:
        path = self.path / entry.name
        if entry.name.endswith(".sqlite"):
            from topics.store.articles import ArticleFile  # sqlite3 is not for every command

            with open_regular(path) as file:
                _check(path, file, entry, role)
            self._articles[role] = ArticleFile(path)
        else:
            self._files[role] = file = open_regular(path)
            _check(path, file, entry, role)

    def _path(self, role: str) -> Path:
        entry = self.manifest.files.get(role)
        if entry is None or role not in (self._files | self._articles):
            raise DamagedModel(f"{self.path / MANIFEST}: names no {role!r}; {RESTORE}")
        return self.path / entry.name


def verify(path: Path) -> list[Problem]:
    """Everything wrong with a model, reading all of it: digests, sizes, contents, files that do not belong to it.

    Empty when it is whole.  What a killed writer left is no problem: the next writer sweeps it.  Raises ModelNotFound
    and NewerModel.
    """
    for _ in range(_TRIES):
        try:
            manifest = _manifest(path)
        except DamagedModel as error:
            return [Problem(MANIFEST, str(error))]
        problems = [
            problem for entry in manifest.files.values() for problem in _file_problems(path / entry.name, entry)
        ]
        problems += [Problem(name, "not part of the model; move it elsewhere") for name in foreign_files(path)]
        if _manifest(path) == manifest:  # else a writer replaced the files while they were read
            break
    return problems


def foreign_files(path: Path) -> list[str]:
    """Names in a folder that no version of the model made, hidden ones (of the system, and ours) aside."""
    with machine_errors(path, "read"):
        names = sorted(entry.name for entry in path.iterdir())
    return [name for name in names if not name.startswith(".") and name != MANIFEST and not is_ours(name)]


def is_ours(name: str) -> bool:
    """Whether a file of this name is a model's: one that a manifest may name, or what making it leaves behind."""
    for suffix in _SIDE_FILES:
        name = name.removesuffix(suffix)
    return name == TEMPORARY or FILE_NAME.fullmatch(name) is not None


def _file_problems(path: Path, entry: FileEntry) -> list[Problem]:
    try:
        with open_regular(path) as file:
            _check(path, file, entry, CHECKED_ROLE)
            _check_content(path, file)
    except FileNotFoundError:
        return [Problem(entry.name, f"missing; {RESTORE}")]
    except ModelError as error:
        return [Problem(entry.name, str(error).removeprefix(f"{path}: "))]
    return []


def _check_content(path: Path, file: BinaryIO) -> None:
    from topics.store.arrays import load_arrays
    from topics.store.articles import ArticleFile

    if path.suffix == ".joblib":
        load_arrays(path, file=file)
        return
    articles = ArticleFile(path)
    try:
        for _ in articles.scan():
            pass
    finally:
        articles.close()


def _manifest(path: Path) -> Manifest:
    try:
        return Manifest.read(path)
    except FileNotFoundError as error:
        raise ModelNotFound(f"{path}: no model there (no {MANIFEST}); `topics models` lists those there are") from error


def _check(path: Path, file: BinaryIO, entry: FileEntry, role: str) -> None:
    """Compare an open file with what the manifest says of it."""
    size = size_of(file)
    if size != entry.size:
        raise DamagedModel(f"{path}: {size:,} bytes, {entry.size:,} expected; {RESTORE}")
    if role != CHECKED_ROLE:
        return
    with machine_errors(path, "read"):
        found = digest(file)
    if found != entry.sha256:
        raise DamagedModel(f"{path}: altered (its SHA-256 is not the manifest's); {RESTORE}")
