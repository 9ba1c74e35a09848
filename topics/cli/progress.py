"""Progress with a time left, on stderr, for what takes longer than two seconds; silent off a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from topics.records import Article

if TYPE_CHECKING:
    from topics.corpus import Report

# Seconds before anything is shown.
PATIENCE = 2.0


class Bar:
    """A progress bar for the stages of one command; a context manager."""

    def __init__(self, quiet: bool, report: Report | None = None) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._began = time.monotonic()
        self._report = report
        self._rich: Any = None
        self._task: Any = None
        self._stage = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *error: object) -> None:
        if self._rich is not None:
            self._rich.stop()

    def reading(self, articles: Iterable[Article], done: Callable[[], object]) -> Iterator[Article]:
        """Passes articles on; `done` is called once they have all come."""
        yield from articles
        self.hide()
        done()

    def hide(self) -> None:
        """Take the bar away, to print something."""
        if self._rich is not None:
            self._rich.stop()
            self._rich = None

    def step(self, stage: str, done: int, total: int | None) -> None:
        """Show how far a stage is."""
        if not self._shown or time.monotonic() - self._began < PATIENCE:
            return
        if stage == "reading" and self._report is not None and self._report.bytes_total:
            done, total = self._report.bytes_read, self._report.bytes_total
        if self._rich is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            self._rich = Progress(*columns, console=Console(stderr=True), transient=True)
            self._rich.start()
            self._stage = ""
        if stage != self._stage:
            if self._stage:
                self._rich.remove_task(self._task)
            self._task = self._rich.add_task(stage, total=total)
            self._stage = stage
        self._rich.update(self._task, completed=done, total=total)
