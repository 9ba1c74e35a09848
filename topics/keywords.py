"""Which words say what a topic is about: ranked from the model's weights, never from co-occurrence in the text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# How much it counts that a term is particular to a topic, beside being strong in it.
PARTICULAR = 0.25


def relevance(H: NDArray[np.float32], particular: float = PARTICULAR) -> NDArray[np.float64]:
    """How well each term stands for each topic: strength in the topic times its share of the term, to a power.

    H : (n_topics, n_terms), non-negative.  Returns float64 of the same shape.  After Sievert & Shirley 2014, in which
    the logarithms of the two are mixed.
    """
    length = np.linalg.norm(H, axis=1, keepdims=True)
    A = H / np.where(length > 0, length, 1)
    total = A.sum(axis=0)
    return np.asarray(A * np.power(A / np.where(total > 0, total, 1), particular), np.float64)


def ranked(H: NDArray[np.float32], stems: NDArray[np.int32], k: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Keywords of each topic, best first, and their relevance.

    H, stems : as in `relevance` and `top_terms`.  Returns int32 and float32 (n_topics, at most k); -1 and 0 behind the
    last of a topic that has fewer.
    """
    R = relevance(H)
    lists = top_terms(R, stems, k)
    keywords = np.full((len(H), max(map(len, lists), default=0)), -1, np.int32)
    scores = np.zeros(keywords.shape, np.float32)
    for topic, terms in enumerate(lists):
        keywords[topic, : len(terms)] = terms
        scores[topic, : len(terms)] = R[topic, terms]
    return keywords, scores


def top_terms(R: NDArray[np.float64], stems: NDArray[np.int32], k: int) -> list[list[int]]:
    """Strongest terms of each topic.

    R : (n_topics, n_terms), as `relevance` gives it.  stems : (n_terms,), terms of one stem hold one number.
    A term stands only under the topic where it is strongest, and one form of a word is enough; ties go to the earlier
    term.  A topic may have fewer than `k`.
    """
    own = R.argmax(axis=0)
    lists = []
    for topic in range(len(R)):
        mine = np.flatnonzero((own == topic) & (R[topic] > 0))
        if not len(mine):  # stronger elsewhere in every word, yet it must be called something
            mine = np.flatnonzero(R[topic] > 0)
        ranked = mine[np.argsort(-R[topic, mine], kind="stable")]
        seen: set[int] = set()
        chosen: list[int] = []
        for term in ranked:
            if len(chosen) == k:
                break
            if int(stems[term]) not in seen:
                seen.add(int(stems[term]))
                chosen.append(int(term))
        lists.append(chosen)
    return lists
