"""Weights of terms: the compiled way gives exactly what the plain one gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from topics import vectorize
from topics.settings import Settings
from topics.strings import StringTable

pytest.importorskip("topics.kernels.weights", reason="numba is not installed")


def counts(seed: int, n_rows: int, n_columns: int) -> Any:
    """Some counts, many rows empty, counts of titles and leads among them."""
    rng = np.random.default_rng(seed)
    X = sparse.random(n_rows, n_columns, 0.1, "csr", np.float32, random_state=rng)
    X.data = rng.integers(1, 60, X.nnz).astype(np.float32) * rng.choice(np.float32([1, 0.5, 2.3]), X.nnz)
    return X


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 999),
    st.integers(0, 300),
    st.integers(1, 90),
    st.sampled_from([None, 0.9, 2.0]),
    st.floats(0, 1),
    st.floats(0.5, 3),
    st.booleans(),
)
def test_compiled_weights_equal_the_plain_ones(
    seed: int, n_rows: int, n_columns: int, k1: float | None, b: float, power: float, norm: bool
) -> None:
    """Every bit, for every setting, empty rows too; the counts stay as they were."""
    X = counts(seed, n_rows, n_columns)
    names = StringTable.pack(map(str, range(n_columns)))
    df = np.bincount(X.indices, minlength=n_columns).astype(np.int32)
    mean_length = float(X.data.sum(dtype=np.float64) / max(1, n_rows))
    words = vectorize.TopicWords(names, names, names.order(), df, n_rows, mean_length)
    chosen = Settings(k1=k1, b=b, idf_power=power, norm=norm)
    before = X.copy()
    found = []
    for bulk in (10**12, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vectorize, "BULK", bulk)
            found.append(words.weigh(X, chosen))
    plain, compiled = found
    assert (before != X).nnz == 0
    assert plain.data.dtype == compiled.data.dtype == np.float32
    assert plain.data.tobytes() == compiled.data.tobytes()
    assert np.array_equal(plain.indices, compiled.indices)
    if norm:
        length = np.sqrt(compiled.multiply(compiled).sum(axis=1))
        assert np.allclose(length[np.diff(X.indptr) > 0], 1, atol=1e-5)
