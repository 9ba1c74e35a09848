"""How many of a topic's articles hold its keywords: a topic whose articles do not is none that its keywords name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from topics.index import Index

# Keywords looked at, and how many of them an article has to hold.
TOP = 10
HELD = 2

# Of each topic, of each of its keywords, the look-up terms that are forms of it.
Keywords = Sequence[Sequence[frozenset[int]]]


def holding(keywords: Keywords, index: Index, strongest: NDArray[np.int64]) -> NDArray[np.int64]:
    """Articles of each topic that hold at least two of its keywords in any form: int64 (n_topics,).

    strongest : int64 (n_articles,), the topic of each article of the index, -1 for one that does not count.
    """
    found = np.zeros(len(keywords), np.int64)
    for topic, forms in enumerate(keywords):
        held = np.zeros(len(index), np.int32)
        for terms in set(forms):  # keywords with the same forms are one
            held[index.holding(terms)] += 1
        found[topic] = np.count_nonzero((held >= HELD) & (strongest == topic))
    return found
