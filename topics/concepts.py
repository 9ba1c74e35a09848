"""Concepts: which terms tell of one thing, learned from the headlines of a corpus.

Two headlines on one event often share no word: "Carney faces MPs", "Bank of England under fire". Over a whole corpus
their words stand beside the same others. The weighted co-occurrence of terms, cut to its leading dimensions (Levy &
Goldberg 2014: what word2vec does), says so; rotated by varimax and cut at zero, a term belongs to a few dimensions, so
a row of concepts is as short as one of topics. Long texts say enough themselves, and get none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.factorize import rotated
from topics.vectorize import strongest, unit

# At most so many concepts, and one for so many short articles. On headlines-uci 60 to 100 are equal.
CONCEPTS, ARTICLES_PER_CONCEPT = 80, 10
# With fewer there is nothing to learn from.
LEAST = 10
# Terms that are learned, the most frequent: of 126,000 headlines all 117,000 took 25 s, and most stood in one.
TERMS = 30_000
# Concepts kept of a term and of an article: all of them gain nothing.
KEPT = 8


def none(n_terms: int) -> Any:
    """The concepts of a corpus of long texts."""
    return sparse.csr_matrix((n_terms, 0), dtype=np.float32)


def fit(X: Any, short: NDArray[np.bool_]) -> Any:
    """The concepts of each term: float32 CSR (n_terms, n_concepts), unit rows, empty for a term of one article.

    X : CSR (n_articles, n_terms) of look-up rows or counts.  short : bool (n_articles,), which articles are short; none
    are learned (n_concepts is 0) when they are fewer than half.
    """
    n_short = int(short.sum())
    n_concepts = min(CONCEPTS, n_short // ARTICLES_PER_CONCEPT)
    if 2 * n_short < X.shape[0] or n_concepts < LEAST:
        return none(X.shape[1])
    of_short = X[np.flatnonzero(short)]
    df = np.bincount(of_short.indices, minlength=X.shape[1])
    learned = np.sort(np.argsort(-df, kind="stable")[:TERMS])
    learned = learned[df[learned] > 1]
    if len(learned) <= n_concepts:
        return none(X.shape[1])
    _, H = rotated(together(of_short[:, learned]), n_concepts)
    found = strongest(unit(sparse.csr_matrix(H.T)), KEPT)
    lengths = np.zeros(X.shape[1], np.int64)
    lengths[learned] = np.diff(found.indptr)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    return sparse.csr_matrix((found.data, found.indices, starts), shape=(X.shape[1], n_concepts))


def together(X: Any) -> Any:
    """How much oftener two terms stand in one article than chance would have it: float32 CSR (n_terms, n_terms).

    Positive pointwise mutual information, a term with itself too, less for terms and pairs that are rare (Pantel & Lin
    2002): without that the leading dimensions of many headlines are single ones.
    """
    held = sparse.csr_matrix((np.ones(len(X.data)), X.indices, X.indptr), shape=X.shape)
    df = np.bincount(X.indices, minlength=X.shape[1]).astype(np.float64)
    pairs = (held.T @ held).tocoo()
    both, rarer = pairs.data, np.minimum(df[pairs.row], df[pairs.col])
    value = np.log(both * X.shape[0] / (df[pairs.row] * df[pairs.col])) * (both / (both + 1)) * (rarer / (rarer + 1))
    over = value > 0
    found = (value[over].astype(np.float32), (pairs.row[over], pairs.col[over]))
    return sparse.csr_matrix(found, shape=pairs.shape)


def of_articles(X: Any, concepts: Any) -> Any:
    """The concepts of each article: float32 CSR (n_articles, n_concepts), unit rows.

    X : CSR of look-up rows; terms behind those of `concepts` have none.
    """
    known = X if X.shape[1] == concepts.shape[0] else X[:, : concepts.shape[0]]
    return strongest(unit(sparse.csr_matrix(known @ concepts)), KEPT)


def told(X: Any, concepts: Any) -> NDArray[np.float64]:
    """The part of each article, 0 to 1, that stands in terms that have concepts.  X : CSR of unit look-up rows."""
    has = np.zeros(X.shape[1], np.bool_)
    has[: concepts.shape[0]] = np.diff(concepts.indptr) > 0
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    return np.asarray(np.bincount(rows, X.data.astype(np.float64) ** 2 * has[X.indices], X.shape[0]), np.float64)
