"""Which words say what a topic is about: ranked from the model's weights, never from co-occurrence in the text.

The constants were chosen together on BBC, Reuters and newsgroups; docs/quality.md says what each buys.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.kernels import pool, spans

# How much it counts that a term is particular to a topic, beside being strong in it.
PARTICULAR = 0.5
# Weights hold the IDF to the power 1.5; a power 1 of it is taken back, or keywords would be rarer than people expect.
RARE = 1.0
# How much it counts in how many of the topic's articles the term stands: two keywords then stand in most of them
# (with .35 support of BBC's 20 topics is .880, with .4 .883, at the same coherence).
PRESENT = 0.4
# Where a term is less than this part as relevant as in its best topic, it stands behind those that are not: lists of
# different topics share few words (diversity .90 to .97 on Reuters, .96 to .98 on BBC), at no loss of coherence.
OWN = 0.7
BEHIND = 1e-3
TINY = 1e-300
# Articles, topics and terms that are looked at at once: a table of all topics and terms in double precision takes as
# much memory as all the articles.
ROWS, TOPICS, TERMS = 8192, 25, 4096


def presence(counts: Any, P: NDArray[np.float32]) -> NDArray[np.float32]:
    """In what part of each topic's articles each term stands, every article counting with its part of the topic.

    counts : CSR (n_articles, n_terms).  P : (n_articles, n_topics), parts of articles.  Returns float32
    (n_topics, n_terms), 0 to 1.
    """
    total = P.sum(axis=0, dtype=np.float64)
    total[total <= 0] = 1
    out = np.empty((P.shape[1], counts.shape[1]), np.float32)
    blocks = spans(len(P), ROWS)
    starts = counts.indptr
    once = np.ones(max((int(starts[last] - starts[first]) for first, last in blocks), default=0))

    def some(span: tuple[int, int]) -> None:
        a, b = span
        found = np.zeros((counts.shape[1], b - a))
        for first, last in blocks:
            begin, end = starts[first], starts[last]
            held = (once[: end - begin], counts.indices[begin:end], starts[first : last + 1] - begin)
            shape = (last - first, counts.shape[1])
            found += sparse.csr_matrix(held, shape=shape).T @ P[first:last, a:b].astype(np.float64)
        found /= total[a:b]
        out[a:b] = found.T

    with pool() as threads:
        threads.map(some, spans(P.shape[1], TOPICS))
    return out


def relevance(H: NDArray[np.float32], present: NDArray[np.float32], rare: NDArray[np.float32]) -> NDArray[np.float64]:
    """How well each term stands for each topic; zero where it has no weight.

    Strength in the topic, times the topic's share of the term, times how many of its articles hold the term, over how
    rare the term is, each to a power; next to nothing for a term that belongs to another topic.  H, present :
    (n_topics, n_terms).  rare : (n_terms,), the IDF.  Returns float64 (n_topics, n_terms).  After Sievert & Shirley
    2014, in which the logarithms of the first two are mixed.
    """
    length = np.linalg.norm(H, axis=1, keepdims=True)
    length[length <= 0] = 1
    out = np.empty(H.shape)
    for a, b in spans(H.shape[1], TERMS):
        A = (H[:, a:b] / length).astype(np.float64)
        total = A.sum(axis=0)
        R = np.asarray(A / np.where(total > 0, total, 1), np.float64)
        R **= PARTICULAR
        R *= A
        R *= np.ascontiguousarray(present[:, a:b]) ** PRESENT
        R /= rare[a:b] ** RARE
        R[R / np.maximum(R.max(axis=0), TINY) < OWN] *= BEHIND
        out[:, a:b] = R
    return out


def keywords_of(
    H: NDArray[np.float32], counts: Any, P: NDArray[np.float32], rare: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Keywords of freshly fitted topics, as `ranked` gives them.  counts, P : as in `presence`.  rare : the IDF."""
    return ranked(relevance(H, presence(counts, P), rare), k)


def ranked(R: NDArray[np.float64], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Keywords of each topic, best first, and their relevance; ties go to the earlier term.

    R : (n_topics, n_terms), as `relevance` gives it.  Returns int32 and float32 (n_topics, at most k); -1 and 0 behind
    the last of a topic that has fewer.
    """
    k = max(1, min(k, R.shape[1]))
    order = np.empty((len(R), k), np.int64)
    for topic, row in enumerate(R):
        some = np.flatnonzero(row >= np.partition(row, len(row) - k)[len(row) - k])
        order[topic] = some[np.argsort(-row[some], kind="stable")[:k]]
    scores = np.take_along_axis(R, order, axis=1)
    return np.where(scores > 0, order, -1).astype(np.int32), scores.astype(np.float32)
