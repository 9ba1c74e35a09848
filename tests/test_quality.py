"""Scores of topics: defined as the field defines them, and held to slow twins."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topics
from benchmarks import quality as bench
from topics import quality
from topics.errors import ModelError
from topics.evaluation import evaluate, lists_of
from topics.quality import Occurrences, words_of

WORDS = ["ant", "bee", "Cat", "u.s.", "big ant", "bee bee", "owl"]
corpora = st.lists(st.lists(st.sampled_from([*WORDS, "x", "y"]), max_size=30).map(" ".join), max_size=6)
lists = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True), min_size=1, max_size=3)


def slow_npmi(texts: list[str], topic: list[str]) -> float:
    """The definition, window by window."""
    windows = []
    for text in texts:
        words = words_of(text)
        windows += [words[i : i + 10] for i in range(max(1, len(words) - 9))] if words else []

    def holds(window: list[str], keyword: str) -> bool:
        parts = words_of(keyword)
        return any(window[i : i + len(parts)] == parts for i in range(len(window) - len(parts) + 1))

    def p(*keywords: str) -> float:
        return sum(all(holds(w, k) for k in keywords) for w in windows) / max(1, len(windows))

    scores = []
    for a, b in combinations([keyword.lower() for keyword in topic], 2):
        if set(words_of(a)) & set(words_of(b)):
            continue
        both = p(a, b) + 1e-12
        scores.append(math.log(both / (p(a) * p(b))) / -math.log(both) if p(a) and p(b) else -1.0)
    return float(np.mean(scores)) if scores else 0.0


@given(corpora, lists)
@settings(deadline=None)
def test_coherence_is_what_its_definition_says(texts: list[str], found: list[list[str]]) -> None:
    """Whatever the texts: short, empty, with keywords of several words."""
    counted = Occurrences.count(texts, found)
    assert counted.npmi(found) == pytest.approx([slow_npmi(texts, topic) for topic in found], abs=1e-6)


@given(corpora, lists, st.data())
@settings(deadline=None)
def test_support_is_what_its_definition_says(texts: list[str], found: list[list[str]], data: Any) -> None:
    """Articles of a topic that hold two of its keywords."""
    numbers = st.integers(-1, len(found) - 1)
    strongest = np.array(data.draw(st.lists(numbers, min_size=len(texts), max_size=len(texts))), np.int64)
    for number, share in enumerate(Occurrences.count(texts, found).support(found, strongest)):
        mine = [f" {' '.join(words_of(text))} " for text, t in zip(texts, strongest, strict=True) if t == number]
        held = [sum(f" {' '.join(words_of(k))} " in text for k in found[number]) >= 2 for text in mine]
        assert share == (pytest.approx(np.mean(held)) if held else None)


def test_diversity_counts_keywords_once() -> None:
    """Case does not make another keyword."""
    assert quality.diversity([["a", "b"], ["B", "c"]]) == 0.75
    assert quality.diversity([]) == 0


def test_fits_that_agree_and_fits_that_do_not() -> None:
    """1 for the same topics in any order, 0 for strangers, between for some of the same."""
    found = [["a", "b"], ["c", "d"]]
    assert quality.agreement(found, found[::-1]) == [1, 1]
    assert quality.agreement(found, [["x"], ["y"]]) == [0, 0]
    assert quality.agreement(found, [["a", "b"]]) == [1, 0]


def scorer(path: Path) -> Any:
    spec = spec_from_file_location("score", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def test_scores_are_those_of_the_reference_scorer(real: Callable[[str], Path], sample: topics.Model) -> None:
    """On the sample, to the last digit that is printed."""
    path = real("bbc.jsonl.gz").parents[1] / "score.py"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    theirs = scorer(path)
    lines = (Path(__file__).parents[1] / "corpora" / "sample.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [quality.body(row.get("title") or "", row.get("text") or "") for row in rows]
    found, strongest = lists_of(sample), sample.strongest()
    reference = theirs.Reference([text.lower() for text in texts])
    counted = Occurrences.count(texts, found)
    assert counted.npmi(found) == pytest.approx(reference.npmi(found)[1], abs=1e-9)
    support = [share or 0 for share in counted.support(found, strongest)]
    sizes = np.bincount(strongest[strongest >= 0], minlength=len(found))
    assert np.average(support, weights=sizes) == pytest.approx(reference.support(found, strongest), abs=1e-9)
    assert quality.diversity(found) == theirs.diversity(found)


def test_a_model_is_scored_overall_and_topic_by_topic(sample: topics.Model) -> None:
    """Every score in its range; sibling models counted; the same twice."""
    scores = evaluate(sample, resamples=1)
    assert scores == evaluate(sample, resamples=1)
    assert [one.topic for one in scores.topics] == list(range(len(sample.topics())))
    assert sum(one.articles for one in scores.topics) <= scores.articles == len(sample)
    assert scores.siblings == 3
    for one in scores.topics:
        assert -1 <= one.npmi <= 1
        assert one.stability is not None
        assert 0 <= one.stability <= 1
        assert one.support is None or 0 <= one.support <= 1
    assert scores.npmi == pytest.approx(np.mean([one.npmi for one in scores.topics]))
    assert scores.ami is not None
    assert scores.ami > 0.2
    assert scores.npmi_seen is not None
    assert scores.npmi_unseen is not None
    assert scores.npmi_seen > scores.npmi_unseen
    assert evaluate(sample, resamples=0).stability is None


def test_the_strongest_topic_is_that_of_assign(sample: topics.Model) -> None:
    """Ties go to the lower number; -1 stands for none."""
    expected = [row.topics[0].topic if row.topics else -1 for row in sample.assign()]
    assert sample.strongest().tolist() == expected


def test_a_model_without_texts_cannot_be_scored() -> None:
    """It says what to do."""
    model = topics.train(["cranes dockers strike", "cheese creamery rennet"] * 5, keep_text=False)
    with pytest.raises(ModelError, match="without --no-text"):
        evaluate(model)


def test_the_readme_shows_the_table_that_the_benchmark_writes() -> None:
    """The same head; a cell has three figures without a zero before the point, and none where nothing was measured."""
    row = {"system": "topics", "corpus": "bbc", "topics": 20, "npmi": -0.013, "diversity": 1.0, "ami": 0.5}
    table = bench.readme([row, row | {"corpus": "reuters-train", "topics": 10}])
    assert table == f"{bench.HEAD}\n| topics | -.013 / 1.000 / .500 |  |  |"
    assert bench.HEAD in (Path(__file__).parents[1] / "README.md").read_text("utf-8")
