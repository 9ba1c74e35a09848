"""manifest.json: what a model consists of, and the only file that is ever replaced."""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from topics.errors import DamagedModel, NewerModel
from topics.store.files import RESTORE, machine_errors, open_regular, replace, size_of, sync_folder
from topics.store.names import MANIFEST

FORMAT = 1
TEMPORARY = f".{MANIFEST}.new"

# A thousand segments take 300 KB.  JSON of many empty lists grows twentyfold in memory.
_LONGEST = 4 << 20

FILE_NAME = re.compile(r"([a-z]{1,40})-([0-9]{1,15})\.(joblib|sqlite)", re.ASCII)
_ROLE = re.compile(r"[a-z]{1,40}(-[0-9]{1,15})?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A live file.  name : kind, generation and suffix, as in ``index-7.joblib``.  size : bytes.  sha256 : 64 hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a model folder says of itself.

    created, changed : RFC 3339.  versions : of the program and what it stands on.  counts : articles, terms and the
    like.  segments : one JSON object each, oldest first.  files : role -> file; the role is what the rest calls it by.
    generation : the highest number that a file of this model ever had; `Transaction.commit` sets it.
    """

    created: str
    changed: str
    versions: dict[str, str]
    files: dict[str, FileEntry]
    settings: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    segments: list[dict[str, Any]] = field(default_factory=list)
    generation: int = 0
    format: int = FORMAT

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest in `folder`.

        Raises FileNotFoundError when there is none, NewerModel when a later version wrote it, else DamagedModel when
        anything in it is not as `write` leaves it.
        """
        path = folder / MANIFEST
        with open_regular(path) as file, machine_errors(path, "read"):
            if size_of(file) > _LONGEST:
                raise DamagedModel(f"{path}: {size_of(file):,} bytes, at most {_LONGEST:,} expected; {RESTORE}")
            raw = file.read(_LONGEST)
        try:
            found = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise DamagedModel(f"{path}: cut short or not JSON ({error}); {RESTORE}") from error
        try:
            return _checked(found)
        except _WrongError as error:
            raise DamagedModel(f"{path}: {error}; {RESTORE}") from error
        except NewerModel as error:
            raise NewerModel(f"{folder}: {error}; `pip install --upgrade news-topics`") from error

    def write(self, folder: Path) -> None:
        """Put this in place of the manifest in `folder`: whenever the power goes, the old one or this is there."""
        text = json.dumps({"format": self.format} | asdict(self), ensure_ascii=False, allow_nan=False, indent=1)
        _checked(json.loads(text))  # never write what could not be read
        temporary = folder / TEMPORARY
        with machine_errors(folder / MANIFEST):
            with temporary.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            sync_folder(folder)
            replace(temporary, folder / MANIFEST)
            sync_folder(folder)


def now() -> str:
    """The time, as a manifest writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class _WrongError(ValueError):
    """A part of a manifest is not as expected."""


def _checked(found: Any) -> Manifest:
    if type(found) is not dict:
        raise _WrongError("not an object")
    version = found.get("format")
    if type(version) is not int or version < 1:
        raise _WrongError('no "format" number')
    if version > FORMAT:
        raise NewerModel(f"format {version}, and this version reads up to {FORMAT}")
    expected = set(Manifest.__dataclass_fields__)
    if set(found) != expected:
        names = ", ".join(sorted(map(repr, set(found) ^ expected)))
        raise _WrongError(f"missing or unknown: {names:.200}")
    for key, form in (("created", _WHEN), ("changed", _WHEN)):
        _text(key, found[key], form)
    for key, kinds in (("versions", (str,)), ("counts", (int,)), ("scores", (int, float, type(None)))):
        if any(type(value) not in kinds for value in _object(key, found[key]).values()):
            raise _WrongError(f'"{key}": a value of the wrong kind')
    for key in ("settings", "info"):
        _object(key, found[key])
    if type(found["generation"]) is not int or not 0 <= found["generation"] < 10**15:
        raise _WrongError('"generation": a number expected')
    if type(found["segments"]) is not list:
        raise _WrongError('"segments": a list expected')
    for segment in found["segments"]:
        _object("segments", segment)
    return Manifest(**(found | {"files": _files(_object("files", found["files"]))}))


def _files(found: dict[str, Any]) -> dict[str, FileEntry]:
    files: dict[str, FileEntry] = {}
    for role, entry in found.items():
        _text("files", role, _ROLE)
        if set(_object(role, entry)) != {"name", "size", "sha256"}:
            raise _WrongError(f'"{role}": name, size and sha256 expected')
        _text(role, entry["name"], FILE_NAME)
        _text(role, entry["sha256"], _SHA256)
        if type(entry["size"]) is not int or not 0 <= entry["size"] < 2**62:
            raise _WrongError(f'"{role}": size {entry["size"]!r:.40}')
        files[role] = FileEntry(**entry)
    if len({entry.name for entry in files.values()}) < len(files):
        raise _WrongError('"files": one file in two roles')
    return files


def _object(key: str, value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise _WrongError(f'"{key}": an object expected')
    return value


def _text(key: str, value: Any, form: re.Pattern[str]) -> None:
    if type(value) is not str or not form.fullmatch(value):
        raise _WrongError(f'"{key}": {value!r:.80} is not as expected')


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object in which no key stands twice: two readers could take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _finite(number: str) -> float:
    """A number that JSON can hold: neither NaN nor Infinity, by name or by an exponent."""
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number:.20} is not a number in JSON")
    return value
