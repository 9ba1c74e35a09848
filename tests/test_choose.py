"""The number of topics: suggested with a reason, within what it may cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from gzip import open as open_gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

import topics
from topics import choose
from topics.choose import Candidate

SAMPLE = Path(__file__).parents[1] / "corpora" / "sample.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]


def test_the_sample_has_about_as_many_topics_as_sections() -> None:
    """Within 30 % of 15, in whatever order the articles come; the table is kept in the model."""
    model = topics.train(ROWS, n_topics="auto")
    assert 10.5 <= len(model.topics()) <= 19.5
    choice = model.info["manifest"].info["choice"]
    assert choice["topics"] == len(model.topics()) == model.settings.n_topics
    assert str(choice["topics"]) in choice["reason"]
    assert [row["topics"] for row in choice["candidates"]] == list(choose.CANDIDATES)
    again = topics.train(ROWS[::-1], n_topics="auto")
    assert again.info["manifest"].info["choice"] == choice


def test_bbc_has_five_to_fifteen_topics(real: Callable[[str], Path]) -> None:
    """Its five sections, or what they are made of."""
    with open_gzip(real("bbc.jsonl.gz"), "rt", encoding="utf-8") as lines:
        model = topics.train((json.loads(line) for line in lines), n_topics="auto")
    assert 5 <= len(model.topics()) <= 15


@pytest.mark.parametrize(("articles", "least", "most"), [(1, 1, 1), (12, 1, 2), (60, 5, 6)])
def test_few_articles_have_few_topics(articles: int, least: int, most: int) -> None:
    """One article has one; nothing is tried that the articles could not fill."""
    assert least <= len(topics.train(ROWS[:articles], n_topics="auto").topics()) <= most


def test_guides_are_all_topics_of_the_model() -> None:
    """However few the articles."""
    guides = {"Football": ["Rovers"], "Harbour": ["dockers"], "Space": ["lunar"]}
    assert len(topics.train(ROWS, n_topics="auto", guides=guides).topics()) >= 3


def test_choosing_costs_less_than_five_fits_of_the_largest_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in iterations times topics times entries, the one work of a fit that grows with a corpus."""
    work: list[choose.Choice] = []
    original = choose.choose
    monkeypatch.setattr("topics.training.choose", lambda *given: work.append(original(*given)) or work[0])
    topics.train(ROWS, n_topics="auto")
    largest = topics.train(ROWS, n_topics=choose.CANDIDATES[-1])
    from topics.evaluation import Refitted

    entries = Refitted.read(largest).counts.nnz
    assert 0 < work[0].work <= 5 * len(largest.fitted.errors) * choose.CANDIDATES[-1] * entries


groupings = st.integers(2, 12).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n) for _ in range(2)])
)


@given(groupings)
@settings(deadline=None)
def test_agreement_of_groups_is_the_adjusted_rand_index(pair: tuple[list[int], list[int]]) -> None:
    """As scikit-learn computes it."""
    from sklearn.metrics import adjusted_rand_score

    left, right = (np.array(one) for one in pair)
    assert choose.agree(left, right) == pytest.approx(adjusted_rand_score(left, right), abs=1e-9)


def test_coherence_over_articles() -> None:
    """Words that are always together have 1, never together -1, by chance 0."""
    held = sparse.csr_matrix([[1, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]], dtype=np.float32)
    for words, expected in (([0, 1], 1), ([0, 2], -1), ([0, 3], 0)):
        assert choose.coherent(held, [np.array(words, np.int32)]) == pytest.approx(expected, abs=0.06)


def test_the_middle_of_what_does_nearly_as_well_is_chosen() -> None:
    """Not the highest of equals, which is chance."""

    def of(*scores: float) -> int:
        numbers = choose.CANDIDATES[: len(scores)]
        return choose.best_of([Candidate(k, 1.0, s) for k, s in zip(numbers, scores, strict=True)]).topics

    assert of(0.1, 0.2, 0.5, 0.2) == 8
    assert of(0.5, 0.5, 0.5, 0.51) == 7
    assert of(0.0, 0.0) in (5, 6)
