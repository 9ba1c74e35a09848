"""Non-negative matrix factorisation: X (articles x terms) is nearly W (articles x topics) times H (topics x terms).

Both factors alternate. Given the topics, the weights of each article are independent of all others; given the weights,
the topics need only the two small sums W'X and W'W. Each factor is improved by coordinate descent over topics (HALS:
Cichocki & Phan 2009), with several sweeps for each product with X (Gillis & Glineur 2012), and goes on a little in the
direction that it moved (Ang & Gillis 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from topics import kernels
from topics.threads import limited

Dense = NDArray[np.float32]
Square = NDArray[np.float64]

# Sweeps for one product with X, which costs as much as several: two get further than one in the same time, four do not.
SWEEPS = 2
# Below this a weight or a term of a topic counts as nothing; keeps the division in a sweep from overflowing.
TINY = np.float32(1e-12)
# How far to go on in the direction of the last step, at first; more after each step that lowers the error, up to a
# ceiling that rises too, and less after one that does not (the constants of Ang & Gillis for HALS).
AHEAD, FASTER, HIGHER, SLOWER = 0.5, 1.01, 1.005, 1.5
# Multiplications from which on compiled loops pay: some 1.4 seconds of the plain way. What was loaded before does not
# matter here: plain and compiled agree to rounding alone, and a corpus must give the same bytes every time.
BULK = 2e10
ITERATIONS = 60  # a usual run
# Rows that are looked at at once where they are needed in double precision.
ROWS = 8192
# And where as much is made of each of them as there are topics, squared: of so many it stays in a core's second cache.
SQUARED = 2048
# Rows on which a start is rotated, about at most (with 4,000 resamples of BBC agree as well as with all 9,500), in so
# many turns at most, and the gain below which it is over: 200 turns give no better topics than 20.
TURNED, TURNS, GAIN = 20_000, 50, 1e-4
# Of these so many at once: what is made of them stays in a core's second cache.
TURNED_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class Factors:
    """W : float32 (n_articles, n_topics).  H : float32 (n_topics, n_terms).  Both non-negative.

    errors : relative error |X - WH| / |X| after each iteration.  converged : stopped by itself, not by `max_iter`.
    """

    W: Dense
    H: Dense
    errors: tuple[float, ...]
    converged: bool


class Side(Protocol):
    """Rows that are given weights: those of X, or those of its transpose."""

    def improve(
        self, B: Dense, S: Square, A: Dense, held: Dense, beta: float, times: int, measure: bool
    ) -> tuple[float, Square, Square]:
        """Improve A in place: min over A >= 0 of |X - AB'|, then go on by `beta` of the way it came from `held`.

        B : (n_columns, n_topics).  S : B'B.  A, held : (n_rows, n_topics), where to begin, and the last weights before
        going on.  Leaves the improved weights in `held` and those further on in A.  Returns the sum of X times
        (held B'), held'held and A'A; the second may be the third when nobody is to `measure` the error.
        """

    def multiply(self, B: Dense) -> Dense:
        """XB: float32 (n_rows, n_topics)."""


@dataclass(frozen=True, slots=True)
class PlainSide:
    """The plain way.  X : float32 CSR."""

    X: Any

    def improve(
        self, B: Dense, S: Square, A: Dense, held: Dense, beta: float, times: int, measure: bool
    ) -> tuple[float, Square, Square]:
        """See `Side`."""
        P = self.multiply(B)
        sweep(A, P, S, times)
        dot = float(np.einsum("ij,ij->", P, A, dtype=np.float64))
        before = held.copy()
        held[:] = A
        A[:] = np.maximum(A + np.float32(beta) * (A - before), 0)
        return dot, gram(held), gram(A)

    def multiply(self, B: Dense) -> Dense:
        """XB: float32 (n_rows, n_topics)."""
        return np.asarray(self.X @ B, np.float32)


def factorise(
    X: Any,
    n_topics: int,
    *,
    start: tuple[Dense, Dense] | None = None,
    seed: int = 0,
    max_iter: int = 200,
    tol: float = 1e-4,
    progress: Callable[[int, int], None] | None = None,
    jobs: int | None = None,
) -> Factors:
    """Topics of a matrix.

    X : float32 CSR (n_articles, n_terms), non-negative.  start : W and H to begin with, `rotated` when None.
    jobs : threads, all when None; the result does not depend on it.
    Stops when an iteration lowers the squared error by less than `tol` of what the run has lowered it by so far,
    twice in a row.
    """
    with limited(jobs), kernels.pool(jobs) as threads:
        rows, columns = _sides(X, n_topics, max_iter, threads)
        norm = float(np.einsum("i,i->", X.data, X.data, dtype=np.float64))  # no copy in double precision
        begin = rotated(X, n_topics, seed, (rows, columns)) if start is None else (start[0].copy(), start[1])
        run = _Run(rows, columns, *begin, norm, tol)
        del begin
        for iteration in range(max_iter):
            run.step()
            if progress is not None:
                progress(iteration + 1, max_iter)
            if run.calm == 2:
                break
        W, H = run.finish()
    return Factors(W, H, tuple(float(np.sqrt(error / norm)) if norm else 0.0 for error in run.errors), run.calm == 2)


def _sides(X: Any, n_topics: int, max_iter: int, threads: kernels.Pool) -> tuple[Side, Side]:
    """Those of X and of its transpose, compiled when the job is big."""
    work = 4.0 * X.nnz * n_topics + 8.0 * sum(X.shape) * n_topics**2
    module = kernels.load("products") if min(max_iter, ITERATIONS) * work >= BULK else None
    if module is None:
        return PlainSide(X), PlainSide(X.T.tocsr())
    return module.Side.of(X, n_topics, threads), module.Side.across(X, n_topics, threads)


class _Run:
    """The state between iterations: both factors, each with where it was before going on, and how fast to go on.

    W, H : the start; W may be changed.
    """

    def __init__(self, rows: Side, columns: Side, W: Dense, H: Dense, norm: float, tol: float) -> None:
        self.rows, self.columns, self.norm, self.tol = rows, columns, norm, tol
        self.W, self.H = np.ascontiguousarray(W, np.float32), np.array(H.T, np.float32, order="C")
        self.W_held, self.H_held = self.W.copy(), self.H.copy()
        self.HtH = gram(self.H)
        self.beta, self.ceiling = 0.0, 1.0  # the first step has nowhere to come from
        self.errors: list[float] = []
        self.calm = 0

    def step(self) -> None:
        """One iteration: weights, topics, error."""
        _, _, WtW = self.rows.improve(self.H, self.HtH, self.W, self.W_held, self.beta, SWEEPS, False)
        dot, held, self.HtH = self.columns.improve(self.W, WtW, self.H, self.H_held, self.beta, SWEEPS, True)
        error = max(0.0, self.norm - 2 * dot + float(np.vdot(WtW, held)))
        if self.errors and error > self.errors[-1]:  # too far: stop there, and go on more slowly
            self.W[:], self.H[:], self.HtH = self.W_held, self.H_held, held
            self.ceiling, self.beta, self.calm = self.beta, self.beta / SLOWER, 0
        elif self.errors:
            gain = self.errors[-1] - error
            self.calm = self.calm + 1 if gain <= self.tol * (self.errors[0] - error) else 0
            self.beta = min(self.ceiling, FASTER * self.beta) if self.beta else AHEAD
            self.ceiling = min(1.0, HIGHER * self.ceiling)
        self.errors.append(error)

    def finish(self) -> tuple[Dense, Dense]:
        """W and H, the weights fitted once more to the topics as they are, and the error of that."""
        self.W[:] = self.W_held
        HtH = gram(self.H_held)
        dot, WtW, _ = self.rows.improve(self.H_held, HtH, self.W, self.W_held, 0.0, SWEEPS, True)
        self.errors[-1] = max(0.0, self.norm - 2 * dot + float(np.vdot(WtW, HtH)))
        return self.W, np.ascontiguousarray(self.H_held.T)


def gram(A: Dense) -> Square:
    """A'A in double precision.  A : (n, n_topics)."""
    found = np.zeros((A.shape[1], A.shape[1]))
    for first, last in kernels.spans(len(A), ROWS):
        B = A[first:last].astype(np.float64)
        found += B.T @ B
    return found


def sweep(A: Dense, product: Dense, square: Square, times: int = SWEEPS) -> None:
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
    B = np.ascontiguousarray(H.T)
    square = gram(B)
    module = _for_rows(X, len(H))
    S = square.astype(np.float32)
    with kernels.pool() as threads:
        product = _side(X, len(H), module, threads).multiply(B)
        scale = np.diag(S)
        used = np.flatnonzero(scale > TINY)
        W = np.zeros_like(product)
        for first, last in kernels.spans(len(W), ROWS):
            W[first:last, used] = np.maximum(product[first:last, used] / scale[used], 0) / max(1, len(used))
        if module is not None:
            module.weights(product, S, W, tol, max_sweeps, threads)
        else:
            _settle(product, S, used, W, tol, max_sweeps)
    return W


def topics_of(X: Any, W: Dense) -> Dense:
    """Topics, given the weights of articles: `weights` the other way round, each term fitted by itself.

    X : float32 CSR (n_articles, n_terms).  W : (n_articles, n_topics).  Returns float32 (n_topics, n_terms).
    """
    return np.ascontiguousarray(weights(X.T.tocsr(), np.ascontiguousarray(W.T)).T)


def _for_rows(X: Any, n_topics: int) -> Any:
    """The compiled module when weighing the rows of X is a big job."""
    work = 2.0 * X.nnz * n_topics + 2.0 * ITERATIONS * X.shape[0] * n_topics**2
    return kernels.load("products") if work >= BULK else None


def _side(X: Any, n_topics: int, module: Any, threads: kernels.Pool) -> Side:
    return PlainSide(X) if module is None else module.Side.of(X, n_topics, threads)


def _settle(P: Dense, S: Dense, used: NDArray[np.int64], W: Dense, tol: float, max_sweeps: int) -> None:
    """Sweep each row of W until it rests."""
    open_rows = np.arange(len(W))
    for _ in range(max_sweeps):
        if not len(open_rows):
            break
        A, Q = W[open_rows], P[open_rows]
        moved = np.zeros(len(A), np.float32)
        for topic in used:
            # einsum, not BLAS: a row's sum must not depend on the rows around it
            step = (Q[:, topic] - np.einsum("ij,j->i", A, S[topic])) / S[topic, topic]
            new = np.maximum(A[:, topic] + step, 0)
            np.maximum(moved, np.abs(new - A[:, topic]), out=moved)
            A[:, topic] = new
        W[open_rows] = A
        open_rows = open_rows[moved > tol * A.max(axis=1)]


def explained(X: Any, W: Dense, H: Dense) -> Dense:
    """Share of each row's squared length that its topics reproduce: float32 (n_articles,), 1 - |x - wH|^2 / |x|^2.

    X : CSR (n_articles, n_terms).  W : (n_articles, n_topics), as `weights` gives it.  An empty row has 0.
    """
    share = np.zeros(len(W), np.float32)
    B, square = np.ascontiguousarray(H.T), gram(H.T)
    with kernels.pool() as threads:
        products = _side(X, len(H), _for_rows(X, len(H)), threads).multiply(B)

        def some(span: tuple[int, int]) -> None:
            first, last = span
            part = X[first:last]
            rows = np.repeat(np.arange(last - first), np.diff(part.indptr))
            total = np.bincount(rows, part.data.astype(np.float64) ** 2, last - first)
            A, product = W[first:last].astype(np.float64), products[first:last].astype(np.float64)
            found = 2 * np.einsum("ij,ij->i", product, A) - np.einsum("ij,jk,ik->i", A, square, A, optimize=True)
            share[first:last] = np.clip(np.divide(found, total, out=np.zeros(len(A)), where=total > 0), 0, 1)

        threads.map(some, kernels.spans(len(W), SQUARED))
    return share


def leading(rows: Side, columns: Side, rank: int, shape: tuple[int, int], seed: int) -> tuple[Dense, Dense, Dense]:
    """The leading singular vectors and values of X: (n_articles, rank), (rank,), (rank, n_terms).

    rows, columns : X and its transpose.  By random projection and powers of X (Halko, Martinsson & Tropp 2011, 4.4):
    the numbers of scikit-learn's `randomized_svd`, but for rounding, without its import, which takes a second and 100
    MB, with products on threads, and in half the time: made well-conditioned again once for two products, on the
    shorter side, and what is high is decomposed by the small square of its columns.
    """
    turned = shape[0] < shape[1]
    if turned:
        rows, columns = columns, rows
    powers = 7 if rank < 0.1 * min(shape) else 4
    Q = np.random.RandomState(seed).normal(size=(min(shape), rank + 10)).astype(np.float32)
    for _ in range(powers):
        Q = singular(columns.multiply(rows.multiply(Q)), keep=True)[0]
    Q = singular(rows.multiply(Q))[0]
    V, S, R = singular(columns.multiply(Q))
    U, S, V = Q @ R[:, :rank], S[:rank], V[:, :rank]
    return (V, S, U.T) if turned else (U, S, V.T)


def singular(A: Dense, *, keep: bool = False) -> tuple[Dense, Dense, Dense]:
    """Left singular vectors, singular values from the highest on, and right ones of a high matrix, by A'A.

    A : (n_rows, n).  Returns (n_rows, n), (n,), and (n, n) by columns.  Values below a millionth of the highest, which
    single precision cannot tell, are zero, and so are their left vectors.  keep : those stay, short ones, for powers of
    a matrix may still find what they stand for.
    """
    U, spans = np.empty_like(A), kernels.spans(len(A), SQUARED)
    with kernels.pool() as threads:
        squares, R = np.linalg.eigh(sum(threads.map(lambda span: gram(A[slice(*span)]), spans)))
        squares, R = squares[::-1], R[:, ::-1]
        S = np.sqrt(np.maximum(squares, 0))
        least = 1e-6 * S[0]
        there = least < S
        scaled = (R / np.where(there, S, least if keep and least > 0 else np.inf)).astype(np.float32)
        threads.map(lambda span: np.matmul(A[slice(*span)], scaled, out=U[slice(*span)]), spans)
    return U, np.where(there, S, 0).astype(np.float32), R.astype(np.float32)


def rotated(X: Any, n_topics: int, seed: int = 0, sides: tuple[Side, Side] | None = None) -> tuple[Dense, Dense]:
    """A start for W and H: the leading singular vectors, rotated until each article lies near one of them, cut at zero.

    A fit ends in one of many places that are equally good, and the start decides in which. A few articles more or less
    turn the singular vectors within the space that they span, which itself hardly moves; varimax gives that space axes
    of its own (for topics: Rohe & Zeng 2023), so that fits of other articles find the same topics again.
    When X has fewer dimensions than topics, the further topics begin at rows spread over X.  sides : of X and of its
    transpose, plain when None.
    """
    rank = min(n_topics, *X.shape)
    rows, columns = sides or (PlainSide(X), PlainSide(X.T.tocsr()))
    U, S, V = leading(rows, columns, rank, X.shape, seed)
    some = U[:: -(-len(U) // TURNED)].astype(np.float64) * S
    R = varimax(some)
    R *= np.where(((some @ R) ** 3).sum(axis=0) < 0, -1, 1)  # the heavier tail is the topic
    W, H = np.zeros((X.shape[0], n_topics), np.float32), np.zeros((n_topics, X.shape[1]), np.float32)
    W[:, :rank] = U @ R.astype(np.float32)
    H[:rank] = (R.T * S).astype(np.float32) @ V
    for factor in (W, H):
        np.maximum(factor, 0, out=factor)
    for topic in np.flatnonzero(H.max(axis=1) <= TINY):
        H[topic] = X[topic * X.shape[0] // n_topics].toarray()[0]
    return W, H


def varimax(A: Square) -> Square:
    """The rotation R that makes the entries of AR as unlike as can be, large or near zero (Kaiser 1958).

    A : (n_rows, n_topics).  R : (n_topics, n_topics), orthonormal.
    """
    R, before, square = np.eye(A.shape[1]), 0.0, A.T @ A

    def part(first: int, last: int) -> tuple[Square, Square]:
        """Sums over some rows: the cubes of their entries times A, and the squares of the entries."""
        L = A[first:last] @ R
        squares = L * L
        return A[first:last].T @ (L * squares), squares.sum(axis=0)

    starts, stops = zip(*kernels.spans(len(A), TURNED_AT_ONCE), strict=True)
    with kernels.pool() as threads:
        for _ in range(TURNS):
            cubes, squares = (sum(parts) for parts in zip(*threads.map(part, starts, stops), strict=True))
            left, scale, right = np.linalg.svd(cubes - square @ (R * (squares / len(A))))
            R, now = left @ right, float(scale.sum())
            if now <= before * (1 + GAIN):
                break
            before = now
    return R
