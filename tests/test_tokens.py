"""Text to numbers of words: the compiled way gives exactly what the plain one gives."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics import kernels
from topics.text import tokens
from topics.text.tokens import Tokens, Words, tokenise

table = pytest.importorskip("topics.kernels.table", reason="numba is not installed")

DATA = Path(os.environ.get("TOPICS_DATA", Path(__file__).parents[2] / "shared" / "data"))

# what words are cut by, oftener than chance would give it; lone surrogates too
ODD = "aB9.,'’‐-&\u00ad\u200c\u200d \t\u00a0\r\n\0é\u0301\u0903中国กี\U00020000\U0001f600\ud800_²"
TEXT = st.text(alphabet=st.sampled_from(ODD) | st.characters(), max_size=60)
ARTICLES = st.lists(st.tuples(TEXT, TEXT), max_size=8)


def plainly(articles: list[tuple[str, str]]) -> tuple[Tokens, list[str]]:
    words = Words()
    ids, stops, breaks = tokens._plainly([part for article in articles for part in article], words.plain())
    return Tokens(ids, stops[::2], np.diff(stops)[::2].astype(np.int32), breaks), list(words)


def assert_equal(left: Tokens, right: Tokens) -> None:
    for name in ("ids", "starts", "titles", "breaks"):
        a, b = getattr(left, name), getattr(right, name)
        assert a.dtype == b.dtype, name
        assert np.array_equal(a, b), name


def assert_words(words: Any, found: tuple[Any, Any, Any], parts: list[str]) -> None:
    """Numbers, ends of parts and the words themselves are those of the plain way."""
    expected, names = plainly([(part, "") for part in parts])
    assert np.array_equal(found[0], expected.ids)
    assert np.array_equal(found[1][:-1], expected.starts[:-1])
    assert list(words) == names


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every job is big enough for the compiled loops."""
    monkeypatch.setattr(tokens, "BULK", 0)


@settings(max_examples=500, deadline=None)
@given(ARTICLES)
def test_compiled_tokens_equal_the_plain_ones_on_any_text(articles: list[tuple[str, str]]) -> None:
    """Numbers, order, breaks, titles and the words themselves are the same for every text there is."""
    words = table.WordTable(tokens.classes())
    ids, stops, breaks = table.tokenise([part for article in articles for part in article], words, 1)
    expected, names = plainly(articles)
    assert_equal(Tokens(ids, stops[::2], np.diff(stops)[::2].astype(np.int32), breaks), expected)
    assert list(words) == names


@settings(max_examples=100, deadline=None)
@given(ARTICLES, st.sampled_from([0, 1, 0xFFFFFFFF, 0xFF << 32]))
def test_words_whose_digests_collide_stay_apart(articles: list[tuple[str, str]], keep: int) -> None:
    """With a digest of no, one or a few bits every word collides, and the bytes decide."""
    parts = [part for article in articles for part in article]
    words, collided = table.WordTable(tokens.classes()), table.WordTable(tokens.classes(), keep=keep)
    assert np.array_equal(table.tokenise(parts, words, 1)[0], table.tokenise(parts, collided, 1)[0])
    assert list(words) == list(collided)


def test_words_of_any_length_end_where_they_end() -> None:
    """Bits are read 57 to 64 at a time; words of all lengths up to 200, at every place in a byte of bits."""
    parts = [" " * (i % 8) + "a" * i + " b" for i in range(1, 200)] + ["c" * 1000, "d" * 64, "e" * 56 + "é"]
    words = table.WordTable(tokens.classes())
    assert_words(words, table.tokenise(parts, words, 1), parts)


