"""Words that belong together, such as "prime minister": found over the corpus, used to show labels and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from topics.text.tokens import Tokens

# Articles read for phrases, spread over all: enough for those that anybody would know.
MOST = 20_000
# A phrase stands at least so often, and is at least so large a part of what either of its words does.
LEAST = 3
PART = 0.3
# Of the rarer word it is more: "Gaza" without "Strip" is common, "Strip" without "Gaza" is not.
PART_OF_RARER = 0.5

Pairs = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]


def pairs(blocks: Sequence[Tokens], term: NDArray[np.int32], n_words: int, order: NDArray[np.int64]) -> Pairs:
    """Neighbouring topic words, left and right, and how often each word stands anywhere (n_words,).

    term : the topics' word of each word, -1 for none.  order : the articles by id; the same ones are read in whatever
    order they came.
    """
    wanted = np.zeros(len(order), np.bool_)
    wanted[order[:: max(1, -(-len(order) // MOST))]] = True
    left: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    right: list[NDArray[np.int32]] = [np.zeros(0, np.int32)]
    count = np.zeros(n_words, np.int64)
    first = 0
    for tokens in blocks:
        taken = np.repeat(wanted[first : first + len(tokens)], np.diff(tokens.starts))
        first += len(tokens)
        terms = np.where(taken, term[tokens.ids], -1)
        count += np.bincount(terms[terms >= 0], minlength=n_words)
        # the first word of a text stands behind a break, so no pair reaches over the end of an article
        beside = (terms[:-1] >= 0) & (terms[1:] >= 0) & ~tokens.breaks[1:]
        left.append(terms[:-1][beside].astype(np.int32))
        right.append(terms[1:][beside].astype(np.int32))
    return np.concatenate(left), np.concatenate(right), count


def phrases(found: Pairs, keywords: NDArray[np.int32]) -> dict[int, tuple[int, int]]:
    """Keyword -> the two words of the phrase it mostly stands in.  keywords : int32, any shape, -1 for none."""
    left, right, count = found
    n = np.int64(len(count))
    wanted = np.zeros(len(count), np.bool_)
    wanted[keywords[keywords >= 0]] = True
    kept = (wanted[left] | wanted[right]) & (left != right)
    codes, times = np.unique(left[kept] * n + right[kept], return_counts=True)
    a, b = codes // n, codes % n
    rarer, other = np.minimum(count[a], count[b]), np.maximum(count[a], count[b])
    good = (times >= LEAST) & (times >= PART_OF_RARER * rarer) & (times >= PART * other)
    best: dict[int, tuple[int, int]] = {}
    for i in np.flatnonzero(good)[np.argsort(-times[good], kind="stable")]:
        pair = int(a[i]), int(b[i])
        for word in pair:
            if wanted[word]:
                best.setdefault(word, pair)
    return best
