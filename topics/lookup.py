"""Articles as rows for look-up: every term kept, stems, names and openings weighing more, behind them the article's
topics and, of a headline, its concepts.

Constants were chosen together on lee50, wikiref220, headlines-uci and bbc; docs/quality.md says what each buys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import concepts
from topics.counting import Counts, count, frequencies, outside_title_case, sightings
from topics.index import Rows
from topics.kernels import spans
from topics.settings import Settings
from topics.strings import StringTable
from topics.text.mixed import LanguageWords
from topics.text.spelling import commonest
from topics.text.terms import Terms
from topics.text.tokens import Tokens, Words
from topics.vectorize import WordTable, idf, numbers, unit
from topics.vocabulary import TOPIC_BASE, Vocabulary

# A second mention of a term adds less than the first, yet more than a logarithm would give it.
POWER = 0.7
# A term that is always written with a capital inside sentences is a name, and weighs half as much again.
NAMES = 0.5
# Figures tell events apart, but less well than words.
NUMBERS = 0.7
# The first words of title and text count double: news says what it is about at once.
LEAD = 30
# Part of the score that shared topics give; the rest is shared terms. Only an article's strongest topics take part.
# A headline has few terms to share and leans more on topics: with SHORT terms or fewer they give TOPIC_PART_SHORT, with
# LONG or more TOPIC_PART, between them a part between; and on concepts, where the corpus is of headlines, likewise
# (.2, .25, .3 have average precisions of .781, .789, .794, and lean ever more on what no word says).
TOPIC_PART, TOPIC_PART_SHORT = 0.07, 0.11
CONCEPT_PART = 0.25
SHORT, LONG = 10, 20
# Few topics say little: with fewer than this the part falls with their number.
ENOUGH_TOPICS = 14
TOPICS_KEPT = 5
# Articles that are brought together with their topics at a time.
ROWS = 4096


@dataclass(frozen=True, slots=True)
class Encoded:
    """Articles in the terms of a vocabulary.

    counts : float32 CSR (n_articles, n_terms + len(new)), terms unknown to the vocabulary behind the known ones.
    new : those terms, in the order they came.  shown : as people write them.  capital : float32, for each count of
    such a term, in the order of ``counts.data``: the share of its places inside sentences of that article where it has
    a capital.  (Of that article alone: a row does not depend on what it came with.)
    """

    counts: Any
    new: tuple[str, ...]
    shown: tuple[str, ...]
    capital: NDArray[np.float32]

    @classmethod
    def known(cls, rows: Rows, n_terms: int) -> Encoded:
        """Articles without a new term.  rows : their counts."""
        counts = sparse.csr_matrix((rows.values, rows.terms, rows.starts), shape=(len(rows), n_terms))
        return cls(counts, (), (), np.zeros(0, np.float32))


def fit(blocks: Sequence[Tokens], words: Words | LanguageWords, settings: Settings) -> tuple[Vocabulary, Rows]:
    """The vocabulary of all articles, and how often each term stands in each of them."""
    table = WordTable.make(words, terms_of(settings))
    n_terms = len(table.names)
    df = frequencies(blocks, table.term, n_terms)
    # frequent terms lie together: their postings are read together
    order, term, spelled = table.by_frequency(df, np.ones(n_terms, np.bool_))
    X = count(blocks, term, n_terms, lead=LEAD)
    inside, plain, total = sightings(blocks, table.capital)
    names = StringTable.pack(table.names[i] for i in order)
    shown = commonest(words, term, inside + 1e-3 * plain + 1e-6 * total, n_terms)
    vocabulary = Vocabulary(
        names,
        shown,
        spelled,
        df[order].astype(np.int32),
        capital_share(table.capital, term, inside, n_terms),
        X.shape[0],
        concepts.fit(X, np.diff(X.indptr) <= LONG),
    )
    return vocabulary, Rows.from_csr(X)


def encode(tokens: Tokens, words: Words | LanguageWords, vocabulary: Vocabulary, settings: Settings) -> Encoded:
    """Later articles in the terms of a fitted vocabulary."""
    table = WordTable.make(words, terms_of(settings))
    found = numbers(vocabulary.names, vocabulary.order, table.names)
    unknown = np.flatnonzero(found < 0)
    n_known, n_terms = len(vocabulary), len(vocabulary) + len(unknown)
    found[unknown] = np.arange(n_known, n_terms)
    term = np.where(table.term >= 0, found[table.term], -1).astype(np.int32) if len(found) else table.term
    X = count([tokens], term, n_terms, lead=LEAD)
    names = tuple(table.names[i] for i in unknown)
    inside, plain, total = sightings([tokens], table.capital)
    behind = np.where(term >= n_known, term - n_known, -1).astype(np.int32)
    shown = commonest(words, behind, inside + 1e-3 * plain + 1e-6 * total, len(unknown))
    return Encoded(X, names, tuple(shown), new_capital(X, tokens, term, table.capital, n_known))


def rows(encoded: Encoded, vocabulary: Vocabulary) -> Any:
    """Rows of unit length: float32 CSR of the shape of the counts.

    count ** POWER * idf, more for names and less for figures.  A term that the vocabulary does not know has the IDF of
    a term seen once, so rows made earlier stay valid.
    """
    X = encoded.counts.copy()
    np.power(X.data, POWER, out=X.data)
    if len(encoded.new):
        known = X.indices < len(vocabulary)
        X.data[known] *= weight_of(vocabulary, X.indices[known])
        figures = np.array([name[0] in "0123456789" for name in encoded.new], np.bool_)
        new = X.indices[~known] - len(vocabulary)
        once = np.ones(len(new), np.int64)
        X.data[~known] *= weight(once, encoded.capital, figures[new], vocabulary.n_articles)
    elif len(X.indices) < len(vocabulary):
        X.data *= weight_of(vocabulary, X.indices)
    else:  # of many articles each term once
        X.data *= weight_of(vocabulary, slice(None))[X.indices]
    return unit(X)


def weight_of(vocabulary: Vocabulary, terms: NDArray[np.int32] | slice) -> NDArray[np.float32]:
    """What some terms of the vocabulary count."""
    first = vocabulary.names.data[vocabulary.names.offsets[:-1][terms]]
    figures = (first >= ord("0")) & (first <= ord("9"))
    return weight(vocabulary.df[terms], vocabulary.capital[terms], figures, vocabulary.n_articles)


def weight(
    df: NDArray[Any], capital: NDArray[np.float32], figures: NDArray[np.bool_], n_articles: int
) -> NDArray[np.float32]:
    """What terms count: their IDF, more for names and less for figures.  float32, as long as each of the arrays."""
    return (idf(df, n_articles) * (1 + NAMES * capital) * np.where(figures, NUMBERS, 1)).astype(np.float32)


def with_topics(X: Any, W: Any, C: Any) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Rows of terms, topics and concepts in one: their product is the blend of their cosines.

    X : CSR (n_articles, n_terms), unit rows.  W : float32 (n_articles, n_topics), weights of topics.  C : CSR
    (n_known, n_concepts), concepts of the first terms, as ``Vocabulary.concepts``.
    Returns starts, terms (topics from TOPIC_BASE on, concepts behind them) and values; rows are of unit length, without
    topics or concepts too.
    """
    found = [_with_topics(X[slice(*span)], W[slice(*span)], C) for span in spans(X.shape[0], ROWS)]
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(A.indptr) for A in found)])
    terms = np.concatenate([np.zeros(0, np.int32), *(A.indices for A in found)], dtype=np.int32)
    values = np.concatenate([np.zeros(0, np.float32), *(A.data for A in found)], dtype=np.float32)
    terms[terms >= X.shape[1]] += TOPIC_BASE - X.shape[1]
    return np.cumsum(sizes, dtype=np.int64), terms, values


