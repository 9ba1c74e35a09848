"""Copies of a text: found, all of them, and nothing else."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topics
from topics import kernels
from topics.duplicates import COPY, CROWD, Runs, changes, groups, jaccard, jaccards, pairs, runs
from topics.text.tokens import Words, tokenise

ROOT = Path(__file__).parents[1]
WORDS = [f"w{i}" for i in range(400)]


def runs_of(texts: list[str]) -> Runs:
    words = Words()
    return runs([tokenise((("", text) for text in texts), words)], words)


def slow_pairs(texts: list[str]) -> dict[tuple[int, int], float]:
    """Every two texts, compared as sets of tuples of words."""
    sets = []
    for text in texts:
        words = re.findall(r"[^\W_]+", text.lower())
        sets.append({tuple(words[i : i + 5]) for i in range(len(words) - 4)} if len(words) >= 20 else set())
    found = {}
    for i, j in combinations(range(len(texts)), 2):
        if sets[i] | sets[j]:
            score = len(sets[i] & sets[j]) / len(sets[i] | sets[j])
            if score >= COPY:
                found[i, j] = score
    return found


@st.composite
def edited_texts(draw: st.DrawFn) -> list[str]:
    """A few texts, and copies of them with words dropped, changed and added."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    originals = [rng.choice(WORDS, rng.integers(15, 90)).tolist() for _ in range(draw(st.integers(1, 4)))]
    texts = []
    for original in originals:
        for _ in range(draw(st.integers(1, 4))):
            words = list(original)
            for _ in range(rng.integers(0, 6)):
                words[rng.integers(len(words))] = str(rng.choice(WORDS))
            texts.append(" ".join(words[rng.integers(0, 3) :]))
    return [texts[i] for i in rng.permutation(len(texts))]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(edited_texts())
def test_pairs_are_those_of_comparing_every_two_texts(texts: list[str]) -> None:
    """The same pairs with the same Jaccard index; of equal texts, pairs with the first."""
    known = runs_of(texts)
    slow = slow_pairs(texts)
    first = [next(j for j in range(i + 1) if np.array_equal(known.row(j), known.row(i))) for i in range(len(texts))]
    expected = {p: s for p, s in slow.items() if (first[p[0]] == p[0] == first[p[1]] or first[p[1]] == p[0])}
    expected |= {p: s for p, s in slow.items() if first[p[0]] == p[0] and first[p[1]] == p[1]}
    left, right, scores = pairs(known)
    found = dict(zip(zip(left.tolist(), right.tolist(), strict=True), scores.tolist(), strict=True))
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(("left", "right"), [("don't", "don’t"), ("COVID-19", "COVID 19"), ("Rail, ", "rail ")])
def test_typography_makes_no_difference(left: str, right: str) -> None:
    """Apostrophes, hyphens, case and commas come and go on the way from an agency to a page."""
    before, after = " ".join(WORDS[:30]), " ".join(WORDS[30:60])
    known = runs_of([f"{before} {left} {after}", f"{before} {right} {after}"])
    assert len(known.row(0)) >= 57
    np.testing.assert_array_equal(known.row(0), known.row(1))


def test_short_texts_and_titles_do_not_count() -> None:
    """Two results in one form are no copies, nor is a flash of another day; one headline on two texts makes none."""
    words = Words()
    short = " ".join(WORDS[:19])
    assert not len(runs_of([short]).hashes)
    titled = runs([tokenise([(" ".join(WORDS[:50]), short)], words)], words)
    assert not len(titled.hashes)


HEADLINE = st.lists(st.sampled_from(["rail", "to", "sell", "94", "COVID-19", "don't"]), max_size=7).map(" ".join)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(HEADLINE, max_size=12))
def test_headlines_without_a_text_are_copies_word_for_word(titles: list[str]) -> None:
    """Those of five words and more: "Letters to the editor" stands over another letter each day."""
    words = Words()
    left, right, scores = pairs(runs([tokenise([(title, "") for title in titles], words)], words))
    cut = [re.findall(r"[^\W_]+", title.lower()) for title in titles]
    expected = {(cut.index(each), i) for i, each in enumerate(cut) if len(each) >= 5 and cut.index(each) < i}
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == expected
    assert set(scores.tolist()) <= {1.0}


