"""The compiled inner loops: the answers of the plain ways, sooner, for jobs big enough to pay for starting numba.

Importing numba and reading the compiled loops of a module from their cache takes up to a second on a busy machine,
compiling them without a cache several. A module here is imported by `load` alone, and only when a job passes its
threshold.
"""

from __future__ import annotations

import logging
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from itertools import accumulate
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
R = TypeVar("R")
P = TypeVar("P")

# Threads that may work when nobody says how many; None for all that the process may use.
allowed: int | None = None

# Arrays that lie together each begin at a line of the cache, and all of them at a big page: NumPy asks for those where
# it takes two of them and more.
LINE, PAGE = 64, 1 << 21

_log = logging.getLogger(__name__)


@cache
def load(name: str) -> Any:
    """The compiled module `topics.kernels.name`, or None where numba is missing or cannot start (said once)."""
    try:
        return import_module(f"{__name__}.{name}")
    except ImportError as error:
        _log.warning("the compiled loops cannot start (%s), so this takes longer; try: pip install numba", error)
        return None


def pays(name: str, size: float, least: float) -> Any:
    """The compiled module when a job of `size` is worth starting it from `least` on, else None.

    Once it is loaded, a hundredth of that is enough; a tenth where another module is, which took most of the time.
    """
    started = sys.modules.keys() & {f"{__name__}.{name}", "numba"}
    part = 1 if not started else 10 if started == {"numba"} else 100
    return load(name) if size >= least / part else None


def compiled(*signature: Any) -> Callable[[F], F]:
    """Numba's `njit` for one signature, its result kept on disk where there is a folder to write to.

    `contract` lets a product and a sum be one instruction; nothing is summed in another order for it.
    """
    from numba import njit

    def decorate(function: F) -> F:
        options: dict[str, Any] = {"nogil": True, "fastmath": {"contract"}, "error_model": "numpy"}
        try:
            return njit(*signature, cache=True, **options)(function)
        except (RuntimeError, OSError) as error:  # a read-only install and no folder of the user's own
            _log.warning("compiled loops cannot be kept (%s) and are compiled each time; set NUMBA_CACHE_DIR", error)
            return njit(*signature, **options)(function)

    return decorate


def workers(jobs: int | None = None) -> int:
    """How many threads to use: `jobs`, what is `allowed`, or all of the process (affinity and containers counted)."""
    return int(jobs or allowed or _cores())


@cache
def _cores() -> int:
    """Cores that the process may use, as they were when it first asked: joblib looks at files, .1 ms each time."""
    from joblib import cpu_count

    return int(cpu_count())


class Pool:
    """Runs blocks on threads.  Blocks are cut the same for any number of threads, so sums over them are too."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._threads = ThreadPoolExecutor(jobs) if jobs > 1 else None

    def map(self, function: Callable[..., Any], *arguments: Iterable[Any]) -> list[Any]:
        """`map` over threads, the one that asks among them: results in order; an error ends it and is raised."""
        if self._threads is None:
            return list(map(function, *arguments))
        waiting = deque(enumerate(zip(*arguments, strict=True)))
        results: list[Any] = [None] * len(waiting)

        def work() -> None:
            while waiting:
                try:
                    number, call = waiting.popleft()
                except IndexError:  # another thread was quicker
                    return
                try:
                    results[number] = function(*call)
                except BaseException:
                    waiting.clear()
                    raise

        # a future for each thread, not for each call: those of an iteration over 20 topics take half a millisecond
        others = [self._threads.submit(work) for _ in range(min(self.jobs, len(results)) - 1)]
        work()
        for other in others:
            if not other.cancel():
                other.result()
        return results

    def stream(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """`map` whose results come as they are ready, in order; threads are two items each ahead of who takes them."""
        if self._threads is None:
            yield from map(function, items)
            return
        waiting: deque[Future[Any]] = deque()
        for item in items:
            waiting.append(self._threads.submit(function, item))
            if len(waiting) > 2 * self.jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def in_order(
        self, work: Callable[[T], R], place: Callable[[R], P], end: Callable[[R, P], None], items: Iterable[T]
    ) -> None:
        """`end(made, place(made))` of `made = work(item)` for each item; `place` for one at a time, in their order.

        All three run on the thread that has the item, so that there is never more made than there are threads.  An
        error ends it and is raised.
        """
        everything, failed = list(items), False
        # A lock for each turn, open when it has come: a Condition, which is Python, stayed locked when Ctrl-C came
        # within it, and everybody waited for ever.
        turns = [Lock() for _ in everything]
        for turn in turns[1:]:
            turn.acquire()

        def let(number: int) -> None:
            with suppress(RuntimeError):  # already open, for all has failed
                turns[number].release()

        def fail() -> None:
            nonlocal failed
            failed = True
            for number in range(len(turns)):
                let(number)

        def run(number: int, item: T) -> None:
            try:
                made = work(item)
                turns[number].acquire()
                if failed:
                    return
                placed = place(made)
                if number + 1 < len(turns):
                    let(number + 1)
                end(made, placed)
            except BaseException:
                fail()
                raise

        try:
            self.map(run, range(len(everything)), everything)
        except BaseException:
            fail()
            raise

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)


@contextmanager
def pool(jobs: int | None = None) -> Iterator[Pool]:
    """Threads for a while.

    Threads of our own rather than joblib's: joblib sleeps 10 ms between looks whether a block is done, longer than an
    iteration over 20 topics takes.
    """
    threads = Pool(workers(jobs))
    try:
        yield threads
    finally:
        threads.close()


def one_ahead(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """`map` in order, one call at a time, on a thread that works while the next item is made here."""
    if workers() == 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(1) as thread:
        before: Future[R] | None = None
        for item in items:
            if before is not None:
                yield before.result()
            before = thread.submit(function, item)
        if before is not None:
            yield before.result()


def spans(size: int, step: int) -> list[tuple[int, int]]:
    """(start, stop) of each block of `step`."""
    return [(start, min(start + step, size)) for start in range(0, size, step)]


def together(*kinds: tuple[type, int]) -> list[NDArray[Any]]:
    """Arrays of these types and lengths, not filled, one behind the other from the beginning of a big page on."""
    sizes = [-(-np.dtype(kind).itemsize * length // LINE) * LINE for kind, length in kinds]
    memory = np.empty(sum(sizes) + 2 * PAGE, np.uint8)
    starts = accumulate(sizes, initial=-memory.ctypes.data % PAGE)
    return [
        memory[start : start + np.dtype(kind).itemsize * length].view(kind)
        for (kind, length), start in zip(kinds, starts, strict=False)
    ]