def _with_topics(X: Any, W: Any, C: Any) -> Any:
    """The same for some rows: CSR, topics behind the last term."""
    W = W.copy()
    shortness = np.clip((LONG - np.diff(X.indptr)) / (LONG - SHORT), 0, 1)
    part = TOPIC_PART + (TOPIC_PART_SHORT - TOPIC_PART) * shortness
    part *= min(1, W.shape[1] / ENOUGH_TOPICS)
    if W.shape[1] > TOPICS_KEPT:
        least = np.partition(W, W.shape[1] - TOPICS_KEPT, axis=1)[:, W.shape[1] - TOPICS_KEPT]
        W[least[:, None] > W] = 0
    T, K = unit(sparse.csr_matrix(W)), concepts.of_articles(X, C)
    of_topics = np.where(np.diff(T.indptr) > 0, part, 0)
    of_concepts = CONCEPT_PART * shortness * concepts.told(X, C)
    parts = [(X, 1 - of_topics - of_concepts), (T, of_topics), (K, of_concepts)]
    whole = sparse.hstack([sparse.diags(np.sqrt(p).astype(np.float32)) @ A for A, p in parts], format="csr")
    whole.eliminate_zeros()
    whole.sort_indices()
    return whole


def terms_of(settings: Settings) -> Terms:
    """Words to terms as the settings say."""
    return Terms(settings.language, stem=True, extra=settings.stop_words)


def guessed(words: Words | LanguageWords, vocabulary: Vocabulary, settings: Settings) -> Words | LanguageWords:
    """The words of a short text, whose language nothing tells, in that of the corpus's that has most of their terms."""
    languages = settings.language.split("+")
    if not settings.by_article or words.languages is not None or len(languages) == 1:
        return words
    best: Words | LanguageWords = words
    most = 0
    for language in languages:
        tried = LanguageWords(list(words), [language] * len(words))
        known = numbers(vocabulary.names, vocabulary.order, WordTable.make(tried, terms_of(settings)).names) >= 0
        if known.sum() > most:
            best, most = tried, int(known.sum())
    return best


def new_capital(
    X: Any, tokens: Tokens, term: NDArray[np.int32], capital: NDArray[np.bool_], n_known: int
) -> NDArray[np.float32]:
    """`Encoded.capital`.  X : the counts.  term, capital : of each word."""
    terms = term[tokens.ids]
    article = np.repeat(np.arange(len(tokens)), np.diff(tokens.starts))
    taken = (terms >= n_known) & ~tokens.breaks & outside_title_case(tokens, capital)
    counted = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr)) * X.shape[1] + X.indices
    at = np.searchsorted(counted, article[taken] * X.shape[1] + terms[taken])
    every = np.bincount(at, minlength=len(counted))
    upper = np.bincount(at, capital[tokens.ids[taken]], minlength=len(counted))
    share = np.divide(upper, every, out=np.zeros(len(counted)), where=every > 0)
    return np.asarray(share[X.indices >= n_known], np.float32)


def capital_share(capital: NDArray[np.bool_], term: NDArray[Any], inside: Counts, n_terms: int) -> NDArray[np.float32]:
    """float32 (n_terms,): share of a term's places inside sentences where it has a capital."""
    known = term >= 0
    upper = np.bincount(term[known & capital], inside[known & capital], minlength=n_terms)
    every = np.bincount(term[known], inside[known], minlength=n_terms)
    return np.divide(upper, every, out=np.zeros(n_terms), where=every > 0).astype(np.float32)
