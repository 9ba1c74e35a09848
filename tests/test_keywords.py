"""Keywords say what a topic is about, and what others are not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from topics import keywords
from topics.keywords import presence, ranked, relevance

RARE = np.ones(4, np.float32)


def test_a_word_of_another_topic_stands_behind_a_topics_own() -> None:
    """A word that is about as relevant in two topics leads in both; one that another has much more of comes last."""
    H = np.array([[5, 3, 2, 1], [3, 0, 0, 2]], np.float32)
    assert ranked(relevance(H, np.ones_like(H), RARE), 4)[0].tolist() == [[0, 1, 2, 3], [0, 3, -1, -1]]
    H = np.array([[5, 3, 2, 0], [3, 0, 0.5, 0.8]], np.float32)
    present = np.array([[1, 1, 1, 1], [0.1, 1, 1, 1]], np.float32)
    assert ranked(relevance(H, present, RARE), 4)[0].tolist() == [[0, 1, 2, -1], [3, 0, 2, -1]]


def test_a_topic_whose_words_all_belong_to_another_keeps_them() -> None:
    """A list is never shorter for it, and still in order."""
    H = np.array([[5, 3, 1, 0], [5, 3, 1, 0]], np.float32)
    present = np.array([[1, 1, 1, 1], [0.01, 0.01, 0.01, 0.01]], np.float32)
    words, scores = ranked(relevance(H, present, RARE), 3)
    assert words.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert (scores > 0).all()


def test_tables_are_made_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of articles, topics and terms: the same bits as all at once."""
    rng = np.random.default_rng(0)
    H, P = rng.random((7, 90)).astype(np.float32), rng.random((40, 7)).astype(np.float32)
    counts = sparse.random(40, 90, density=0.2, format="csr", dtype=np.float32, random_state=1)
    rare = rng.random(90).astype(np.float32) + 1
    present = presence(counts, P)
    expected = relevance(H, present, rare)
    np.testing.assert_allclose(present, (P.T @ (counts.toarray() > 0)) / P.sum(axis=0)[:, None], rtol=1e-5)
    for name in ("ROWS", "TOPICS", "TERMS"):
        monkeypatch.setattr(keywords, name, 3)
    assert np.array_equal(presence(counts, P), present)
    assert np.array_equal(relevance(H, present, rare), expected)
