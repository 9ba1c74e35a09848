"""Tokens to counts of terms, and counts to the weighted rows that topics are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.counting import count, frequencies, sightings
from topics.settings import Settings
from topics.strings import StringTable
from topics.text.spelling import commonest
from topics.text.terms import Terms
from topics.text.tokens import Tokens, Words


def idf(df: NDArray[Any], n_articles: int) -> NDArray[np.float32]:
    """Inverse document frequency ln((1 + n) / (1 + df)) + 1, as scikit-learn smooths it."""
    return np.asarray(np.log((1 + n_articles) / (1 + df.astype(np.float64))) + 1, np.float32)


def numbers(names: StringTable, order: NDArray[np.int64], terms: Sequence[str]) -> NDArray[np.int32]:
    """Where each term stands in `names`, -1 for none: int32 (len(terms),).  order : `names` by spelling."""
    # a dictionary of all names takes as long as looking a twentieth of them up one by one
    if len(terms) > len(names) // 20:
        table = {name: number for number, name in enumerate(names)}
        return np.array([table.get(term, -1) for term in terms], np.int32)
    places = (names.find(order, term) for term in terms)
    return np.array([-1 if place is None else place for place in places], np.int32)


def unit(X: Any) -> Any:
    """Each row divided by its length (L2); empty rows stay empty."""
    squares = X.data.astype(np.float64) ** 2
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    length = np.sqrt(np.bincount(rows, squares, X.shape[0]))
    length[length == 0] = 1
    X.data = (X.data / length[rows]).astype(np.float32)
    return X


@dataclass(frozen=True, slots=True)
class WordTable:
    """What is known of each distinct word: its term (-1 for a stop word or none), and whether it has a capital."""

    names: list[str]
    term: NDArray[np.int32]
    capital: NDArray[np.bool_]

    @classmethod
    def make(cls, words: Words, terms: Terms, *, numbers: bool = True) -> WordTable:
        """Every word to its term.  numbers : keep terms without a letter."""
        names: dict[str, int] = {}
        term = np.full(len(words), -1, np.int32)
        capital = np.zeros(len(words), np.bool_)
        for place, word in enumerate(words):
            capital[place] = word[0].isupper()
            name = terms.term(word)
            if name in terms.stop or not name or (len(name) == 1 and name.isascii() and name.isalpha()):
                continue
            if numbers or any(char.isalpha() for char in name):
                term[place] = names.setdefault(name, len(names))
        return cls(list(names), term, capital)


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The words that topics are made of: neither rare nor everywhere, as people write them, not stemmed.

    names : the terms, the most frequent first.  shown : their commonest spellings.  stems : int32, terms of one stem
    share a number.  df : int32.  n_articles, mean_length : of the fitted articles, length in weighted counts.
    """

    names: StringTable
    shown: StringTable
    order: NDArray[np.int64]
    stems: NDArray[np.int32]
    df: NDArray[np.int32]
    n_articles: int
    mean_length: float

    def __len__(self) -> int:
        return len(self.names)

    def weigh(self, counts: Any, settings: Settings) -> Any:
        """Counts to weights: float32 CSR of the same shape.  A row depends on no other row.

        Saturation and length as in BM25 (Robertson & Zaragoza 2009), times the IDF.
        """
        X = counts.copy()
        if settings.k1 is not None and self.mean_length > 0:
            lengths = np.bincount(np.repeat(np.arange(X.shape[0]), np.diff(X.indptr)), X.data, X.shape[0])
            dampen = settings.k1 * (1 - settings.b + settings.b * lengths / self.mean_length)
            X.data = X.data * (settings.k1 + 1) / (X.data + np.repeat(dampen, np.diff(X.indptr)))
        rare = idf(self.df, self.n_articles) ** np.float32(settings.idf_power)
        X.data = (X.data * rare[X.indices]).astype(np.float32)
        return unit(X) if settings.norm else X


def topic_terms(settings: Settings) -> Terms:
    """Words to the terms of topics."""
    return Terms(settings.language, stem=settings.stem, extra=settings.stop_words)


def fit(blocks: Sequence[Tokens], words: Words, settings: Settings) -> tuple[TopicWords, Any]:
    """The topics' words of all articles, and the articles counted in them: float32 CSR (n_articles, n_words).

    When the limits leave nothing (a handful of articles), every term stays.
    """
    table = WordTable.make(words, topic_terms(settings), numbers=False)
    n_terms = len(table.names)
    n_articles = sum(map(len, blocks))
    df = frequencies(blocks, table.term, n_terms)
    kept = np.flatnonzero((df >= settings.least_df(n_articles)) & (df <= max(1, settings.max_df * n_articles)))
    if not len(kept):
        kept = np.arange(n_terms)
    order = np.array(sorted(kept, key=lambda i: (-df[i], table.names[i])), np.int64)
    rank = np.full(n_terms, -1, np.int32)
    rank[order] = np.arange(len(order))
    term = np.where(table.term >= 0, rank[table.term], -1).astype(np.int32) if n_terms else table.term
    X = count(blocks, term, len(order), title_weight=settings.title_weight)
    names = StringTable.pack(table.names[i] for i in order)
    stems, groups = Terms(settings.language), dict[str, int]()
    stem = np.array([groups.setdefault(stems.term(name), len(groups)) for name in names], np.int32)
    inside, plain, total = sightings(blocks, table.capital)
    mean_length = float(X.data.sum(dtype=np.float64) / max(1, n_articles))
    shown = commonest(words, term, inside + 1e-3 * plain + 1e-6 * total, len(order))
    held = df[order].astype(np.int32)
    return TopicWords(names, shown, names.order(), stem, held, n_articles, mean_length), X


def encode(tokens: Tokens, words: Words, known: TopicWords, settings: Settings) -> Any:
    """Later articles in the topics' words: float32 CSR (n_articles, len(known)).  Unknown words are left out."""
    table = WordTable.make(words, topic_terms(settings), numbers=False)
    found = numbers(known.names, known.order, table.names)
    term = np.where(table.term >= 0, found[table.term], -1).astype(np.int32) if len(found) else table.term
    return count([tokens], term, len(known), title_weight=settings.title_weight)
