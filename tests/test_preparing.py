"""Articles prepared by several processes: the same as by one, whatever happens to them, and none is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topics
from topics.kernels import workers
from topics.preparing import stream
from topics.preparing.article import How, Prepared, prepare
from topics.preparing.process import answer, question, understood
from topics.preparing.stream import prepared
from topics.records import Article
from topics.threads import limited

CORPUS = Path(__file__).parents[1] / "corpora" / "sample.jsonl"
HOWS = [How(True, None, True), How(False, "en", False), How(True, "de", True)]
TEXT = st.text(max_size=12)
LINES = st.lists(st.sampled_from(["LONDON (Reuters) - It was so.", "Home > Sport", "Read more:", "Das ist nicht so."]))


def sample() -> list[Article]:
    keys = ("id", "title", "text", "date", "source", "section")
    return [
        Article(**{k: row[k] for k in keys if row.get(k)})
        for row in map(json.loads, CORPUS.read_text("utf-8").splitlines())
    ]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Small batches, two processes after the fifth article; those that were started and take batches."""
    found: list[subprocess.Popen[bytes]] = []
    start, take = stream.Processes._start, stream.Processes._next

    def noted(self: stream.Processes) -> subprocess.Popen[bytes]:
        process = start(self)
        processes[threading.get_ident()] = process
        return process

    def ready(self: stream.Processes, wait: bool) -> stream.Batch | None:
        if (process := processes.pop(threading.get_ident(), None)) is not None:
            found.append(process)
        return take(self, wait)

    processes: dict[int, subprocess.Popen[bytes]] = {}
    for name, value in {"FIRST": 5, "BATCH": 7, "workers": lambda: 3}.items():
        monkeypatch.setattr(stream, name, value)
    monkeypatch.setattr(stream.Processes, "_start", noted)
    monkeypatch.setattr(stream.Processes, "_next", ready)
    return found


def slowly(articles: list[Article], started: list[subprocess.Popen[bytes]]) -> Iterator[Article]:
    """Articles that wait, after a sixth of them, for both processes, which then get some."""
    for number, article in enumerate(articles):
        if number == len(articles) // 6:
            until(lambda: len(started) == 2)
        yield article


def until(come: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def run(articles: Any, how: How = HOWS[0]) -> list[Prepared]:
    with closing(prepared(articles, how)) as found:
        return list(found)


@settings(deadline=None, max_examples=100, derandomize=True)
@given(
    st.builds(
        Article, TEXT, TEXT, st.one_of(TEXT, LINES.map("\n".join)), section=st.none() | TEXT, lang=st.none() | TEXT,
        authors=st.lists(TEXT).map(tuple), extra=st.dictionaries(TEXT | st.just("place"), TEXT | st.lists(TEXT))
    ),
    st.sampled_from(HOWS),
)  # fmt: skip
def test_an_article_that_went_to_and_fro_is_as_if_it_had_stayed(article: Article, how: How) -> None:
    """What travels is what is new; the rest is put together again, in the same order."""
    articles = [article, Article("x", text="LONDON, Oct 7 (Reuters) - It rained all day, and the people stayed in.")]
    here = [prepare(one, how) for one in articles]
    there = understood(articles, answer(question(articles), how))
    assert there == here
    assert [list(one.article.extra) for one in there] == [list(one.article.extra) for one in here]


@pytest.mark.parametrize("how", HOWS)
def test_processes_give_what_one_gives_in_order(how: How, started: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """And they are asked: otherwise this would test nothing."""
    answers: list[bytes] = []
    monkeypatch.setattr(stream, "understood", lambda articles, got: answers.append(got) or understood(articles, got))
    articles = sample()
    assert run(slowly(articles, started), how) == [prepare(article, how) for article in articles]
    assert answers
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)


def test_a_model_has_the_same_bytes_with_and_without_processes(started: list[Any], tmp_path: Path) -> None:
    """Times aside, which the manifest tells."""

    def files(name: str) -> dict[str, bytes]:
        topics.train(slowly(sample(), started) if name == "with" else sample(), tmp_path / name, n_topics=5)
        paths = sorted((tmp_path / name).iterdir())
        return {path.name: path.read_bytes() for path in paths if path.name not in ("manifest.json", ".lock")}

    assert files("with") == files("without")
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("with", "without")]
    assert manifests[0]["info"]["corpus"] == manifests[1]["info"]["corpus"]


