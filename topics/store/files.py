"""Files of a model, one at a time: opened with suspicion, written to last."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from topics.errors import DamagedModel, MachineError

RESTORE = "restore the model from a copy or train it again with --replace"

# Left free on a disk: a machine whose disk is full to the last byte does worse things than fail to save a model.
RESERVE = 32 << 20

_HINTS = {
    errno.ENOSPC: "free some space, or put the models on another disk with --models",
    errno.EDQUOT: "your quota is used up: delete something, or put the models elsewhere with --models",
    errno.EACCES: "check who may read and write there, or choose another folder with --models",
    errno.EPERM: "check who may read and write there, or choose another folder with --models",
    errno.EROFS: "that disk is read-only: choose another folder with --models",
    errno.EMFILE: "too many files are open: close some models, or raise the limit (ulimit -n)",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "a file stands where a folder should: choose another name or folder",
}


@contextmanager
def machine_errors(place: Path, doing: str = "write") -> Iterator[None]:
    """Turn what the system refuses inside the block into MachineError: where, what, what to try."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = _HINTS.get(error.errno or 0, "check the disk and try again")
        raise MachineError(f"{place}: cannot {doing}: {reason}; {hint}") from error


def open_regular(path: Path) -> BinaryIO:
    """Open a file of a model for reading.

    Raises DamagedModel for anything but a plain file (a link may lead out of the folder, a pipe would wait for ever),
    MachineError when it may not be read, and FileNotFoundError as it is: a writer may have replaced the file.
    """
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)  # each exists on some systems only
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise DamagedModel(f"{path}: not a plain file (a link, a folder or a device); {RESTORE}")
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise DamagedModel(f"{path}: a link, not a plain file; {RESTORE}") from error
        raise MachineError(
            f"{path}: cannot read: {error.strerror}; {_HINTS.get(error.errno or 0, 'check the disk and try again')}"
        ) from error
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise DamagedModel(f"{path}: not a plain file; {RESTORE}")
    return file


def size_of(file: BinaryIO) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size


def digest(file: BinaryIO) -> str:
    """SHA-256 of a whole open file, as 64 hex digits; leaves it at its start."""
    file.seek(0)
    total = hashlib.sha256()
    while block := file.read(1 << 20):
        total.update(block)
    file.seek(0)
    return total.hexdigest()


def sync_file(path: Path) -> None:
    """Return when the file's bytes are on the disk."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(path: Path) -> None:
    """Return when the folder's entries are on the disk.  Windows has no such call and writes them through."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network and container file systems cannot sync a folder; there is nothing better to call.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def replace(source: Path, target: Path) -> None:
    """Rename over an existing file.  Windows refuses for as long as a reader has the target open: try for a second."""
    for _ in range(20 if os.name == "nt" else 0):
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(0.05)
    source.replace(target)


def check_free(folder: Path, needed: int) -> None:
    """Raise MachineError unless the disk that `folder` is on, or will be, has `needed` bytes to spare."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    with machine_errors(place, "ask for the free space"):
        free = shutil.disk_usage(place).free
    if free < needed + RESERVE:
        raise MachineError(
            f"{folder}: about {_amount(needed + RESERVE)} of free disk needed, {_amount(free)} there; "
            f"{_HINTS[errno.ENOSPC]}"
        )


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
