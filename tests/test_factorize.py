"""The factorisation is as good as scikit-learn's, and each article's weights are its own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import nnls
from sklearn.decomposition import NMF

from topics.estimators import NewsVectorizer
from topics.factorize import factorise, nndsvd, weights


def topical(seed: int = 0, shape: tuple[int, int] = (300, 200), n_topics: int = 8) -> sparse.csr_matrix:
    """A sparse matrix with topics in it."""
    rng = np.random.default_rng(seed)
    W = rng.gamma(0.2, size=(shape[0], n_topics))
    H = rng.gamma(0.1, size=(n_topics, shape[1]))
    X = rng.poisson(3 * W @ H).astype(np.float32)
    return sparse.csr_matrix(X)


def squared_error(X: sparse.csr_matrix, W: np.ndarray, H: np.ndarray) -> float:
    return float(np.square(X.toarray() - W.astype(float) @ H).sum())


def not_worse_than_scikit_learn(X: sparse.csr_matrix, n_topics: int) -> None:
    W, H = nndsvd(X, n_topics)
    theirs = NMF(n_topics, init="custom", solver="cd", max_iter=50, tol=0)
    theirs.fit_transform(X, W=W.copy(), H=H.copy())
    ours = factorise(X, n_topics, start=(W, H), max_iter=50, tol=0)
    norm = float(X.multiply(X).sum())
    assert ours.errors[-1] ** 2 * norm <= 1.001 * theirs.reconstruction_err_**2


@pytest.mark.parametrize("seed", range(3))
def test_fifty_rounds_get_as_far_as_scikit_learns(seed: int) -> None:
    """Same matrix, same start: squared error not more than 0.1 % above."""
    not_worse_than_scikit_learn(topical(seed), 8)


@pytest.mark.parametrize("name", ["bbc.jsonl.gz", "reuters-train.jsonl.gz"])
def test_fifty_rounds_get_as_far_on_real_news(name: str, real: Callable[[str], Path]) -> None:
    """The same on real corpora."""
    with gzip.open(real(name), "rt", encoding="utf-8") as lines:
        articles = [json.loads(line) for line in lines]
    pairs = [(article.get("title") or "", article.get("text") or "") for article in articles]
    not_worse_than_scikit_learn(NewsVectorizer(norm=True).fit_transform(pairs), 20)


def test_the_error_reported_is_the_error() -> None:
    """Relative error |X - WH| / |X|, and it never rises."""
    X = topical()
    found = factorise(X, 6, max_iter=30)
    assert found.errors[-1] == pytest.approx(
        np.sqrt(squared_error(X, found.W, found.H)) / np.linalg.norm(X.toarray()), rel=1e-4
    )
    assert all(later <= earlier + 1e-6 for earlier, later in zip(found.errors, found.errors[1:], strict=False))


def test_it_stops_by_its_own_progress() -> None:
    """Converged runs say so; one that is cut short says that too."""
    X = topical()
    assert factorise(X, 6, max_iter=500).converged
    assert not factorise(X, 6, max_iter=3).converged


def test_weights_solve_each_row_as_scipy_does() -> None:
    """Non-negative least squares, row by row."""
    X = topical()
    H = factorise(X, 6).H
    W = weights(X, H)
    for row in range(0, X.shape[0], 17):
        best, residual = nnls(H.T.astype(float), X[row].toarray()[0].astype(float))
        assert np.linalg.norm(X[row].toarray()[0] - W[row].astype(float) @ H) <= residual + 1e-3 * max(1, residual)
        np.testing.assert_allclose(W[row], best, atol=2e-3 * max(1, best.max()))


def test_a_rows_weights_do_not_depend_on_its_neighbours() -> None:
    """Alone, in company, in another order: the same bits."""
    X = topical()
    H = factorise(X, 6).H
    W = weights(X, H)
    order = np.random.default_rng(1).permutation(X.shape[0])
    assert np.array_equal(weights(X[order], H), W[order])
    for row in (0, 17, 299):
        assert np.array_equal(weights(X[row], H)[0], W[row])


def test_an_empty_row_has_no_weights() -> None:
    """Zero in, zero out."""
    X = sparse.vstack([topical(), sparse.csr_matrix((1, 200))], format="csr", dtype=np.float32)
    found = factorise(X, 6)
    assert not weights(X, found.H)[-1].any()


@pytest.mark.parametrize(("shape", "n_topics"), [((1, 5), 3), ((4, 2), 3), ((3, 7), 7)])
def test_more_topics_than_the_matrix_has_dimensions(shape: tuple[int, int], n_topics: int) -> None:
    """Small matrices give finite factors."""
    X = sparse.csr_matrix(np.random.default_rng(0).random(shape).astype(np.float32))
    found = factorise(X, n_topics)
    assert np.isfinite(found.W).all()
    assert np.isfinite(found.H).all()
    assert squared_error(X, found.W, found.H) < 1e-2 * X.multiply(X).sum() + 1e-4
