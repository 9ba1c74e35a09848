"""Topics of a matrix: as good as scikit-learn's from the same start, the same on any number of threads."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from topics import factorize, kernels, vectorize
from topics.factorize import PlainSide, factorise, gram, leading, rotated, singular, topics_of, varimax, weights
from topics.settings import Settings
from topics.text.tokens import Words, tokenise
from topics.threads import limited

products = pytest.importorskip("topics.kernels.products", reason="numba is not installed")

DATA = Path(os.environ.get("TOPICS_DATA", Path(__file__).parents[2] / "shared" / "data"))


def matrix(n_articles: int = 400, n_terms: int = 300, n_topics: int = 8, seed: int = 0) -> Any:
    """Articles of a few topics each, words of a topic by Zipf's law, counts with noise."""
    rng = np.random.default_rng(seed)
    H = rng.dirichlet(np.full(n_terms, 0.05), n_topics)
    W = rng.dirichlet(np.full(n_topics, 0.2), n_articles)
    X = rng.poisson(60 * W @ H).astype(np.float32)
    X[::50] = 0  # articles without a known word
    return sparse.csr_matrix(X)


def squared_error(X: Any, W: Any, H: Any) -> float:
    return float(((X.toarray().astype(np.float64) - W.astype(np.float64) @ H) ** 2).sum())