@pytest.mark.usefixtures("started")
def test_no_process_for_few_articles_nor_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process takes a third of a second to start."""
    monkeypatch.setattr(stream, "Processes", None)
    assert len(run(sample()[: stream.FIRST])) == stream.FIRST
    monkeypatch.setattr(stream, "workers", workers)
    with limited(1):
        assert len(run(sample())) == len(sample())


def test_only_the_thread_that_asks_reads_the_source(started: list[Any]) -> None:
    """A generator over a database may not be moved to another."""
    seen = set()

    def source() -> Iterator[Article]:
        for article in slowly(sample(), started):
            seen.add(threading.get_ident())
            yield article

    run(source())
    assert seen == {threading.get_ident()}


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, MemoryError])
def test_an_error_of_the_source_comes_through_and_ends_all(
    error: type[BaseException], started: list[Any], tmp_path: Path
) -> None:
    """Neither a model nor a process is left."""

    def source() -> Iterator[Article]:
        yield from slowly(sample(), started)
        raise error("a page is torn")

    before = set(threading.enumerate())
    with pytest.raises(error, match="a page is torn"):
        topics.train(source(), tmp_path / "model")
    assert not (tmp_path / "model" / "manifest.json").exists()
    assert all(process.returncode is not None for process in started)
    assert set(threading.enumerate()) <= before


def test_a_process_that_dies_loses_and_repeats_nothing(started: list[Any], caplog: pytest.LogCaptureFixture) -> None:
    """One after the other, as when memory runs out; it is said once."""
    articles = sample()

    def source() -> Iterator[Article]:
        for number, article in enumerate(slowly(articles, started)):
            if number in (len(articles) // 3, len(articles) // 2):
                started[number * 2 // len(articles)].kill()
            yield article

    assert run(source()) == [prepare(article, HOWS[0]) for article in articles]
    assert caplog.text.count("so this takes longer") == 1


def test_values_that_cannot_travel_stay(started: list[Any]) -> None:
    """An Article made by hand may hold what JSON takes and `marshal` does not."""
    odd = Article("odd", "A title", extra={"key": OrderedDict(a=1)})
    with pytest.raises(ValueError, match="unmarshallable"):
        question([odd])
    articles = [*sample(), odd, *(replace(article, id=article.id + "-2") for article in sample())]
    found = run(slowly(articles, started), How(False, "en", False))
    assert [one.article.id for one in found] == [article.id for article in articles]


@pytest.mark.parametrize("missing", ["python", "frozen", "processes", "modules"])
def test_where_no_process_can_be_started_this_one_does_it(
    missing: str, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a word of complaint that anybody would have to act on."""

    def refused(self: stream.Processes) -> None:
        raise BlockingIOError

    if missing == "python":
        monkeypatch.setattr(sys, "executable", "")
    elif missing == "frozen":
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    elif missing == "processes":
        monkeypatch.setattr(stream.Processes, "_start", refused)
    else:
        monkeypatch.setattr(stream, "CODE", "raise SystemExit(1)")
    assert not started
    assert run(sample()) == [prepare(article, HOWS[0]) for article in sample()]


SCRIPT = """
import os, sys, time
import topics
from topics.preparing import stream
stream.FIRST, stream.BATCH, stream.workers = 5, 7, lambda: 3
start = stream.Processes._start
def noted(self):
    process = start(self)
    os.write(1, b'%d\\n' % process.pid)  # at once, for two threads do
    return process
stream.Processes._start = noted
def source():
    for number in range(10 ** 9):
        yield f"A text on subject {number} and on others"
        if number > 200:
            time.sleep(.001)
topics.train(source(), sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("end", ["SIGKILL", "SIGINT"])
def test_nothing_goes_on_when_training_is_ended(end: str, tmp_path: Path) -> None:
    """Killed, or by Ctrl-C, which all of a terminal's processes get; in a script without a guard."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "model")]
    options: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
    with subprocess.Popen(command, cwd=CORPUS.parents[1], text=True, **options) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        pids = [int(process.stdout.readline()) for _ in range(2)]
        time.sleep(0.7)  # they work by now, mostly
        if end == "SIGINT":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.kill()
        talk = process.stderr.read()
    until(lambda: not any(map(alive, pids)))
    assert talk.count("Traceback") == (end == "SIGINT")
    assert not (tmp_path / "model" / "manifest.json").exists()


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody has asked for does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
    except (ProcessLookupError, FileNotFoundError):
        return False