@given(st.lists(TEXT, max_size=80), st.sampled_from([1, 3, 32]))
def test_text_is_brought_to_bytes_as_python_does(parts: list[str], run: int) -> None:
    """Some parts at a time, of ASCII or not, in memory that held something else: the same as one by one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "RUN", run)
        room = np.full(table.most_bytes(parts), 7, np.uint8)
        text, bounds = table.encode(parts, room)
    encoded = [part.encode("utf-8", "surrogatepass") + b"\0" for part in parts]
    assert text.tobytes() == b"".join(encoded) + bytes(table.PADDING)
    assert bounds.tolist() == [sum(map(len, encoded[:i])) for i in range(len(parts) + 1)]


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXT | st.text("aBİΣſßÀ Ὀ\0", max_size=30), max_size=40), st.sampled_from([1, 3, 32]))
def test_words_in_lower_case_are_those_of_texts_in_lower_case(parts: list[str], run: int) -> None:
    """Whether letters are lowered as bytes or by Python, and where that makes a text longer."""
    words, expected = table.WordTable(tokens.classes()), table.WordTable(tokens.classes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "RUN", run)
        found = table.tokenise(parts, words, 1, lower=True)
    for left, right in zip(found, table.tokenise([part.lower() for part in parts], expected, 1), strict=True):
        assert np.array_equal(left, right)
    assert list(words) == list(expected)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=30))
def test_words_are_numbered_together_as_one_by_one(names: list[str]) -> None:
    """Known ones keep their numbers, new ones get the next; what is done to all words is done to each."""
    words = table.WordTable.of(["a", "é"], tokens.classes())
    numbers = {"a": 0, "é": 1}
    expected = [numbers.setdefault(name, len(numbers)) for name in names]
    assert words.add_words("\0".join(names)).tolist() == expected
    assert list(words) == list(numbers)
    assert words.words().lower().split("\0") == [name.lower() for name in numbers]
    backwards = np.arange(len(numbers))[::-1]
    assert words.some(backwards) == list(numbers)[::-1]
    assert words.some(backwards[:0]) == []


@pytest.mark.usefixtures("compiled")
def test_tables_grow_and_blocks_are_numbered_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many distinct words, over many blocks and calls, on one thread and on three: the same numbers."""
    monkeypatch.setattr(table, "BLOCK", 20_000)
    articles = [(f"title{i % 7}", " ".join(f"w{i * j % 40_009}" for j in range(300))) for i in range(600)]
    expected, names = plainly(articles)
    for jobs in (1, 3):
        words = Words()
        parts = [tokenise(articles[start : start + 250], words, jobs) for start in range(0, 600, 250)]
        assert np.array_equal(np.concatenate([part.ids for part in parts]), expected.ids)
        assert list(words) == names


def test_a_block_of_many_distinct_words_makes_its_table_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    """As often as needed, in the middle of a text; the next block finds the wider one, and other texts more room."""
    monkeypatch.setattr(table, "SLOTS", 2 << 3)
    monkeypatch.setattr(table, "BLOCK", 3000)
    parts = [" ".join(f"w{i * j}" for j in range(90)) for i in range(60)] + ["中国" * 2000, "a é " * 3000]
    words = table.WordTable(tokens.classes())
    assert_words(words, table.tokenise(parts, words, 2), parts)


def test_the_compiled_way_takes_over_in_the_middle_of_a_corpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words met before the corpus turned out to be big keep their numbers."""
    articles = [(f"Title {i}", "Al-Aqsa, COVID-19 und 中国 " * 3 + f"number {i}") for i in range(9)]
    monkeypatch.setattr(tokens, "BULK", 10**9)
    words = Words()
    first = tokenise(articles[:5], words)
    monkeypatch.setattr(tokens, "BULK", 0)
    second = tokenise(articles[5:], words)
    expected, names = plainly(articles)
    assert np.array_equal(np.concatenate([first.ids, second.ids]), expected.ids)
    assert list(words) == names
    assert len(words) == len(names)


@pytest.mark.usefixtures("compiled")
def test_without_numba_the_plain_way_answers(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A missing numba costs time and one line of warning, nothing else."""
    import sys

    monkeypatch.setitem(sys.modules, "topics.kernels.table", None)
    kernels.load.cache_clear()
    try:
        words = Words()
        assert_equal(tokenise([("A b", "b c")], words), plainly([("A b", "b c")])[0])
        assert "pip install numba" in caplog.text
    finally:
        kernels.load.cache_clear()


def test_small_corpora_do_not_wait_for_compiled_loops() -> None:
    """Below the threshold nothing of numba is touched."""
    assert kernels.pays("table", 1000, tokens.BULK) is None


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("name", ["bbc", "headlines-uci", "wikiref220"])
def test_compiled_tokens_equal_the_plain_ones_on_real_news(name: str) -> None:
    """Whole corpora, on two threads."""
    path = DATA / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there; set TOPICS_DATA")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    articles = [(row.get("title") or "", row.get("text") or "") for row in rows][:1500]
    words = Words()
    expected, names = plainly(articles)
    assert_equal(tokenise(articles, words, 2), expected)
    assert list(words) == names
