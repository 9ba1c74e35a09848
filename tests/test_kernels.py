"""How compiled loops are started, and what happens where they cannot be kept."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from topics import kernels

numba = pytest.importorskip("numba")


def test_loops_that_cannot_be_kept_are_compiled_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """A read-only install without a folder of the user's own is slower at the start, and says so."""
    names: dict[str, Any] = {}
    exec("def more(x):\n    return x + 1", names)  # no file to keep its loops beside, which numba refuses alike
    more = kernels.compiled(numba.int64(numba.int64))(names["more"])
    assert more(1) == 2
    assert "NUMBA_CACHE_DIR" in caplog.text


def test_numba_is_not_loaded_before_a_job_pays() -> None:
    """Asking whether a small job pays costs nothing; a fresh process shows it."""
    code = (
        "import sys\nfrom topics import kernels\nfrom topics.text.tokens import Words, tokenise\n"
        "tokenise([('A title', 'and a text')], Words())\nassert 'numba' not in sys.modules\n"
        "tokenise([('A title', 'and a text')], Words(expected=10**9))\nassert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


def test_blocks_come_back_in_order_and_errors_come_through() -> None:
    """Threads change when, not what."""
    with kernels.pool(3) as threads:
        assert threads.map(lambda x: x * x, range(50)) == [x * x for x in range(50)]
        with pytest.raises(ZeroDivisionError):
            threads.map(lambda x: 1 // x, range(3))
        assert threads.map(lambda x: x + 1, [1]) == [2]
        assert threads.map(lambda x: x + 1, []) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_results_that_stream_come_in_order(jobs: int) -> None:
    """And errors come through."""
    with kernels.pool(jobs) as threads:
        assert list(threads.stream(lambda x: x + 1, range(50))) == list(range(1, 51))
    with pytest.raises(ZeroDivisionError), kernels.pool(jobs) as threads:
        list(threads.stream(lambda x: 1 // x, range(2)))


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_is_made_on_threads_is_placed_in_order(jobs: int) -> None:
    """However long each takes to make; at most as many are made as there are threads, and each is ended once placed."""
    placed: list[int] = []
    ended: list[tuple[int, int]] = []
    open_ = 0

    def work(number: int) -> int:
        nonlocal open_
        open_ += 1
        assert open_ <= jobs
        time.sleep(0.001 * (number % 3))
        return number

    def place(number: int) -> int:
        placed.append(number)
        return len(placed)

    def end(number: int, place: int) -> None:
        nonlocal open_
        open_ -= 1
        ended.append((number, place))

    with kernels.pool(jobs) as threads:
        threads.in_order(work, place, end, range(50))
        threads.in_order(work, place, end, [])
    assert placed == list(range(50))
    assert sorted(ended) == [(number, number + 1) for number in range(50)]


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("step", range(3))
def test_an_error_in_any_step_ends_all_of_them(jobs: int, step: int) -> None:
    """Nobody waits for the turn of a block that failed, and none behind it is placed."""
    placed: list[int] = []

    def breaks_at(here: int, number: int) -> int:
        if here == step and number == 5:
            raise KeyError(number)
        if here == 1:
            placed.append(number)
        return number

    with pytest.raises(KeyError), kernels.pool(jobs) as threads:
        threads.in_order(
            lambda x: breaks_at(0, x), lambda x: breaks_at(1, x), lambda x, _: breaks_at(2, x) and None, range(50)
        )
    assert placed == list(range(len(placed)))
    assert len(placed) < 50


def test_arrays_that_lie_together_do_not_overlap() -> None:
    """Each begins at a line of the cache, the first at a big page."""
    kinds = (np.int64, 3), (np.bool_, 65), (np.int32, 0), (np.uint8, 1)
    arrays = kernels.together(*kinds)
    for array, (kind, length) in zip(arrays, kinds, strict=True):
        assert (array.dtype, len(array)) == (kind, length)
        array.fill(0)
    arrays[1].fill(True)
    assert arrays[1].all()
    assert not any(array.any() for array in (arrays[0], arrays[2], arrays[3]))
    starts = [array.ctypes.data for array in arrays if len(array)]
    assert starts[0] % kernels.PAGE == 0
    assert all(start % kernels.LINE == 0 for start in starts)
    assert starts == sorted(starts)


@pytest.mark.parametrize("jobs", [1, 3])
def test_one_call_at_a_time_while_the_next_item_is_made(jobs: int) -> None:
    """In order; errors of a call and of the items come through, and what came before them has come out."""
    from topics.threads import limited

    running: list[int] = []

    def call(number: int) -> int:
        running.append(number)
        assert len(running) == 1
        time.sleep(0.001)
        running.clear()
        return 6 // number

    def broken() -> Iterator[int]:
        yield from (1, 2)
        raise KeyError

    with limited(jobs):
        assert list(kernels.one_ahead(call, [1, 2, 3])) == [6, 3, 2]
        assert list(kernels.one_ahead(call, [])) == []
        with pytest.raises(ZeroDivisionError):
            list(kernels.one_ahead(call, [1, 0, 2]))
        running.clear()
        found = kernels.one_ahead(call, broken())
        assert next(found) == 6
        with pytest.raises(KeyError):
            list(found)


def test_a_limit_on_threads_holds_inside_and_ends_after() -> None:
    """`--jobs 1` reaches every pool below it."""
    from topics.threads import limited

    before = kernels.workers()
    with limited(7):
        assert kernels.workers() == 7
        assert kernels.workers(2) == 2
        with limited(None):
            assert kernels.workers() == 7
    assert kernels.workers() == before
