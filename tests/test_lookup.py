"""Rows for look-up: terms, and topics behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from topics import lookup
from topics.concepts import none
from topics.lookup import TOPIC_PART, TOPIC_PART_SHORT, Encoded, with_topics
from topics.matching import ARTICLES
from topics.strings import StringTable
from topics.vectorize import idf, unit
from topics.vocabulary import TOPIC_BASE, Vocabulary


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


def test_rows_get_their_topics_whichever_block_they_are_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three at a time, and all at once; no row at all gives none."""
    rng = np.random.default_rng(0)
    X = unit(sparse.csr_matrix(np.float32(rng.random((11, 30)) * (rng.random((11, 30)) < 0.4))))
    W = np.float32(rng.random((11, 9)) * (rng.random((11, 9)) < 0.7))
    C = sparse.csr_matrix(np.float32(rng.random((30, 4)) * (rng.random((30, 4)) < 0.5)))
    whole = with_topics(X, W, C)
    monkeypatch.setattr(lookup, "ROWS", 3)
    for left, right in zip(whole, with_topics(X, W, C), strict=True):
        assert left.dtype == right.dtype
        assert np.array_equal(left, right)
    assert [array.tolist() for array in with_topics(X[:0], W[:0], C)] == [[0], [], []]


@pytest.mark.parametrize("n_new", [0, 2])
@pytest.mark.parametrize("n_articles", [1, 40])
def test_a_term_counts_what_its_rarity_capitals_and_figures_say(n_articles: int, n_new: int) -> None:
    """Told for all terms at once where there are many places, else place by place; unknown terms among them or not."""
    rng, names = np.random.default_rng(n_articles), ["bank", "Corisande", "1987", "sea"]
    n = len(names)
    spelled = np.argsort(names).astype(np.int64)
    df, capital = np.array([20, 3, 7, 1], np.int32), np.array([0.1, 1, 0, 0.5], np.float32)
    table = StringTable.pack(names)
    vocabulary = Vocabulary(table, table, spelled, df, capital, 50, none(n))
    counts = sparse.csr_matrix(np.float32(rng.integers(1, 5, (n_articles, n + n_new))))
    new = ("zebra", "7up")[:n_new]
    of_new = rng.random(n_articles * n_new).astype(np.float32)
    found = lookup.rows(Encoded(counts, new, new, of_new), vocabulary)
    expected, at = counts.toarray().astype(np.float64) ** lookup.POWER, 0
    for row in expected:
        for term, name in enumerate((*names, *new)):
            share = capital[term] if term < n else of_new[at]
            at += term >= n
            held = df[term] if term < n else 1
            figure = lookup.NUMBERS if name[0].isdecimal() else 1
            row[term] *= idf(np.array([held]), 50)[0] * (1 + lookup.NAMES * share) * figure
        row /= np.linalg.norm(row)
    assert np.allclose(found.toarray(), expected, rtol=1e-5)
