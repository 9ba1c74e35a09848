"""One writer at a time: a lock that the system drops when its process dies, however it dies."""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from io import FileIO
from pathlib import Path

from topics.errors import MachineError
from topics.store.files import machine_errors
from topics.store.manifest import now

LOCK = ".lock"
_POLL = 0.1  # seconds between two tries: nobody notices the delay, and no processor the polling
_BEHIND = 1 << 20  # Windows locks bytes and nobody may read those: lock one behind what says who holds the lock


class Lock:
    """The lock of a model folder.  Two of them exclude each other in one process too."""

    def __init__(self, folder: Path, make: bool) -> None:
        """make : whether to make the folder when it is missing."""
        self.path = folder / LOCK
        self.held = False
        self._make = make
        self._file: FileIO | None = None  # an object, not a number: when Ctrl-C falls into `release`, it goes anyway

    def acquire(self, wait: float) -> None:
        """Take the lock; raise MachineError, naming who holds it, when that takes over `wait` seconds."""
        until = time.monotonic() + wait
        while not self._try():
            if time.monotonic() >= until:
                holder = self._holder()
                raise MachineError(
                    f"{self.path.parent}: another writer is at work ({holder}); try again when it is done"
                )
            time.sleep(_POLL)

    def release(self) -> None:
        """Let the next one in."""
        self.held = False
        if self._file is not None:
            self._file.close()

    def delete(self) -> None:
        """Delete the lock's file while holding it, so that its folder can go too."""
        if os.name == "nt":
            self.release()  # Windows deletes no open file; who slips in between has it open, and it stays
        self.path.unlink(missing_ok=True)

    def _try(self) -> bool:
        """Whether the lock is ours now; nothing stays open when it is not."""
        with machine_errors(self.path.parent):
            if self._make:  # at every try: a writer who gave up may just have removed it
                self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FileIO(self.path, "a+", opener=_open)
            try:
                _lock(self._file.fileno())
                # Its folder may have been deleted while we waited, and made anew with another lock in it.
                if os.path.samestat(os.fstat(self._file.fileno()), self.path.stat()):
                    self._file.truncate(0)
                    self._file.write(f"process {os.getpid()} on {socket.gethostname()} since {now()}".encode())
                    self.held = True
            except FileNotFoundError:
                pass
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                    raise
            finally:
                if not self.held:
                    self._file.close()
            return self.held

    def _holder(self) -> str:
        try:
            with self.path.open("rb") as file:
                text = file.read(200).decode(errors="replace")
        except OSError:
            return "unknown"
        return "".join(letter for letter in text if letter.isprintable()) or "unknown"


def _open(path: str, flags: int) -> int:
    """Open the lock's file, and no other that a link stands for."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def _lock(handle: int) -> None:
    """Lock an open file or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _BEHIND, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        # flock, not lockf: that one is lost when any other handle of the file is closed, and threads share it
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
