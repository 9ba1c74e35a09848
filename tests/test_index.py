"""Look-up: the compiled way gives exactly what the plain one gives, and both what a product of matrices gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from topics import index as subject
from topics.errors import DamagedModel
from topics.index import Index, Rows, best
from topics.vectorize import unit

topk = pytest.importorskip("topics.kernels.topk", reason="numba is not installed")


def matrix(n_rows: int, n_terms: int, density: float, seed: int) -> Any:
    """Unit rows, terms by Zipf's law, some rows equal, some empty, weights on a coarse grid so that scores tie."""
    rng = np.random.default_rng(seed)
    common = np.minimum(1, density * n_terms / np.arange(1, n_terms + 1))
    values = (rng.random((n_rows, n_terms)) < common) * rng.integers(1, 4, (n_rows, n_terms)) / np.sqrt(common)
    values[n_rows // 2 :: 3] = values[0]
    values[1::11] = 0
    return unit(sparse.csr_matrix(values.astype(np.float32)))


def sorted_answer(answer: tuple[Any, Any]) -> list[tuple[int, float]]:
    return sorted(zip(answer[0].tolist(), answer[1].tolist(), strict=True))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 200), st.integers(1, 80), st.sampled_from([0.01, 0.1, 0.9]), st.integers(0, 10**6),
    st.sampled_from([1, 3, 10, 1000]), st.sampled_from([0.0, 0.3, 0.99]), st.floats(0, 1),
)  # fmt: skip
def test_compiled_look_up_equals_the_plain_one(
    n_rows: int, n_terms: int, density: float, seed: int, top: int, least: float, passing: float
) -> None:
    """The same rows, ties with the last included, and the same scores to the last bit, filtered or not."""
    X = matrix(n_rows, n_terms, density, seed)
    index = Index.build(Rows.from_csr(X))
    passes = np.random.default_rng(seed).random(n_rows) < passing
    searcher = topk.Searcher(index)
    for row in range(min(n_rows, 5)):
        query = index.rows.row(row)
        scores = np.where(passes, np.minimum(index.scores(*query), 1.0), 0)
        rows = best(scores, top, least)
        if len(index.posting_terms):
            found, values = searcher.nearest(*query, top, passes, least)
            values = np.minimum(values, 1.0)
            kept = best(values, top, least)
            assert sorted_answer((found[kept], values[kept])) == sorted_answer((rows, scores[rows]))
        dense = X.astype(np.float64) @ X[row].toarray()[0].astype(np.float64)
        assert np.allclose(index.scores(*query), dense, atol=1e-6)


def test_lists_of_frequent_terms_are_left_alone() -> None:
    """The bound stops: with a rare term shared, rows that only share a term of all are not met."""
    values = np.zeros((9000, 3), np.float32)
    values[:, 0] = 0.1
    values[:20, 1] = 1
    values[20:, 2] = 1
    index = Index.build(Rows.from_csr(unit(sparse.csr_matrix(values))))
    searcher = topk.Searcher(index)
    found, _ = searcher.nearest(*index.rows.row(0), 10, np.ones(9000, np.bool_), 0.0)
    assert len(found) == 20


def test_a_process_that_looks_up_a_lot_starts_the_compiled_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the answers stay what they were, in batches on threads too."""
    index = Index.build(Rows.from_csr(matrix(500, 60, 0.1, 3)))
    queries = [index.rows.row(row) for row in range(50)]
    monkeypatch.setattr(subject, "BULK", 1e18)
    plain = [sorted_answer(index.nearest(*query, 5)) for query in queries]
    assert index not in subject._searchers
    monkeypatch.setattr(subject, "BULK", 0)
    assert [sorted_answer(answer) for answer in index.nearest_many(queries, 5, jobs=3)] == plain
    assert index in subject._searchers


@pytest.mark.parametrize("least", [0.0, 0.3, 1.0])
def test_batches_hold_every_row_that_ties_with_the_last(monkeypatch: pytest.MonkeyPatch, least: float) -> None:
    """Copies of one article by the dozen, more than a batch has room for: all of them, as one by one."""
    X = sparse.vstack([matrix(7, 40, 0.3, 5), *[matrix(1, 40, 0.5, 6)] * 90, matrix(300, 40, 0.1, 7)], format="csr")
    index = Index.build(Rows.from_csr(X))
    queries = [index.rows.row(row) for row in (0, 3, 7, 50, 120, 300)] + [
        (np.zeros(0, np.int32), np.zeros(0, np.float32))
    ]
    passes = np.random.default_rng(0).random(X.shape[0]) < 0.9
    for top in (1, 5, 60, 1000):
        monkeypatch.setattr(subject, "BULK", 1e18)
        plain = [sorted_answer(index.nearest(*query, top, passes=passes, least=least)) for query in queries]
        monkeypatch.setattr(subject, "BULK", 0)
        many = index.nearest_many(queries, top, passes=passes, least=least, jobs=2)
        assert [sorted_answer(answer) for answer in many] == plain
        subject._searchers.clear()


@pytest.mark.parametrize("field", ["posting_rows", "posting_starts", "row_starts"])
def test_positions_outside_are_refused_before_compiled_loops_see_them(
    monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    """A damaged or forged index gives an error, not a write outside."""
    arrays = Index.build(Rows.from_csr(matrix(50, 20, 0.2, 1))).arrays()
    arrays[field] = arrays[field].copy()
    arrays[field][len(arrays[field]) // 2] = 10**6
    monkeypatch.setattr(subject, "BULK", 0)
    with pytest.raises(DamagedModel, match="index"):
        Index.from_arrays(arrays).nearest(np.array([0], np.int32), np.ones(1, np.float32), 3)