@pytest.fixture(params=["plain", "compiled"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways."""
    monkeypatch.setattr(factorize, "BULK", 0 if request.param == "compiled" else np.inf)
    return str(request.param)


def assert_as_good_as_scikit_learn(X: Any, n_topics: int) -> None:
    """50 iterations from the same start, squared error at most 0.1 % above coordinate descent's."""
    decomposition = pytest.importorskip("sklearn.decomposition")
    W, H = rotated(X, n_topics)
    peer = decomposition.NMF(n_topics, init="custom", max_iter=50, tol=0)
    with limited(1):  # on busy machines its threads wait for each other for minutes
        theirs = peer.fit_transform(X, W=W.copy(), H=H.copy())
    found = factorise(X, n_topics, start=(W, H), max_iter=50, tol=0)
    norm = float((X.data.astype(np.float64) ** 2).sum())
    error = norm - 2 * np.vdot((X @ peer.components_.T).astype(np.float64), theirs)
    error += np.vdot(gram(theirs), gram(peer.components_.T))
    assert found.errors[-1] ** 2 * norm <= 1.001 * error


@pytest.mark.parametrize("n_topics", [1, 3, 8, 30])
def test_error_is_not_above_scikit_learns(way: str, n_topics: int) -> None:
    """On a generated matrix, from one topic to far more than there are."""
    assert_as_good_as_scikit_learn(matrix(), n_topics)


@pytest.mark.parametrize("name", ["bbc", "reuters-train"])
def test_error_is_not_above_scikit_learns_on_real_news(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The same on whole corpora."""
    monkeypatch.setattr(factorize, "BULK", 0)
    path = DATA / f"{name}.jsonl.gz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there; set TOPICS_DATA")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    words = Words(10**9)
    tokens = tokenise([(row.get("title") or "", row.get("text") or "") for row in rows], words)
    known, counts, _ = vectorize.fit([tokens], words, Settings())
    assert_as_good_as_scikit_learn(known.weigh(counts, Settings()), 20)


def test_errors_are_those_of_the_factors(way: str) -> None:
    """The last error, computed from sums, is the distance of X from WH; nothing is negative."""
    X = matrix()
    found = factorise(X, 5, max_iter=30)
    norm = float((X.data.astype(np.float64) ** 2).sum())
    assert found.errors[-1] == pytest.approx((squared_error(X, found.W, found.H) / norm) ** 0.5, rel=1e-4)
    assert found.W.min() >= 0
    assert found.H.min() >= 0
    assert found.W.dtype == found.H.dtype == np.float32


@pytest.mark.parametrize(("jobs", "n_topics"), [(1, 3), (2, 8), (3, 20), (2, 57), (2, 106), (3, 121)])
def test_products_by_terms_are_alike_in_any_chunks(monkeypatch: pytest.MonkeyPatch, jobs: int, n_topics: int) -> None:
    """To the last bit, however many articles a chunk has and whatever the number of threads."""
    X = matrix(seed=n_topics)
    B = np.random.default_rng(n_topics).random((X.shape[0], n_topics)).astype(np.float32)
    found = []
    with kernels.pool(jobs) as threads:
        for height in (1, 37, X.shape[0]):
            monkeypatch.setattr(products, "CHUNK", 4 * n_topics * height)
            side = products.Side.across(X, n_topics, threads)
            assert len(side.starts) >= X.shape[0] // height
            found.append(side.multiply(B))
    assert np.allclose(found[0], X.T @ B, rtol=1e-5)
    assert all(np.array_equal(found[0], other) for other in found)


@pytest.mark.parametrize("beta", [0.0, 0.7])
@pytest.mark.parametrize("n_topics", [1, 5, 16, 33])
def test_a_compiled_step_equals_a_plain_one(monkeypatch: pytest.MonkeyPatch, n_topics: int, beta: float) -> None:
    """Weights, the weights further on and the three sums agree to rounding, empty topics and rows too."""
    monkeypatch.setattr(products, "CHUNK", 4 * n_topics * 70)
    X = matrix(seed=n_topics)
    Xt = X.T.tocsr()
    rng = np.random.default_rng(n_topics)
    B = rng.random((X.shape[1], n_topics)).astype(np.float32)
    B[:, n_topics // 2] = 0 if n_topics > 1 else B[:, 0]
    A = rng.random((X.shape[0], n_topics)).astype(np.float32)
    results = []
    with kernels.pool(2) as threads:
        for side in (PlainSide(X), products.Side.of(X, n_topics, threads), products.Side.across(Xt, n_topics, threads)):
            a, held = A.copy(), (A * 0.5).copy()
            results.append((*side.improve(B, gram(B), a, held, beta, 2, True), a, held))
        assert np.allclose(X @ B, products.Side.of(X, n_topics, threads).multiply(B), rtol=1e-5)
    for plain, *compiled in zip(*results, strict=True):
        for found in compiled:
            assert np.allclose(plain, found, rtol=1e-3, atol=1e-4 * np.abs(plain).max())


@pytest.mark.parametrize(("shape", "rank"), [((50, 400), 5), ((400, 50), 5), ((30, 20), 20), ((1, 5), 1), ((5, 1), 1)])
def test_leading_vectors_are_scikit_learns(shape: tuple[int, int], rank: int) -> None:
    """But for rounding and signs: higher than wide and wider than high, up to the whole rank."""
    extmath = pytest.importorskip("sklearn.utils.extmath")
    X = sparse.random(*shape, density=0.3, format="csr", dtype=np.float32, random_state=1)
    with limited(1):
        found = leading(PlainSide(X), PlainSide(X.T.tocsr()), rank, X.shape, seed=3)
        expected = extmath.randomized_svd(X, rank, random_state=3, flip_sign=False)
    (U, S, V), (other_U, other_S, other_V) = found, expected
    np.testing.assert_allclose(S, other_S, rtol=1e-4)
    np.testing.assert_allclose((U * S) @ V, (other_U * other_S) @ other_V, atol=1e-4 * S[0])
    np.testing.assert_allclose(U.T @ U, np.eye(rank), atol=1e-4)
    np.testing.assert_allclose(V @ V.T, np.eye(rank), atol=1e-4)


def test_leading_vectors_far_below_the_first_are_found() -> None:
    """As far as two million copies of one text are above a single one; of their squares single precision tells less."""
    X = sparse.random(300, 80, density=0.2, format="csr", dtype=np.float32, random_state=1)
    X = sparse.vstack([X, sparse.csr_matrix(np.full((1, 80), 1e3, np.float32))], format="csr")
    S = leading(PlainSide(X), PlainSide(X.T.tocsr()), 6, X.shape, seed=0)[1]
    expected = np.linalg.svd(X.toarray().astype(np.float64), compute_uv=False)[:6]
    assert expected[0] > 1400 * expected[1]
    np.testing.assert_allclose(S, expected, rtol=0.02)


def test_singular_vectors_of_what_has_fewer_directions_than_columns() -> None:
    """Those that are not there are zero, and nothing is divided by nothing."""
    A = np.repeat(np.random.default_rng(0).random((60, 2)).astype(np.float32), 3, axis=1)
    U, S, R = singular(A)
    np.testing.assert_allclose((U * S) @ R.T, A, atol=1e-5)
    np.testing.assert_allclose(U.T @ U, np.diag([1, 1, 0, 0, 0, 0]), atol=1e-5)
    assert (S[2:] == 0).all()
    assert not singular(np.zeros((5, 2), np.float32))[0].any()


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("height", [1, 64, 10_000])
def test_a_compiled_transpose_is_scipys(jobs: int, height: int) -> None:
    """Of each chunk, whatever the number of threads, rows and columns without an entry too; also of nothing."""
    for X in (matrix(200, 90), matrix(2, 500), sparse.csr_matrix((3, 4), dtype=np.float32)):
        with kernels.pool(jobs) as threads:
            data, rows, starts = products.transposed(X, height, threads)
        assert len(starts) == -(-X.shape[0] // height)
        for chunk, begins in enumerate(starts):
            first, span = chunk * height, slice(begins[0], begins[-1])
            expected = X[first : first + height].T.tocsr()
            assert np.array_equal(data[span], expected.data)
            assert np.array_equal(rows[span], first + expected.indices)
            assert np.array_equal(begins - begins[0], expected.indptr)


@pytest.mark.parametrize("chunk", [1 << 13, 1 << 30])
def test_threads_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """One thread or three: the same bytes, in one chunk of articles and in six."""
    monkeypatch.setattr(factorize, "BULK", 0)
    monkeypatch.setattr(pytest.importorskip("topics.kernels.products"), "CHUNK", chunk)
    X = matrix(1000)
    one, three = (factorise(X, 12, max_iter=20, jobs=jobs) for jobs in (1, 3))
    assert np.array_equal(one.W, three.W)
    assert np.array_equal(one.H, three.H)
    assert one.errors == three.errors


def test_weights_of_a_row_do_not_depend_on_the_others(way: str) -> None:
    """A row alone, in a shuffled matrix or among its own copies gets the same weights, to the last bit."""
    X = matrix()
    H = factorise(X, 6, max_iter=10).H
    W = weights(X, H)
    order = np.random.default_rng(0).permutation(X.shape[0])
    assert np.array_equal(weights(X[order], H), W[order])
    assert np.array_equal(weights(X[7], H)[0], W[7])
    assert np.array_equal(weights(X[[7] * 70], H), W[[7] * 70])
    assert not W[50].any()


def test_compiled_weights_equal_plain_ones_and_cannot_be_bettered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways end at the non-negative least squares fit."""
    optimize = pytest.importorskip("scipy.optimize")
    X = matrix()
    H = factorise(X, 6, max_iter=10).H
    found = []
    for bulk in (0, np.inf):
        monkeypatch.setattr(factorize, "BULK", bulk)
        found.append(weights(X, H))
    assert np.allclose(*found, rtol=1e-3, atol=1e-4)
    for row in range(0, 60, 7):
        exact, _ = optimize.nnls(H.T.astype(np.float64), X[row].toarray()[0].astype(np.float64))
        assert np.allclose(found[0][row], exact, atol=1e-2 * max(1, exact.max()))


def test_topics_given_weights_cannot_be_bettered(way: str) -> None:
    """Each term by itself, as weights of an article are; a topic that no article has stays empty."""
    optimize = pytest.importorskip("scipy.optimize")
    X = matrix(n_articles=80, n_terms=40)
    W = np.random.default_rng(2).random((80, 5)).astype(np.float32)
    W[:, 3] = 0
    H = topics_of(X, W)
    assert H.shape == (5, 40)
    assert not H[3].any()
    for term in range(0, 40, 5):
        exact, _ = optimize.nnls(W.astype(np.float64), X[:, term].toarray().ravel().astype(np.float64))
        assert np.allclose(H[:, term], exact, atol=1e-2 * max(1, exact.max()))


def test_it_stops_by_itself_and_says_so(way: str) -> None:
    """A run ends when it stops getting on; one cut short says that it was."""
    X = matrix()
    done, cut = factorise(X, 4, max_iter=500), factorise(X, 4, max_iter=3)
    assert done.converged
    assert len(done.errors) < 500
    assert not cut.converged
    assert len(cut.errors) == 3


def test_a_start_that_is_given_stays_as_it_is(way: str) -> None:
    """Whoever compares two fits from one start needs it twice."""
    X, rng = matrix(), np.random.default_rng(0)
    start = rng.random((X.shape[0], 5)).astype(np.float32), rng.random((5, X.shape[1])).astype(np.float32)
    before = start[0].copy(), start[1].copy()
    first, second = (factorise(X, 5, start=start, max_iter=5) for _ in range(2))
    assert np.array_equal(start[0], before[0])
    assert np.array_equal(start[1], before[1])
    assert np.array_equal(first.W, second.W)


def test_squares_are_summed_up_over_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of rows that are no multiple of a block, and of none."""
    A = np.random.default_rng(0).random((11, 4)).astype(np.float32)
    monkeypatch.setattr(factorize, "ROWS", 3)
    assert np.allclose(factorize.gram(A), A.astype(np.float64).T @ A.astype(np.float64), rtol=1e-12)
    assert not factorize.gram(A[:0]).any()


def test_small_jobs_are_done_plainly() -> None:
    """A thousand articles never wait for numba."""
    with kernels.pool(1) as threads:
        assert isinstance(factorize._sides(matrix(), 20, 200, threads)[0], PlainSide)


def test_varimax_finds_the_axes_that_rows_lie_near() -> None:
    """Whatever way a cloud of rows, each near one axis, is turned, it is turned back: up to order and sign."""
    rng = np.random.default_rng(0)
    A = np.eye(6)[rng.integers(0, 6, 500)] * rng.gamma(2, 1, (500, 1)) + rng.normal(0, 0.05, (500, 6))
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    R = varimax(A @ turn)
    np.testing.assert_allclose(R.T @ R, np.eye(6), atol=1e-9)
    found = np.abs(turn @ R)
    assert sorted(found.argmax(axis=0)) == list(range(6))
    assert found.max(axis=0).min() > 0.999


def test_varimax_is_that_of_the_whole_table() -> None:
    """Taken some rows at a time, the last run shorter, on threads: as Kaiser's iteration over all rows at once."""
    A = np.random.default_rng(2).gamma(1, 1, (3 * factorize.TURNED_AT_ONCE // 2, 5))
    R, before = np.eye(5), 0.0
    for _ in range(factorize.TURNS):
        L = A @ R
        left, scale, right = np.linalg.svd(A.T @ (L**3 - L * (L**2).mean(axis=0)))
        R, now = left @ right, scale.sum()
        if now <= before * (1 + factorize.GAIN):
            break
        before = now
    np.testing.assert_allclose(varimax(A), R, atol=1e-9)


@pytest.mark.parametrize("n_topics", [1, 5, 40])
def test_a_start_has_no_empty_topic(n_topics: int) -> None:
    """Nor anything negative, also with more topics than directions, of which there are five."""
    X = sparse.csr_matrix(np.repeat(matrix(40, 20, 3).toarray()[1:6], 10, axis=0))
    W, H = rotated(X, n_topics)
    assert W.shape == (50, n_topics)
    assert H.shape == (n_topics, 20)
    assert W.min() >= 0
    assert H.min() >= 0
    assert (H.max(axis=1) > 0).all()


def test_the_start_of_a_part_is_the_start_of_all() -> None:
    """Topics that are there begin alike with four in five of the articles; singular vectors differ by a quarter."""
    X = matrix(1000)
    _, whole = rotated(X, 8)
    part = np.sort(np.random.default_rng(1).permutation(1000)[:800])
    _, H = rotated(X[part], 8)
    alike = (whole / np.linalg.norm(whole, axis=1)[:, None]) @ (H / np.linalg.norm(H, axis=1)[:, None]).T
    assert alike.max(axis=1).min() > 0.99
