"""How far added articles have moved away from the fit."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from scipy import sparse

import topics
from topics import vectorize
from topics.drift import Familiarity, left_over
from topics.records import Article
from topics.update import add, remove


def test_drift_tells_when_to_train_again() -> None:
    """Not for articles of the same kind, and for those of another; leave-one-out foretells the unknown terms."""
    rng = np.random.default_rng(0)

    def articles(kind: str, n: int) -> list[Article]:
        draws = rng.zipf(1.4, (n, 60)) % 400
        return [
            Article(f"{kind}{i}", text=" ".join(f"{kind}{'abcdefghij'[w % 10]}{w}" for w in row))
            for i, row in enumerate(draws)
        ]

    same_kind = articles("ba", 400)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        model = topics.train(same_kind[:300], path, n_topics=5)
        assert model.drift().retrain is None
        add(path, same_kind[300:])
        drift = topics.load(path).drift()
        assert drift.retrain is None
        assert drift.unknown_added == pytest.approx(drift.unknown_fitted, rel=0.5, abs=0.01)
        add(path, articles("zu", 200))
        drift = topics.load(path).drift()
        assert (drift.fitted, drift.added) == (300, 300)
        assert "explain" in (drift.retrain or "")
        add(path, articles("zy", 30))
        assert "330 articles were added to 300" in (topics.load(path).drift().retrain or "")
        remove(path, [f"zy{i}" for i in range(30)] + [f"zu{i}" for i in range(200)])
        assert topics.load(path).drift().retrain is None


def test_what_is_left_over_is_said_to_be(sample: topics.Model) -> None:
    """Of the sample one topic, the largest, whose articles are single stories."""
    assert [topic.topic for topic in sample.topics() if topic.rest] == [0]


def test_topics_whose_articles_are_told_are_not_left_over() -> None:
    """Nor is the only topic, nor one without an article; whatever is explained, a third of the mean decides."""
    strongest = np.array([0, 0, 1, 1, 2, -1])
    explained = np.array([0.3, 0.3, 0.3, 0.2, 0.05, 0], np.float32)
    known = Familiarity(np.zeros(6, np.bool_), np.zeros(6, np.float32), explained)
    assert left_over([known], strongest, 4) == (False, False, True, False)
    assert left_over([known.take(np.arange(4)), known.take(np.arange(4, 6))], strongest, 4)[2]
    assert left_over([known.take(np.array([4]))], np.array([0]), 1) == (False,)
    assert left_over([known.take(np.arange(0))], np.zeros(0, np.int64), 2) == (False, False)


@pytest.mark.parametrize("bulk", [0, 10**9])
def test_unknown_terms_are_counted_article_by_article(bulk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By compiled loops and plainly; an article without terms has none that is unknown."""
    rng = np.random.default_rng(0)
    counts = rng.random((11, 20)) * (rng.random((11, 20)) < 0.4)
    counts[4] = 0
    X = sparse.csr_matrix(counts)
    unknown = rng.random(20) < 0.3
    monkeypatch.setattr(vectorize, "BULK", bulk)
    found = Familiarity.make(X, unknown, np.zeros(11, np.float32), added=True).unknown
    for row, share in enumerate(found):
        held = X[row].indices
        assert share == pytest.approx(unknown[held].mean() if len(held) else 0)
