"""Rows for look-up: terms, and topics behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from topics.concepts import none
from topics.lookup import TOPIC_PART, TOPIC_PART_SHORT, with_topics
from topics.matching import ARTICLES
from topics.vectorize import unit
from topics.vocabulary import TOPIC_BASE


@pytest.mark.parametrize(
    ("n_terms", "part"),
    [(1, TOPIC_PART_SHORT), (10, TOPIC_PART_SHORT), (15, 0.09), (20, TOPIC_PART), (300, TOPIC_PART)],
)
def test_short_texts_lean_more_on_topics(n_terms: int, part: float) -> None:
    """The part of the score that topics give falls with the number of terms; the row is of length one all the same."""
    X = unit(sparse.csr_matrix(np.ones((1, n_terms))))
    starts, terms, values = with_topics(X, np.ones((1, 20), np.float32), none(n_terms))
    topics = terms >= TOPIC_BASE
    assert float(values[topics] @ values[topics]) == pytest.approx(part, abs=1e-6)
    assert float(values @ values) == pytest.approx(1, abs=1e-6)
    assert starts.tolist() == [0, len(terms)]


def test_few_topics_say_little() -> None:
    """With 7 topics they give half of what they give with 14 and more."""
    X = unit(sparse.csr_matrix(np.ones((1, 50))))
    for n_topics, part in ((7, TOPIC_PART / 2), (14, TOPIC_PART), (40, TOPIC_PART)):
        _, terms, values = with_topics(X, np.ones((1, n_topics), np.float32), none(50))
        assert float(np.sum(values[terms >= TOPIC_BASE] ** 2)) == pytest.approx(part, abs=1e-6)


def test_no_two_texts_are_related_by_topics_alone() -> None:
    """Two of the very same topics without a word in common stay below the least score that is called related."""
    X = unit(sparse.csr_matrix(np.eye(2)))
    starts, terms, values = with_topics(X, np.ones((2, 20), np.float32), none(2))
    A = sparse.csr_matrix((values, np.where(terms >= TOPIC_BASE, terms - TOPIC_BASE + 2, terms), starts))
    assert (A @ A.T).toarray()[0, 1] < ARTICLES.related - 1e-6
