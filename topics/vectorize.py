"""Tokens to counts of terms, and counts to the weighted rows that topics are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import kernels
from topics.counting import count, frequencies, sightings
from topics.settings import Settings
from topics.strings import StringTable
from topics.text.mixed import LanguageWords
from topics.text.spelling import commonest
from topics.text.terms import Terms, fold
from topics.text.tokens import Tokens, Words

# Weights from which on the compiled way is taken: a tenth of a second of the plain one.
BULK = 3_000_000


def idf(df: NDArray[Any], n_articles: int) -> NDArray[np.float32]:
    """Inverse document frequency ln((1 + n) / (1 + df)) + 1, as scikit-learn smooths it."""
    return np.asarray(np.log((1 + n_articles) / (1 + df.astype(np.float64))) + 1, np.float32)


def numbers(names: StringTable, order: NDArray[np.int64], terms: Sequence[str]) -> NDArray[np.int32]:
    """Where each term stands in `names`, -1 for none: int32 (len(terms),).  order : `names` by spelling."""
    return names.find_all(order, terms).astype(np.int32)


def unit(X: Any) -> Any:
    """Each row divided by its length (L2); empty rows stay empty.  X : float32 CSR, changed."""
    module = kernels.pays("weights", X.nnz, BULK)
    if module is not None and X.dtype == np.float32:
        module.unit(X)
        return X
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    length = np.sqrt(np.bincount(rows, X.data.astype(np.float64) ** 2, X.shape[0]))
    length[length == 0] = 1
    X.data = (X.data / length[rows]).astype(np.float32)
    return X


def strongest(X: Any, k: int) -> Any:
    """Rows with their k strongest terms only (more when the last ones tie), of unit length again.  X : changed."""
    sizes = np.diff(X.indptr)
    for row in np.flatnonzero(sizes > k):
        part = slice(X.indptr[row], X.indptr[row + 1])
        values = X.data[part]
        values[values < np.partition(values, len(values) - k)[len(values) - k]] = 0
    X.eliminate_zeros()
    return unit(X)


def lengths(X: Any) -> NDArray[np.float64]:
    """The sum of each row: (n_rows,)."""
    module = kernels.pays("weights", X.nnz, BULK)
    if module is not None:
        return np.asarray(module.lengths(X))
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    return np.asarray(np.bincount(rows, X.data, X.shape[0]), np.float64)


def scale(X: Any, rare: NDArray[np.float32]) -> None:
    """Each column times a number, in place.  X : float32 CSR.  rare : float32 (n_columns,)."""
    module = kernels.pays("weights", X.nnz, BULK)
    if module is not None:
        module.scale(X, rare)
    else:
        X.data *= rare[X.indices]


def saturate(X: Any, half: NDArray[np.float64], most: float, rare: NDArray[np.float32]) -> None:
    """Counts to count * most / (count + half) * rare, in place.

    X : float32 CSR.  half : (n_rows,), the count that reaches half of `most`.  rare : float32 (n_columns,).
    """
    module = kernels.pays("weights", X.nnz, BULK)
    if module is not None:
        module.saturate(X, half, most, rare)
        return
    weight = X.data * np.float32(most) / (X.data + np.repeat(half, np.diff(X.indptr)))
    X.data = (weight * rare[X.indices]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class WordTable:
    """What is known of each distinct word: its term (-1 for a stop word or none), and whether it has a capital."""

    names: list[str]
    term: NDArray[np.int32]
    capital: NDArray[np.bool_]

    @classmethod
    def make(cls, words: Words | LanguageWords, terms: Terms, *, numbers: bool = True) -> WordTable:
        """Every word to its term.  numbers : keep terms without a letter."""
        names: dict[str, int] = {}
        forms: dict[str, dict[str, int]] = {}  # by language
        now, own = None, terms
        known: dict[str, int] = {}  # the spellings of a word fold to few forms, and each is stemmed once
        term: list[int] = []
        for word, language in zip(words, words.languages or repeat("")):  # noqa: B905 - the latter has no end
            if language != now:
                now, own, known = language, terms.of(language), forms.setdefault(language, {})
            form = fold(word, own.language)
            number = known.get(form)
            if number is None:
                name = own.of_folded(form)
                number = names.setdefault(name, len(names)) if _counts(name, own, numbers) else -1
                known[form] = number
            term.append(number)
        capital = np.fromiter((word[0].isupper() for word in words), np.bool_, len(words))
        return cls(list(names), np.array(term, np.int32), capital)

    def by_frequency(
        self, df: NDArray[np.int64], kept: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
        """The terms that are kept, the most frequent first, ties by spelling.

        df : int64 (n_terms,).  Returns the old number of each; the new number of each word's term, -1 for none, int32
        (n_words,); and the new numbers by spelling.
        """
        spelled = np.array(sorted(np.flatnonzero(kept).tolist(), key=self.names.__getitem__), np.int64)
        order = spelled[np.argsort(-df[spelled], kind="stable")]
        rank = np.full(len(self.names) + 1, -1, np.int32)  # the last one is for words without a term
        rank[order] = np.arange(len(order))
        return order, rank[self.term], rank[spelled].astype(np.int64)


def _counts(name: str, terms: Terms, numbers: bool) -> bool:
    """Whether a term counts: no stop word, no single letter of the alphabet, and with a letter unless numbers do."""
    if name in terms.stop or not name or (len(name) == 1 and name.isascii() and name.isalpha()):
        return False
    return numbers or name.isalpha() or any(map(str.isalpha, name))  # most are of letters alone


@dataclass(frozen=True, slots=True)
class TopicWords:
    """The words that topics are made of: neither rare nor everywhere, as people write them, not stemmed.

    names : the terms, the most frequent first.  shown : their commonest spellings.  df : int32.  n_articles,
    mean_length : of the fitted articles, length in weighted counts.
    """

    names: StringTable
    shown: StringTable
    order: NDArray[np.int64]
    df: NDArray[np.int32]
    n_articles: int
    mean_length: float

    def __len__(self) -> int:
        return len(self.names)

    def idf(self) -> NDArray[np.float32]:
        """float32 (n_terms,)."""
        return idf(self.df, self.n_articles)

    def within(self, counts: Any, settings: Settings) -> tuple[TopicWords, NDArray[np.int64]]:
        """The words that are neither rare nor everywhere in some articles, and their columns.

        counts : CSR (n_articles, n_words), in the words that there are.  All stay when none would.
        """
        n_articles = counts.shape[0]
        df = np.bincount(counts.indices, minlength=len(self)).astype(np.int32)
        kept = np.flatnonzero((df >= settings.least_df(n_articles)) & (df <= max(1, settings.max_df * n_articles)))
        if not len(kept):
            kept = np.arange(len(self))
        names, shown = (StringTable.pack(table[int(i)] for i in kept) for table in (self.names, self.shown))
        mean_length = float(counts[:, kept].data.sum(dtype=np.float64) / max(1, n_articles))
        return TopicWords(names, shown, names.order(), df[kept], n_articles, mean_length), kept.astype(np.int64)

    def weigh(self, counts: Any, settings: Settings) -> Any:
        """Counts to weights: float32 CSR of the same shape.  A row depends on no other row.

        Saturation and length as in BM25 (Robertson & Zaragoza 2009), times the IDF.
        """
        # its own values at the places of the counts, which nobody changes
        X = sparse.csr_matrix((counts.data.copy(), counts.indices, counts.indptr), shape=counts.shape)
        rare = self.idf() ** np.float32(settings.idf_power)
        if settings.k1 is not None and self.mean_length > 0:
            half = settings.k1 * (1 - settings.b + settings.b * lengths(X) / self.mean_length)
            saturate(X, half, settings.k1 + 1, rare)
        else:
            scale(X, rare)
        return unit(X) if settings.norm else X


def topic_terms(settings: Settings) -> Terms:
    """Words to the terms of topics."""
    return Terms(settings.language, stem=settings.stem, extra=settings.stop_words)


def fit(
    blocks: Sequence[Tokens], words: Words | LanguageWords, settings: Settings
) -> tuple[TopicWords, Any, NDArray[np.int32]]:
    """The topics' words of all articles, the articles counted in them, and which of them each word is.

    Counts are float32 CSR (n_articles, n_topic_words), the last is as `known_terms` would give it.  When the limits
    leave nothing (a handful of articles), every term stays.
    """
    table = WordTable.make(words, topic_terms(settings), numbers=False)
    n_terms = len(table.names)
    n_articles = sum(map(len, blocks))
    df = frequencies(blocks, table.term, n_terms)
    kept = (df >= settings.least_df(n_articles)) & (df <= max(1, settings.max_df * n_articles))
    order, term, spelled = table.by_frequency(df, kept if kept.any() else np.ones(n_terms, np.bool_))
    X = count(blocks, term, len(order), title_weight=settings.title_weight)
    names = StringTable.pack(table.names[i] for i in order)
    inside, plain, total = sightings(blocks, table.capital)
    mean_length = float(X.data.sum(dtype=np.float64) / max(1, n_articles))
    shown = commonest(words, term, inside + 1e-3 * plain + 1e-6 * total, len(order))
    held = df[order].astype(np.int32)
    return TopicWords(names, shown, spelled, held, n_articles, mean_length), X, term


def known_terms(words: Words | LanguageWords, known: TopicWords, settings: Settings) -> NDArray[np.int32]:
    """The topics' word of each word, -1 for none: int32 (n_words,)."""
    table = WordTable.make(words, topic_terms(settings), numbers=False)
    found = numbers(known.names, known.order, table.names)
    return np.where(table.term >= 0, found[table.term], -1).astype(np.int32) if len(found) else table.term


def encode(tokens: Tokens, words: Words | LanguageWords, known: TopicWords, settings: Settings) -> Any:
    """Later articles in the topics' words: float32 CSR (n_articles, len(known)).  Unknown words are left out."""
    term = known_terms(words, known, settings)
    return count([tokens], term, len(known), title_weight=settings.title_weight)
