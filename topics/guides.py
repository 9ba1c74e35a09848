"""Topics asked for by a name and a few words, as "economy=inflation,interest rate,bank"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.errors import SettingError
from topics.factorize import rotated
from topics.settings import Settings
from topics.text.terms import Terms
from topics.text.words import split
from topics.vectorize import TopicWords

Dense = NDArray[np.float32]
Guides = tuple[tuple[str, tuple[str, ...]], ...]

# What a guide weighs, in articles of an average topic. At 0.1 a small one ("cancer, disease, hospital" in BBC) turns
# into a larger topic beside it; from 0.4 to 1.5 all tried held.
PULL = 0.5


def parse(lines: Iterable[str]) -> Guides:
    """ "economy=inflation,interest rate,bank" and the like to names and words; empty lines and # are left out."""
    found = []
    for line in lines:
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, words = line.partition("=")
        if not equals or not name.strip() or not words.strip(" ,"):
            raise SettingError(f"guide {line!r}: write a name and words, as in economy=inflation,interest rate,bank")
        found.append((name.strip(), tuple(word.strip() for word in words.split(",") if word.strip())))
    return tuple(found)


def of_mapping(guides: Mapping[str, Sequence[str]]) -> Guides:
    """The same from a mapping of names to words."""
    return tuple((str(name), (words,) if isinstance(words, str) else tuple(words)) for name, words in guides.items())


def entries(words: Sequence[str], known: TopicWords, settings: Settings) -> list[list[NDArray[np.int64]]]:
    """Of each entry that the articles know: the terms of each of its words, in all their forms.

    "interest rate" has two words, and an article must hold a form of both.
    """
    stemmer = Terms(settings.language)
    stems: dict[str, list[int]] = {}
    for term, name in enumerate(known.names):
        stems.setdefault(stemmer.term(name), []).append(term)
    found = []
    for entry in words:
        terms = [stemmer.term(word.word) for word in split(entry)]
        if terms and all(term in stems for term in terms):
            found.append([np.array(stems[term], np.int64) for term in terms])
    return found


def centroids(X: Any, known: TopicWords, settings: Settings) -> Dense:
    """What each guide asks for: float32 (n_guides, n_words), the mean of the articles that hold its entries.

    An article counts by the square of how many entries it holds.  Raises SettingError when no article holds any.
    """
    rows = np.zeros((len(settings.guides), X.shape[1]), np.float32)
    held = X.astype(np.bool_).tocsc()
    for number, (name, words) in enumerate(settings.guides):
        hits = np.zeros(X.shape[0])
        for entry in entries(words, known, settings):
            hits += np.logical_and.reduce([_any(held, terms) for terms in entry])
        if not hits.any():
            raise SettingError(
                f"guide {name!r}: no article holds {', '.join(words)} (rare words are not counted); try other words"
            )
        rows[number] = np.asarray(X.T @ (hits**2) / np.sum(hits**2), np.float32)
    return rows


def _any(held: Any, terms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool (n_articles,): the article holds one of the terms.  held : CSC."""
    return np.asarray(held[:, terms].sum(axis=1)).ravel() > 0


def guided(X: Any, asked: Dense, n_topics: int, seed: int) -> tuple[Any, tuple[Dense, Dense]]:
    """The articles with a row for each guide behind them, and a start in which the guided topics come first.

    A row weighs as much as the articles of an average topic, so the fit keeps a topic for it, and fills it from the
    articles.
    """
    n_articles, n_guides = X.shape[0], len(asked)
    if n_topics < n_guides:
        raise SettingError(f"{n_topics} topics are fewer than the {n_guides} asked for by name; try {2 * n_guides}")
    squares = float(np.dot(X.data.astype(np.float64), X.data)) / n_articles
    length = np.linalg.norm(asked, axis=1, keepdims=True)
    pull = np.sqrt(PULL * squares * n_articles / n_topics)
    both = sparse.vstack([X, sparse.csr_matrix(asked * np.float32(pull) / length)], format="csr")
    W, H = np.zeros((n_articles + n_guides, n_topics), np.float32), np.zeros((n_topics, X.shape[1]), np.float32)
    W[:, :n_guides] = np.asarray(both @ asked.T, np.float32) / (length**2).T
    H[:n_guides] = asked
    if n_topics > n_guides:
        # without the guides' rows, or other topics would begin at them
        W[:n_articles, n_guides:], H[n_guides:] = rotated(X, n_topics - n_guides, seed)
    return both, (W, H)
