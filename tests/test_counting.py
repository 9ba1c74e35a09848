"""Counts of terms: the compiled way gives exactly what the plain one gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topics import counting
from topics.text.tokens import Tokens

module = pytest.importorskip("topics.kernels.counts", reason="numba is not installed")

N_WORDS = 300


@st.composite
def blocks(draw: st.DrawFn) -> list[Tokens]:
    """Some blocks of articles with any words, some articles and titles empty."""
    found = []
    for seed in draw(st.lists(st.integers(0, 2**32 - 1), max_size=4)):
        rng = np.random.default_rng(seed)
        lengths = rng.integers(0, draw(st.sampled_from([2, 40, 400])), draw(st.integers(0, 6)))
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        ids = np.minimum(rng.zipf(1.3, starts[-1]) - 1, N_WORDS - 1).astype(np.int32)
        titles = (lengths * rng.random(len(lengths)) * 0.3).astype(np.int32)
        found.append(Tokens(ids, starts, titles, rng.random(len(ids)) < 0.3))
    return found


def term_of(seed: int, n_terms: int) -> NDArray[np.int32]:
    return np.random.default_rng(seed).integers(-1, n_terms, N_WORDS).astype(np.int32)


def both(monkeypatch: pytest.MonkeyPatch, call: Any) -> tuple[Any, Any]:
    """What the plain and the compiled way give."""
    monkeypatch.setattr(counting, "BULK", 10**12)
    plain = call(None)
    monkeypatch.setattr(counting, "BULK", 0)
    return plain, call(2)


@settings(max_examples=60, deadline=None)
@given(
    blocks(), st.integers(0, 99), st.sampled_from([1, 63, 64, 65, 5000]), st.floats(0, 9), st.sampled_from([0, 3, 30])
)
def test_compiled_counts_equal_the_plain_ones(
    some: list[Tokens], seed: int, n_terms: int, title_weight: float, lead: int
) -> None:
    """Rows, columns, values and their types are the same, whatever a word of the title counts."""
    term = term_of(seed, n_terms)
    with pytest.MonkeyPatch.context() as patch:
        plain, compiled = both(
            patch, lambda jobs: counting.count(some, term, n_terms, title_weight=title_weight, lead=lead, jobs=jobs)
        )
        assert plain.shape == compiled.shape
        for name in ("indptr", "indices", "data"):
            assert np.array_equal(getattr(plain, name), getattr(compiled, name)), name
            assert getattr(plain, name).dtype == getattr(compiled, name).dtype, name
        assert compiled.has_sorted_indices
        left, right = both(patch, lambda jobs: counting.frequencies(some, term, n_terms, jobs))
        assert np.array_equal(left, right)
        assert np.array_equal(left, np.bincount(plain.indices, minlength=n_terms))


@settings(max_examples=60, deadline=None)
@given(blocks(), st.integers(0, 99))
def test_compiled_sightings_equal_the_plain_ones(some: list[Tokens], seed: int) -> None:
    """Places inside sentences, outside shouted titles and anywhere are the same."""
    capital = np.random.default_rng(seed).random(N_WORDS) < 0.5
    with pytest.MonkeyPatch.context() as patch:
        left, right = both(patch, lambda jobs: counting.sightings(some, capital, jobs))
    for plain, compiled in zip(left, right, strict=True):
        assert plain.dtype == compiled.dtype
        assert np.array_equal(plain, compiled)


def test_titles_and_leads_weigh_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word of the title counts its weight, one of the lead double, and one of both double that weight."""
    tokens = Tokens(
        np.array([0, 1, 2, 2, 0], np.int32), np.array([0, 5]), np.array([1], np.int32), np.zeros(5, np.bool_)
    )
    term = np.array([0, -1, 1], np.int32)
    for X in both(monkeypatch, lambda jobs: counting.count([tokens], term, 2, title_weight=3, lead=3, jobs=jobs)):
        assert X.toarray().tolist() == [[7, 3]]


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut into runs of three articles, on one thread and on four: the same matrix."""
    rng = np.random.default_rng(5)
    starts = np.arange(0, 5001, 50)
    tokens = Tokens(
        rng.integers(0, N_WORDS, 5000).astype(np.int32), starts, np.full(100, 4, np.int32), rng.random(5000) < 0.2
    )
    term = term_of(1, 200)
    monkeypatch.setattr(counting, "BULK", 0)
    whole = counting.count([tokens], term, 200, lead=9)
    monkeypatch.setattr(module, "STEP", 3)
    for jobs in (1, 4):
        assert (whole != counting.count([tokens], term, 200, lead=9, jobs=jobs)).nnz == 0
