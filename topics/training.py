"""The whole way from articles to a model in its folder; the only place that runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from topics import duplicates, lookup, vectorize
from topics.corpus.cleaning import Furniture, Learner, filed, words_of
from topics.drift import Familiarity
from topics.errors import SettingError, SourceError
from topics.facets import Facets
from topics.factorize import Factors, explained, factorise, weights
from topics.graph import matrix
from topics.index import Index, Rows
from topics.keywords import relevance, top_terms
from topics.later import LaterTerms
from topics.model import Model, Topics, parts
from topics.records import Article
from topics.segment import NONE_REMOVED, Segment
from topics.settings import Settings
from topics.store.articles import ArticleFile, ArticleWriter
from topics.store.commit import Transaction
from topics.store.models import load, save
from topics.stories import stories
from topics.text.languages import Sample, joined
from topics.text.tokens import Tokens, Words, tokenise

# Stage, steps done, steps in all (None when unknown).
Progress = Callable[[str, int, int | None], None]

# Articles in memory at a time.
BLOCK = 2000
# Keywords kept for each topic.
KEYWORDS = 50
# Topics with a cosine from here on are one topic twice.
TWINS = 0.999
# A topic needs a few articles to be one.
ARTICLES_PER_TOPIC = 5


def fit_to(
    path: Path,
    articles: Iterable[Article],
    settings: Settings,
    *,
    n_topics: int | None = None,
    replace_model: bool = False,
    keep_text: bool = True,
    detect: bool = False,
    needed: int = 0,
    info: Callable[[], Mapping[str, Any]] = dict,
    progress: Progress = lambda stage, done, total: None,
) -> Model:
    """Fit a model on articles, read once, and commit it to a folder.

    n_topics : None for the default of the settings, at most a fifth of the articles.  detect : tell the language from
    the articles, whatever the settings say; the manifest gets the shares.  needed : bytes that the model
    will take, as far as known; MachineError when the disk has less.  info : asked after reading, JSON
    values for the manifest.  Raises SourceError when there is no article, SettingError for more topics than articles,
    ModelExists; whatever happens, a model that was there stays as it was until the new one is whole.
    """
    mode: Literal["replace", "create"] = "replace" if replace_model else "create"
    with Transaction(path, mode, needed) as transaction:
        file = transaction.new_path("articles", ".sqlite")
        learner, languages = Learner(), Sample()
        with ArticleWriter(file) as writer:
            for done, article in enumerate(articles, 1):
                kept = filed(article) if settings.clean else article
                if writer.add(kept) is not None:
                    if settings.clean:
                        learner.add(kept)
                    if detect:
                        languages.add(kept.id, kept.lang, kept.title, kept.text)
                if done % 500 == 0:
                    progress("reading", done, None)
            n_articles = len(writer)
        if not n_articles:
            raise SourceError("no article to train on; `topics read SOURCE` shows what was found")
        settings = replace(settings, n_topics=number_of_topics(settings, n_topics, n_articles))
        shares = languages.shares()
        if detect:
            settings = replace(settings, language=joined(shares))
        reader = ArticleFile(file)
        try:
            furniture = learner.furniture() if settings.clean else None
            blocks, words = tokens_of(reader, furniture, n_articles, progress)
            vocabulary, encoded = lookup.fit(blocks, words, settings)
            found, counts = vectorize.fit(blocks, words, settings)
            runs = duplicates.runs(blocks, words)
            del blocks
            order = np.array(sorted(range(n_articles), key=ids_of(reader).__getitem__), np.int64)
            fitted, P, reproduced = fit_topics(found, counts, settings, order, progress)
            facets = Facets.build(reader.scan(text=False))
        finally:
            reader.close()
        progress("indexing", 0, None)
        rows = Rows(*lookup.with_topics(lookup.rows(encoded, vocabulary), P))
        known = Familiarity.make(encoded.counts, vocabulary.df == 1, reproduced, added=False)
        progress("finding stories", 0, None)
        numbers = np.empty(n_articles, np.int32)
        numbers[order] = stories(matrix(rows)[order], facets.dates[order])
        index, none_later = Index.build(rows), LaterTerms.pack({})
        segment = Segment(index, Rows.from_dense(P), facets, known, none_later, runs, numbers, NONE_REMOVED)
        if not keep_text:
            file = without_text(transaction, file)
        more = {"text": keep_text, "languages": shares, **info()}
        save(transaction, settings, furniture, vocabulary, fitted, segment, file, more, {"fitted_articles": n_articles})
    return load(path)


def number_of_topics(settings: Settings, wanted: int | None, n_articles: int) -> int:
    """Topics to fit: as wanted, if there are as many articles; else the default, at most a fifth of the articles."""
    if wanted is None:
        return max(1, min(settings.n_topics, n_articles // ARTICLES_PER_TOPIC))
    replace(settings, n_topics=wanted)  # says when it is out of range
    if wanted > n_articles:
        most = max(1, n_articles // ARTICLES_PER_TOPIC)
        raise SettingError(f"{wanted} topics are more than the {n_articles} articles; try {most} or fewer")
    return wanted


def tokens_of(
    reader: ArticleFile, furniture: Furniture | None, n_articles: int, progress: Progress
) -> tuple[list[Tokens], Words]:
    """The tokens of all articles, in blocks, and their distinct words."""
    words = Words()
    blocks: list[Tokens] = []
    rest = (words_of(article, furniture) for article in reader.scan())
    while len(blocks) * BLOCK < n_articles:
        blocks.append(tokenise(islice(rest, BLOCK), words))
        progress("splitting into words", min(len(blocks) * BLOCK, n_articles), n_articles)
    return blocks, words


def ids_of(reader: ArticleFile) -> list[str]:
    """Every id, in the order of rows."""
    return [article.id for article in reader.scan(text=False)]


def fit_topics(
    found: vectorize.TopicWords, counts: Any, settings: Settings, order: NDArray[np.int64], progress: Progress
) -> tuple[Topics, NDArray[np.float32], NDArray[np.float32]]:
    """Topics, largest share first; the parts of each article, float32 (n_articles, n_topics); what they explain of it.

    order : the articles by id; topics are fitted in it, so that they do not depend on the order of reading.
    """
    X = found.weigh(counts, settings)
    if not len(found) or not X.nnz:
        raise SourceError("nothing but stop words in these articles; are they in a language that is not English?")
    factors = factorise(
        X[order],
        settings.n_topics,
        seed=settings.seed,
        max_iter=settings.max_iter,
        tol=settings.tol,
        progress=lambda done, total: progress("finding topics", done, total),
    )
    factors = replace(factors, H=without_twins(factors.H))
    share = parts(weights(X, factors.H), factors.H)[order].mean(axis=0, dtype=np.float64)
    ranked = np.argsort(-share, kind="stable")
    ranked = ranked[share[ranked] > 0]  # a topic that no article has is none: a corpus of copies has one
    fitted = describe(found, factors, ranked, share)
    W = weights(X, fitted.H)  # again: as later articles are weighed, to the last bit
    return fitted, parts(W, fitted.H), explained(X, W, fitted.H)


def without_twins(H: NDArray[np.float32]) -> NDArray[np.float32]:
    """Topics that differ: when fewer directions are in the articles than topics asked for, the rest are repeated."""
    length = np.linalg.norm(H, axis=1)
    D = H / np.where(length > 0, length, 1)[:, None]
    kept: list[int] = []
    for topic in np.flatnonzero(length > 0):
        if not kept or (D[kept] @ D[topic]).max() < TWINS:
            kept.append(int(topic))
    return np.ascontiguousarray(H[kept])


def describe(
    found: vectorize.TopicWords, factors: Factors, ranked: NDArray[np.int64], share: NDArray[np.float64]
) -> Topics:
    """The topics in their order, with keywords and labels."""
    H = np.ascontiguousarray(factors.H[ranked])
    R = relevance(H)
    lists = top_terms(R, found.stems, KEYWORDS)
    keywords = np.full((len(H), max(map(len, lists), default=0)), -1, np.int32)
    scores = np.zeros(keywords.shape, np.float32)
    for topic, terms in enumerate(lists):
        keywords[topic, : len(terms)] = terms
        scores[topic, : len(terms)] = R[topic, terms]
    labels = tuple(", ".join(found.shown[term] for term in terms[:3]) for terms in lists)
    shares = share[ranked].astype(np.float32)
    return Topics(found, H, keywords, scores, shares, labels, factors.errors, factors.converged)


def without_text(transaction: Transaction, file: Path) -> Path:
    """A copy of the articles that can be published: no texts."""
    bare = transaction.new_path("articles", ".sqlite")
    reader = ArticleFile(file)
    try:
        reader.copy(bare, text=False)
    finally:
        reader.close()
    return bare
