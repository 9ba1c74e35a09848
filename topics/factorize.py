"""Non-negative matrix factorisation: X (articles x terms) is nearly W (articles x topics) times H (topics x terms).

Both factors alternate. Given the topics, the weights of each article are independent of all others; given the weights,
the topics need only the two small sums W'X and W'W. Each factor is improved by coordinate descent over topics (HALS:
Cichocki & Phan 2009), with several sweeps for each product with X (Gillis & Glineur 2012).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Dense = NDArray[np.float32]

# Sweeps for one product with X, which costs as much as several: two get further than one in the same time, four do not.
SWEEPS = 2
# Below this a weight or a term of a topic counts as nothing; keeps the division in a sweep from overflowing.
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Factors:
    """W : float32 (n_articles, n_topics).  H : float32 (n_topics, n_terms).  Both non-negative.

    errors : relative error |X - WH| / |X| after each iteration.  converged : stopped by itself, not by `max_iter`.
    """

    W: Dense
    H: Dense
    errors: tuple[float, ...]
    converged: bool


def factorise(
    X: Any,
    n_topics: int,
    *,
    start: tuple[Dense, Dense] | None = None,
    seed: int = 0,
    max_iter: int = 200,
    tol: float = 1e-4,
    progress: Callable[[int, int], None] | None = None,
) -> Factors:
    """Topics of a matrix.

    X : float32 CSR (n_articles, n_terms), non-negative.  start : W and H to begin with, NNDSVD when None.
    Stops when an iteration lowers the squared error by less than `tol` of what the run has lowered it by so far,
    twice in a row.
    """
    W, H = nndsvd(X, n_topics, seed) if start is None else (start[0].copy(), start[1].copy())
    XT = X.T.tocsr()
    norm = float(np.dot(X.data.astype(np.float64), X.data))
    errors: list[float] = []
    first = previous = None
    calm = 0
    for iteration in range(max_iter):
        sweep(W, X @ H.T, gram(H.T))
        WtX, WtW = (XT @ W).T, gram(W)
        Ht = np.ascontiguousarray(H.T)
        sweep(Ht, np.ascontiguousarray(WtX.T), WtW)
        H = np.ascontiguousarray(Ht.T)
        error = max(0.0, norm - 2 * float(np.vdot(WtX.astype(np.float64), H)) + float(np.vdot(WtW, gram(H.T))))
        errors.append(float(np.sqrt(error / norm)) if norm else 0.0)
        if progress is not None:
            progress(iteration + 1, max_iter)
        if previous is None or first is None:
            first = previous = error
            continue
        calm = calm + 1 if previous - error <= tol * (first - error) else 0
        previous = error
        if calm == 2:
            break
    return Factors(W, H, tuple(errors), calm == 2)


def gram(A: Dense) -> NDArray[np.float64]:
    """A'A in double precision.  A : (n, n_topics)."""
    B = A.astype(np.float64)
    return np.asarray(B.T @ B)


def sweep(A: Dense, product: Dense, square: NDArray[np.float64], times: int = SWEEPS) -> None:
    """Improve each row of A in place: min over a >= 0 of |x - aB|, coordinate by coordinate.

    A : (n, n_topics).  product : (n, n_topics), XB'.  square : (n_topics, n_topics), BB'.
    A row's result depends on no other row.
    """
    S = square.astype(np.float32)
    for _ in range(times):
        for topic in range(A.shape[1]):
            if S[topic, topic] <= TINY:
                continue
            step = (product[:, topic] - A @ S[:, topic]) / S[topic, topic]
            np.maximum(A[:, topic] + step, 0, out=A[:, topic])


def weights(X: Any, H: Dense, *, max_sweeps: int = 500, tol: float = 1e-5) -> Dense:
    """Weights of articles, given the topics: each row of X is fitted by itself (non-negative least squares).

    X : float32 CSR (n_articles, n_terms).  H : (n_topics, n_terms).  Returns float32 (n_articles, n_topics); a row
    without a known term is zero.  Sweeps until no weight of a row moves by more than `tol` of the row's largest.
    """
    product = np.asarray(X @ np.ascontiguousarray(H.T), np.float32)
    S = gram(H.T).astype(np.float32)
    scale = np.diag(S).copy()
    used = np.flatnonzero(scale > TINY)
    W = np.zeros_like(product)
    W[:, used] = np.maximum(product[:, used] / scale[used], 0) / max(1, len(used))
    open_rows = np.arange(len(W))
    for _ in range(max_sweeps):
        if not len(open_rows):
            break
        A, P = W[open_rows], product[open_rows]
        moved = np.zeros(len(A), np.float32)
        for topic in used:
            # einsum, not BLAS: a row's sum must not depend on the rows around it
            new = np.maximum(A[:, topic] + (P[:, topic] - np.einsum("ij,j->i", A, S[topic])) / scale[topic], 0)
            np.maximum(moved, np.abs(new - A[:, topic]), out=moved)
            A[:, topic] = new
        W[open_rows] = A
        open_rows = open_rows[moved > tol * A.max(axis=1)]
    return W


def explained(X: Any, W: Dense, H: Dense) -> Dense:
    """Share of each row's squared length that its topics reproduce: float32 (n_articles,), 1 - |x - wH|^2 / |x|^2.

    X : CSR (n_articles, n_terms).  W : (n_articles, n_topics), as `weights` gives it.  An empty row has 0.
    """
    total = np.bincount(np.repeat(np.arange(X.shape[0]), np.diff(X.indptr)), X.data.astype(np.float64) ** 2, X.shape[0])
    A, product = W.astype(np.float64), np.asarray(X @ np.ascontiguousarray(H.T), np.float64)
    found = 2 * np.einsum("ij,ij->i", product, A) - np.einsum("ij,jk,ik->i", A, gram(H.T), A, optimize=True)
    share = np.divide(found, total, out=np.zeros(len(A)), where=total > 0)
    return np.asarray(np.clip(share, 0, 1), np.float32)


def nndsvd(X: Any, n_topics: int, seed: int = 0) -> tuple[Dense, Dense]:
    """A start made of the leading singular vectors, each split into its positive and negative part, the heavier kept.

    Zeros are filled with the mean of X so that no entry is locked at zero ("NNDSVDa", Boutsidis & Gallopoulos 2008).
    When X has fewer dimensions than topics, the further topics begin at rows spread over X.
    """
    from sklearn.utils.extmath import randomized_svd

    rank = min(n_topics, *X.shape)
    U, S, V = randomized_svd(X, rank, random_state=seed)
    W = np.zeros((X.shape[0], n_topics), np.float32)
    H = np.zeros((n_topics, X.shape[1]), np.float32)
    for topic in range(rank):
        u, v = U[:, topic], V[topic]
        parts = []
        for sign in (1, -1):
            a, b = np.maximum(sign * u, 0), np.maximum(sign * v, 0)
            parts.append((float(np.linalg.norm(a) * np.linalg.norm(b)), a, b))
        weight, a, b = max(parts, key=lambda part: part[0])
        if weight > 0:
            scale = np.sqrt(S[topic] * weight)
            W[:, topic], H[topic] = scale * a / np.linalg.norm(a), scale * b / np.linalg.norm(b)
    mean = np.float32(X.sum() / max(1, X.shape[0] * X.shape[1]))
    for topic in range(rank, n_topics):
        H[topic] = X[topic * X.shape[0] // n_topics].toarray()[0]
    W[W < TINY] = mean
    H[H < TINY] = mean
    return W, H
