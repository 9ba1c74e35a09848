"""Articles prepared in order: the first thousand here, of those that follow some by other processes."""

from __future__ import annotations

import logging
import marshal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import astuple
from itertools import islice
from pathlib import Path
from typing import Any

from topics.kernels import workers
from topics.preparing.article import How, Prepared, prepare
from topics.preparing.process import CODE, READY, question, receive, send, understood
from topics.records import Article

# Articles before another process is started, which takes a third of a second of a core.
FIRST = 1000
# Articles, and characters, of a batch.
BATCH = 250
CHARACTERS = 1 << 19
# This process reads and writes as long as two others prepare.
MOST = 2
# Batches read before the oldest has to be there, for each process: with half as many it often has nothing to do.
AHEAD = 8

_log = logging.getLogger(__name__)


def prepared(articles: Iterable[Article], how: How) -> Generator[Prepared]:
    """Each article prepared, in order.  `articles` is read by the thread that asks, a few batches ahead.

    To be closed: then no process is left.  How many there are changes nothing but the time; where none can be started,
    or one dies, this one does the work.
    """
    rest = iter(articles)
    for article in islice(rest, FIRST):
        yield prepare(article, how)
    number = min(workers() - 1, MOST) if can_start() else 0
    first = next(rest, None) if number else None
    if first is None:
        for article in rest:
            yield prepare(article, how)
        return
    with closing(Processes(number, how)) as processes:
        waiting: deque[Batch] = deque()
        for batch in batches(first, rest):
            waiting.append(batch)
            processes.offer(batch)
            while len(waiting) > AHEAD * number or (waiting and waiting[0].done):
                yield from processes.result(waiting.popleft())
        while waiting:
            yield from processes.result(waiting.popleft())


def can_start() -> bool:
    """Whether there is a Python to start: not in a frozen program, nor inside one of another name."""
    name = Path(sys.executable or "").name.lower()
    return name.startswith(("python", "pypy")) and not getattr(sys, "frozen", False)


class Batch:
    """Some articles.

    done : nobody works on it any more.  answer : of another process; None where the work is to be done here.
    """

    __slots__ = ("answer", "articles", "done", "found", "message", "size")

    def __init__(self) -> None:
        self.articles: list[Article] = []
        self.size = 0
        self.message = b""
        self.answer: bytes | None = None
        self.found: list[Prepared] | None = None
        self.done = False

    def add(self, article: Article) -> bool:
        """Take another article, and say whether the batch is full."""
        self.articles.append(article)
        self.size += len(article.text) + sum(len(value) for value in article.extra.values() if type(value) is str)
        return len(self.articles) >= BATCH or self.size >= CHARACTERS


def batches(first: Article, rest: Iterator[Article]) -> Iterator[Batch]:
    """Articles as they come."""
    batch = Batch()
    batch.add(first)
    for article in rest:
        if batch.add(article):
            yield batch
            batch = Batch()
    if batch.articles:
        yield batch


class Processes:
    """Other processes that prepare batches, each with a thread here that hands it one after the other."""

    def __init__(self, number: int, how: How) -> None:
        self._how = how
        self._changed = threading.Condition()
        self._open: deque[Batch] = deque()  # what nobody has begun
        self._closed = self._told = False
        self._running: list[subprocess.Popen[bytes]] = []
        self._threads: list[threading.Thread] = []
        for _ in range(number):
            thread = threading.Thread(target=self._run, daemon=True)
            with suppress(RuntimeError):  # no more threads are to be had
                thread.start()
                self._threads.append(thread)

    def offer(self, batch: Batch) -> None:
        """Let a process take this batch, unless it is too large to be held several times."""
        if batch.size <= 4 * CHARACTERS:
            with suppress(ValueError):  # of a value that only this process knows
                batch.message = question(batch.articles)
        with self._changed:
            if batch.message:
                self._open.append(batch)
                self._changed.notify_all()
            else:
                batch.done = True

    def result(self, batch: Batch) -> list[Prepared]:
        """A batch prepared.  Until it is, this process does what nobody has begun, the newest first."""
        while (other := self._other(batch)) is not None:
            other.found, other.done = self._here(other), True
        if batch.answer is not None:
            return understood(batch.articles, batch.answer)
        return self._here(batch) if batch.found is None else batch.found

    def _other(self, batch: Batch) -> Batch | None:
        """The newest batch that nobody has begun, or None once `batch` is done, whichever is first."""
        with self._changed:
            self._changed.wait_for(lambda: batch.done or self._open)
            return None if batch.done else self._open.pop()

    def close(self) -> None:
        """End the processes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            for process in self._running:
                process.kill()
        for thread in self._threads:
            thread.join()

    def _here(self, batch: Batch) -> list[Prepared]:
        return [prepare(article, self._how) for article in batch.articles]

    def _run(self) -> None:
        """Start a process, hand it batches, and see to it that it is gone in the end."""
        try:
            process = self._start()
        except OSError as error:
            _log.debug("no process can be started to prepare articles: %s", error)
            return
        with process:
            try:
                self._serve(process)
            except (OSError, EOFError, MemoryError):
                self._tell()
            finally:
                process.kill()

    def _serve(self, process: subprocess.Popen[bytes]) -> None:
        """Hand batches to a process.  Raises EOFError or OSError when it has ended."""
        sink, source = process.stdin, process.stdout
        assert sink is not None
        assert source is not None
        sink.write(marshal.dumps([str(place) for place in sys.path]))
        send(sink, marshal.dumps(astuple(self._how)))
        if receive(source) != READY:
            raise EOFError
        before: Batch | None = None
        batch: Batch | None = None
        try:
            # Each is handed over before the answer to the one before it is taken: this thread waits up to 5 ms for the
            # interpreter at every step, and 50 articles are prepared in that time.
            while (batch := self._next(wait=before is None)) is not None or before is not None:
                send(sink, b"" if batch is None else batch.message)
                if before is not None:
                    self._finish(before, receive(source))
                before = batch
        finally:
            for left in (before, batch):
                if left is not None and not left.done:
                    self._finish(left, None)

    def _finish(self, batch: Batch, answer: bytes | None) -> None:
        with self._changed:
            batch.answer, batch.message, batch.done = answer, b"", True
            self._changed.notify_all()

    def _start(self) -> subprocess.Popen[bytes]:
        """A process of its own group, so that Ctrl-C does not reach it.  Raises OSError where there can be none."""
        options: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        # -P: the folder one is in holds articles, not modules
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            **options,
        )
        with self._changed:
            self._running.append(process)
            if self._closed:
                process.kill()
        return process

    def _next(self, wait: bool) -> Batch | None:
        """The oldest batch that nobody has begun; None when there is none (after waiting for it: will be none)."""
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._open or self._closed)
            return None if self._closed or not self._open else self._open.popleft()

    def _tell(self) -> None:
        """Say once that a process has ended before its time."""
        with self._changed:
            if not self._closed and not self._told:
                _log.warning("a process that prepared articles has ended, so this takes longer")
                self._told = True
