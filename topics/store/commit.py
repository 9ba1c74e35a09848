"""Changing a model folder: all of a change is there, or none of it."""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from pathlib import Path
from typing import Literal

from topics.errors import DamagedModel, ModelExists, ModelNotFound, NewerModel, SettingError
from topics.store.files import check_free, digest, machine_errors, open_regular, size_of, sync_file, sync_folder
from topics.store.folder import foreign_files, is_ours
from topics.store.lock import Lock
from topics.store.manifest import FILE_NAME, TEMPORARY, FileEntry, Manifest
from topics.store.names import MANIFEST

Mode = Literal["create", "replace", "change"]

_WAIT = 30.0  # seconds for a second writer: longer than an `add`, shorter than patience


class Transaction:
    """The one way to write a model; a context manager that holds the folder's lock.

    mode : "create" wants no model there (ModelExists), "change" wants one (ModelNotFound), "replace" takes either,
    and a damaged or newer one too.  needed : bytes that will be written, as far as known.  wait : seconds to wait for
    another writer.  Inside, write new files to paths from `new_path`, describe each by `entry`, then `commit` a
    manifest of these and of old ones.  Leaving without a commit deletes the new files.  A process killed at any
    moment leaves the old state or the new one; what else it leaves, the next writer sweeps.

    old : the manifest found, None when there is none (or none that could be read, for "replace").
    """

    def __init__(self, path: Path, mode: Mode, needed: int = 0, wait: float = _WAIT) -> None:
        self.path = path
        self.old: Manifest | None = None
        self._mode = mode
        self._needed = needed
        self._wait = wait
        self._lock = Lock(path, make=mode != "change")
        self._new: list[Path] = []
        self._entries: dict[str, FileEntry] = {}
        self._generation = 1
        self._broken = False  # whether there is a manifest that could not be read

    def __enter__(self) -> Transaction:
        self._check_mode(self._read())  # before anything is made or waited for
        try:
            self._lock.acquire(self._wait)
            self.old = self._read()
            self._check_mode(self.old)
            if not self._broken:
                self._sweep()
            check_free(self.path, self._needed)  # behind the sweep, which may have made room
            used = [int(match[2]) for name in self._names() if (match := FILE_NAME.fullmatch(name))]
            self._generation = 1 + max([*used, self.old.generation if self.old else 0])
        except BaseException:
            self._leave()
            raise
        return self

    def new_path(self, kind: str, suffix: Literal[".joblib", ".sqlite"]) -> Path:
        """A path for a new file, ``index-7.joblib`` for kind "index"; one kind asked for twice gets two numbers.

        No number comes back, even of files that are gone: a reader with an old manifest must miss its file, not open
        another of that name.
        """
        generation = self._generation
        while (path := self.path / f"{kind}-{generation}{suffix}") in self._new or path.exists():
            generation += 1
        if not FILE_NAME.fullmatch(path.name):
            raise ValueError(f"kind {kind!r}: up to 40 of the letters a to z expected")
        self._generation = generation
        self._new.append(path)
        return path

    def entry(self, path: Path) -> FileEntry:
        """What the manifest says of a new file, which is whole and synced from here on."""
        if path not in self._new:
            raise ValueError(f"{path}: not a path of this transaction")
        with machine_errors(path):
            sync_file(path)
            with open_regular(path) as file:
                entry = FileEntry(path.name, size_of(file), digest(file))
        self._entries[path.name] = entry
        return entry

    def commit(self, manifest: Manifest) -> None:
        """Make `manifest` the state of the model, on the disk when this returns; delete what it does not name."""
        old = self.old.files.values() if self.old else ()
        known = {entry.name: entry for entry in old} | self._entries
        strangers = [entry.name for entry in manifest.files.values() if known.get(entry.name) != entry]
        if strangers:
            raise ValueError(f"files that are neither old nor described by entry(): {', '.join(strangers)}")
        manifest = dataclasses.replace(manifest, generation=self._generation)
        manifest.write(self.path)
        with machine_errors(self.path):
            sync_folder(self.path.parent)
        self._new.clear()
        self.old, self._broken = manifest, False
        self._sweep()

    def __exit__(self, *error: object) -> None:
        self._leave()

    def _leave(self) -> None:
        """Undo what was not committed and let the next writer in."""
        try:
            if self._lock.held:
                self._undo()
        finally:
            self._lock.release()

    def _undo(self) -> None:
        # The disk is asked what is committed: Ctrl-C may fall between the rename and the line that notes it.
        live = self._read(strict=False)
        named = {entry.name for entry in live.files.values()} if live else set()
        for path in [*self._new, self.path / TEMPORARY]:
            if path.name not in named:
                _delete(path)
        if live is None and not self._broken:
            self._remove_folder()

    def _read(self, strict: bool = True) -> Manifest | None:
        """The manifest in the folder, or None when there is none, or none that can be read and it may be replaced."""
        try:
            return Manifest.read(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (DamagedModel, NewerModel):
            if strict and self._mode != "replace":
                raise
            self._broken = True
            return None

    def _check_mode(self, found: Manifest | None) -> None:
        if self._mode == "change" and found is None:
            raise ModelNotFound(f"{self.path}: no model there (no {MANIFEST}); `topics models` lists those there are")
        if self._mode == "create" and found is not None:
            raise ModelExists(f"{self.path}: there is a model of that name; add --replace, or choose another --name")
        if found is None and not self._broken and self.path.is_dir() and (foreign := foreign_files(self.path)):
            raise SettingError(
                f"{self.path}: a folder with other files in it ({foreign[0]!r:.60}); choose another --name"
            )

    def _names(self) -> list[str]:
        with machine_errors(self.path, "read"):
            return [entry.name for entry in self.path.iterdir()]

    def _sweep(self) -> None:
        """Delete files of ours that the manifest does not name: older states, and what killed writers left."""
        live = {entry.name for entry in self.old.files.values()} if self.old else set()
        dead = [name for name in self._names() if is_ours(name) and name not in live]
        if dead:
            with machine_errors(self.path):
                sync_folder(self.path)  # the manifest that no longer names them must be the one that a power cut leaves
        for name in dead:
            _delete(self.path / name)

    def _remove_folder(self) -> None:
        """Remove a folder that never became a model; others' files in it keep it."""
        if not any(name != self._lock.path.name for name in self._names()):
            self._lock.delete()
            with suppress(OSError):  # somebody was quicker, and the folder is theirs
                self.path.rmdir()


def _delete(path: Path) -> None:
    """Delete a file that no manifest names; one that stays (Windows: a reader has it open) waits for the next sweep."""
    with suppress(OSError):
        path.unlink()
