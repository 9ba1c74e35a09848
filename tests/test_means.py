"""Means of groups, joined round after round, are those that dense rows give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from topics import means
from topics.means import Means


def rows(seed: int, n: int) -> sparse.csr_matrix:
    """Some rows of up to 30 terms, one of them empty."""
    rng = np.random.default_rng(seed)
    X = rng.random((n, 30)) * (rng.random((n, 30)) < rng.random())
    X[n // 2] = 0
    return sparse.csr_matrix(X.astype(np.float32))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(0, 8), st.sampled_from([0, 0.5]), st.booleans())
def test_means_are_those_of_dense_rows(seed: int, n: int, rounds: int, room: float, many: bool) -> None:
    """Whether rows have to be moved for room or not, counted by 32 bits or 64; the first ones stay as they are."""
    rng = np.random.default_rng(seed + 1)
    X = rows(seed, n)
    dense, before = X.toarray().astype(np.float64), X.copy()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(means, "ROOM", room)
        if many:
            patch.setattr(means, "MANY", 1)
        found = Means(X, X.nnz)
        for _ in range(rounds):
            size = len(found.at)
            # some groups stay alone, some join two and more
            new = np.unique(
                np.where(rng.random(size) < 0.5, np.arange(size), rng.integers(0, size, size)), return_inverse=True
            )[1]
            part = rng.random(size).astype(np.float32)
            alone = np.bincount(new)[new] == 1
            found.join(new.astype(np.int64), part)
            weights = np.zeros((new.max() + 1, size))
            weights[new, np.arange(size)] = np.where(alone, 1, part)
            dense = weights @ dense
        i, j = (pair.astype(np.int64) for pair in np.triu_indices(len(dense)))
        assert np.allclose(found.dots(i, j), (dense @ dense.T)[i, j], rtol=1e-5, atol=1e-6)
        assert np.allclose(found.squares, (dense**2).sum(axis=1), rtol=1e-5, atol=1e-6)
    for name in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(X, name), getattr(before, name))


def test_a_row_that_is_not_joined_stays_the_same_to_the_bit() -> None:
    """And a joined one is the same whichever of its parts comes first."""
    X = rows(3, 6)
    i, j = (pair.astype(np.int64) for pair in np.triu_indices(4))
    left, right = Means(X, X.nnz), Means(X[[0, 1, 3, 2, 4, 5]].tocsr(), X.nnz)
    part = np.full(6, 0.5, np.float32)
    for each in (left, right):
        each.join(np.array([0, 1, 2, 2, 3, 3]), part)
    assert left.dots(i, j).tobytes() == right.dots(i, j).tobytes()
    alone = Means(X, X.nnz).dots(np.array([0, 0, 1]), np.array([0, 1, 1]))
    assert left.dots(np.array([0, 0, 1]), np.array([0, 1, 1])).tobytes() == alone.tobytes()
    assert left._rows().has_sorted_indices
