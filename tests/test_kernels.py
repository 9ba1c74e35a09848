"""How compiled loops are started, and what happens where they cannot be kept."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
def test_what_is_started_is_done_when_the_pool_closes(jobs: int) -> None:
    """Also what is still waiting then; and results that stream come in order."""
    done: list[int] = []
    with kernels.pool(jobs) as threads:
        for number in threads.stream(lambda x: x + 1, range(50)):
            threads.start(done.append, number)
    assert sorted(done) == list(range(1, 51))
    with pytest.raises(ZeroDivisionError), kernels.pool(jobs) as threads:
        threads.start(lambda x: 1 // x, 0)
    with pytest.raises(ZeroDivisionError), kernels.pool(jobs) as threads:
        list(threads.stream(lambda x: 1 // x, range(2)))


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