LINE = st.lists(st.sampled_from(["rail", "Rail", "to", "94", "COVID-19", "don't", "…", "İ"]), max_size=30).map(" ".join)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(LINE, LINE | st.just("")), max_size=8), st.integers(1, 4))
def test_compiled_runs_are_the_plain_ones(articles: list[tuple[str, str]], step: int) -> None:
    """To the last bit, however many articles a thread takes at a time."""
    words = Words()
    blocks = [tokenise(articles[:3], words), tokenise(articles[3:], words)]
    plain = runs(blocks, words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topics.duplicates.BULK_WORDS", 0)
        patch.setattr(kernels.load("sets"), "ARTICLES", step)
        compiled = runs(blocks, words)
    np.testing.assert_array_equal(compiled.starts, plain.starts)
    np.testing.assert_array_equal(compiled.hashes, plain.hashes)


def test_many_prints_of_one_text_are_one_group() -> None:
    """More than are compared with each other within a hash: the group is whole all the same."""
    rng = np.random.default_rng(1)
    original = rng.choice(WORDS, 200)
    texts = []
    for _ in range(3 * CROWD):
        words = original.copy()
        words[rng.integers(200)] = rng.choice(WORDS)
        texts.append(" ".join(words))
    left, right, _ = pairs(runs_of(texts))
    [group] = groups(len(texts), left, right)
    assert len(group) == len(texts)


def test_taking_and_joining_rows_keeps_their_runs() -> None:
    """What a merge of segments does."""
    rng = np.random.default_rng(2)
    known = runs_of([" ".join(rng.choice(WORDS, n)) for n in (30, 5, 60, 25)])
    again = Runs.join([known.take(np.array([2, 1])), known.take(np.array([], np.int64)), known.take(np.array([0]))])
    assert len(again) == 3
    for mine, theirs in enumerate((2, 1, 0)):
        np.testing.assert_array_equal(again.row(mine), known.row(theirs))
    np.testing.assert_array_equal(Runs.from_arrays(known.arrays()).hashes, known.hashes)


def test_changes_tell_what_was_cut_and_added() -> None:
    """Only what differs, in order."""
    found = changes("LONDON (TPA) - Rail to sell 94 branches", "Rail to sell 49 branches. Got a story?")
    assert [(change.before, change.after) for change in found] == [
        ("LONDON (TPA) -", ""),
        ("94 branches", "49 branches. Got a story?"),
    ]


def test_the_samples_copies_are_all_found_and_no_other(sample: topics.Model) -> None:
    """20 copies and 5 corrections."""
    truth = [json.loads(line) for line in (ROOT / "corpora" / "sample-truth.jsonl").read_text("utf-8").splitlines()]
    original = {row["id"]: row["copy_of"] or row["id"] for row in truth}
    found = sample.duplicates()
    assert all(len({original[name] for name in group.ids}) == 1 for group in found)
    grouped = {frozenset((name, other)) for group in found for name, other in combinations(group.ids, 2)}
    assert all(frozenset((row["id"], row["copy_of"])) in grouped for row in truth if row["copy_of"])
    for group in found:
        dates = [article.date for article in group.articles if article.date]
        assert dates == sorted(dates)
        assert COPY <= group.score <= 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(0, 40))
def test_all_pairs_at_once_are_as_near_as_one_by_one(seed: int, n: int, most: int) -> None:
    """The compiled way and the plain one give the same, of empty sets too."""
    pytest.importorskip("numba", reason="numba is not installed")
    rng = np.random.default_rng(seed)
    sets = [np.unique(rng.integers(2**32 - 60, 2**32, rng.integers(0, most + 1), np.uint32)) for _ in range(n)]
    known = Runs(np.cumsum([0, *map(len, sets)]).astype(np.int64), np.concatenate(sets))
    i, j = rng.integers(n, size=(2, 30))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topics.duplicates.BULK", 0)
        found = jaccards(known, i, j)
    assert found.tolist() == [jaccard(sets[a], sets[b]) for a, b in zip(i, j, strict=True)]


def test_an_empty_set_is_like_nothing() -> None:
    """Not even like another empty one."""
    none = np.zeros(0, np.uint32)
    assert jaccard(none, none) == 0
