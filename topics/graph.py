"""Nearest neighbours of many articles at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import kernels
from topics.index import Rows, columns_of
from topics.vectorize import unit
from topics.vocabulary import TOPIC_BASE

# Terms that more articles hold than this are not followed to find candidates, so that the work grows with the number
# of articles and not with its square. Up to so many articles nothing is left out.
LONGEST = 1000
# Candidates for each neighbour wanted; their full scores decide.
CANDIDATES = 2
# Terms of a row that is spread out to be multiplied.
LONG_ROW = 400
# Articles compared at once: some 30 MB of scores.
BLOCK = 256
# Terms of all articles from which on the compiled way is taken: some two seconds of the plain one. What was loaded
# before does not matter: the two find other candidates where scores nearly tie.
BULK = 1_000_000


# Steps done, steps in all.
Step = Callable[[int, int], None]


def no_step(done: int, total: int) -> None:
    """Nobody wants to know how far it is."""


def matrix(rows: Rows, *, topics: bool = False, n_terms: int | None = None) -> Any:
    """Look-up rows as CSR of unit length.

    topics : with the part of topics, behind the last term; else without.  n_terms : columns for terms, as many as
    there are when None.
    """
    terms, values, starts = np.asarray(rows.terms), np.asarray(rows.values), np.asarray(rows.starts)
    is_topic = terms >= TOPIC_BASE
    if n_terms is None:
        n_terms = int(terms[~is_topic].max(initial=-1)) + 1
    if topics:
        columns = columns_of(terms, n_terms)
        return sparse.csr_matrix((values, columns, starts), shape=(len(rows), int(columns.max(initial=-1)) + 1))
    kept = np.concatenate([[0], np.cumsum(~is_topic)])[starts]
    return unit(sparse.csr_matrix((values[~is_topic], terms[~is_topic], kept), shape=(len(rows), n_terms)))


def dots(X: Any, i: NDArray[np.int64], j: NDArray[np.int64], size: int | None = None) -> NDArray[np.float64]:
    """Products of pairs of rows of a CSR matrix: float64 (n_pairs,).

    size : terms of the job that these are a part of, which decides how they are multiplied; those of X when None.
    """
    found = np.zeros(len(i))
    sizes = np.diff(X.indptr)
    i, j = np.where(sizes[i] >= sizes[j], i, j), np.where(sizes[i] >= sizes[j], j, i)
    module = kernels.load("neighbours") if (X.nnz if size is None else size) >= BULK else None
    if module is not None:
        return np.asarray(module.dots(X, i, j))
    # the mean of a big group has thousands of terms and many partners: spread it out once
    long = sizes[i] > LONG_ROW
    order = np.flatnonzero(long)[np.argsort(i[long], kind="stable")]
    full = np.zeros(X.shape[1])
    for same in np.split(order, np.flatnonzero(np.diff(i[order])) + 1) if len(order) else []:
        row = slice(X.indptr[i[same[0]]], X.indptr[i[same[0]] + 1])
        full[X.indices[row]] = X.data[row]
        found[same] = X[j[same]] @ full
        full[X.indices[row]] = 0
    rest = np.flatnonzero(~long)
    for start in range(0, len(rest), 20_000):  # some 100 MB of rows at a time
        part = rest[start : start + 20_000]
        found[part] = np.asarray(X[i[part]].multiply(X[j[part]]).sum(axis=1)).ravel()
    return found


def nearest(X: Any, k: int, *, least: float = 0.0, longest: int = LONGEST, step: Step = no_step) -> Any:
    """The k nearest other articles of each: CSR (n_articles, n_articles) of cosines above `least`.

    X : CSR of unit rows.  Scores are exact; with more than `longest` articles one that shares only common terms may be
    missed.  Ties go to the earlier row.  step : told how many articles of how many are done.
    """
    n = X.shape[0]
    df = np.bincount(X.indices, minlength=X.shape[1])
    common = df > longest
    R = X if not common.any() else sparse.csr_matrix(X.multiply(~common).tocsr())
    R.eliminate_zeros()
    wanted = k if R is X else CANDIDATES * k
    module = kernels.load("neighbours") if X.nnz >= BULK else None
    if module is not None:
        i, j, s = module.nearest(X, R, k, wanted, least, step)
    else:
        i, j, s = _plainly(X, R, k, wanted, least, step)
    kept = s > least
    G = sparse.csr_matrix((s[kept], (i[kept].astype(np.int64), j[kept].astype(np.int64))), shape=(n, n))
    G.sort_indices()
    return G


def _plainly(X: Any, R: Any, k: int, wanted: int, least: float, step: Step) -> tuple[Any, Any, Any]:
    """Rows, their nearest others, scores.  R : X with the terms that candidates are found by."""
    n, T = X.shape[0], R.T.tocsr()
    rows, columns, scores = [], [], []
    for start in range(0, n, BLOCK):
        i, j, s = _candidates(R[start : start + BLOCK] @ T, start, wanted, least)
        if R is not X:
            i, j, s = _best(i, j, dots(X, i, j), k)
        rows.append(i)
        columns.append(j)
        scores.append(s)
        step(min(start + BLOCK, n), n)
    i, j, s = (np.concatenate(part) if part else np.zeros(0) for part in (rows, columns, scores))
    return i, j, s


def _candidates(S: Any, start: int, k: int, least: float) -> tuple[Any, Any, Any]:
    """The k highest of each row of a block of scores, without the articles themselves.  start : the block's first."""
    rows, columns, scores = [], [], []
    for row in range(S.shape[0]):
        part = slice(S.indptr[row], S.indptr[row + 1])
        j, s = S.indices[part], S.data[part]
        others = (j != start + row) & (s > 0)
        j, s = j[others], s[others].astype(np.float64)
        if len(s) > k:
            last = np.partition(s, len(s) - k)[len(s) - k]
            high = s >= last
            j, s = j[high], s[high]
        order = np.lexsort((j, -s))[:k]
        rows.append(np.full(len(order), start + row))
        columns.append(j[order].astype(np.int64))
        scores.append(s[order])
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(scores)


def _best(i: Any, j: Any, s: Any, k: int) -> tuple[Any, Any, Any]:
    """The k highest scores of each i."""
    order = np.lexsort((j, -s, i))
    i, j, s = i[order], j[order], s[order]
    first = np.concatenate([[True], i[1:] != i[:-1]]) if len(i) else np.zeros(0, np.bool_)
    place = np.arange(len(i)) - np.maximum.accumulate(np.where(first, np.arange(len(i)), 0))
    kept = place < k
    return i[kept], j[kept], s[kept]
