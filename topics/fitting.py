"""Counted articles to named topics: the fit, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import naming, vectorize
from topics.alignment import Matched, like
from topics.collocations import Pairs, phrases
from topics.errors import SourceError
from topics.factorize import Factors, explained, factorise, weights
from topics.fitted import Topics, parts
from topics.guides import centroids, guided
from topics.index import Rows
from topics.keywords import presence, ranked, relevance
from topics.pieces import Pieces, weighed
from topics.settings import Settings

# Stage, steps done, steps in all (None when unknown).
Progress = Callable[[str, int, int | None], None]

# Keywords kept for each topic.
KEYWORDS = 50
# Keywords that a label is made of.
LABEL = 10
# Terms, the most frequent first, and articles by which topics are grouped.
THEME_TERMS = 50_000
THEME_ARTICLES = 20_000
# Topics with a cosine from here on are one topic twice.
TWINS = 0.999


@dataclass(frozen=True, slots=True)
class Fit:
    """What a fit gives.

    topics : the topics.  P : float32 (n_articles, n_topics), parts of each article.  explained : float32
    (n_articles,), share of its squared weight.  matched : what became of the old model's topics, if there was one.
    """

    topics: Topics
    P: NDArray[np.float32]
    explained: NDArray[np.float32]
    matched: Matched | None = None


def fit_topics(
    found: vectorize.TopicWords,
    counts: Any,
    pieces: Pieces | None,
    settings: Settings,
    order: NDArray[np.int64],
    pairs: Pairs,
    progress: Progress,
    old: Topics | None = None,
) -> Fit:
    """Topics, largest share first, behind those asked for by name; or, with `old`, those of another model first.

    pieces : the same articles cut up, if they were.  order : the articles by id; topics are fitted in it, so that they
    do not depend on the order of reading.  pairs : neighbouring words, for labels.
    """
    X = found.weigh(counts, settings)
    if not len(found) or not X.nnz:
        raise SourceError("nothing but stop words in these articles; are they in a language that is not English?")
    cut = None if pieces is None else weighed(pieces.of(order), found, settings)
    factors = factors_of(X[order], cut, found, settings, lambda done, total: progress("finding topics", done, total))
    factors = replace(factors, W=factors.W[:0].copy())  # let go: every article is weighed alike, in the end
    P = parts(weights(X, factors.H), factors.H)
    share = P[order].mean(axis=0, dtype=np.float64)
    first = len(settings.guides)
    by_share = first + np.argsort(-share[first:], kind="stable")
    by_share = by_share[share[by_share] > 0]  # a topic that no article has is none: a corpus of copies has one
    numbers = np.concatenate([np.arange(first), by_share])
    # in the order of ids, so that sums do not depend on the order of reading
    fitted = describe(found, factors, numbers, counts[order], P[order], pairs, settings)
    del P, factors
    matched = None
    if old is not None:
        sequence, names, matched = like(old, fitted)
        fitted = replace(permuted(fitted, np.array(sequence, np.int64)), names=names)
    W = weights(X, fitted.H)  # again: as later articles are weighed, to the last bit
    P = parts(W, fitted.H)
    return Fit(fitted, P, explained(X, W, fitted.H), matched)


def factors_of(
    X: Any,
    pieces: Any | None,
    found: vectorize.TopicWords,
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> Factors:
    """Factors of weighed articles, or of their pieces, no two the same; those of the guides come first.

    X, pieces : CSR.  The rows of the factors' W are the pieces when there are any.
    """
    rows, start = X if pieces is None else pieces, None
    n_rows = rows.shape[0]
    if settings.guides:
        rows, start = guided(rows, centroids(X, found, settings), settings.n_topics, settings.seed)
    factors = factorise(
        rows,
        settings.n_topics,
        start=start,
        seed=settings.seed,
        max_iter=settings.max_iter,
        tol=settings.tol,
        progress=progress,
    )
    return replace(factors, W=factors.W[:n_rows], H=without_twins(factors.H, len(settings.guides)))


def without_twins(H: NDArray[np.float32], first: int = 0) -> NDArray[np.float32]:
    """Topics that differ: when fewer directions are in the articles than topics asked for, the rest are repeated.

    first : so many are kept whatever they are.
    """
    length = np.linalg.norm(H, axis=1)
    D = H / np.where(length > 0, length, 1)[:, None]
    kept: list[int] = list(range(first))
    for topic in np.flatnonzero(length > 0):
        if topic >= first and (not kept or (D[kept] @ D[topic]).max() < TWINS):
            kept.append(int(topic))
    return np.ascontiguousarray(H[kept])


def describe(
    found: vectorize.TopicWords,
    factors: Factors,
    numbers: NDArray[np.int64],
    counts: Any,
    P: NDArray[np.float32],
    pairs: Pairs,
    settings: Settings,
) -> Topics:
    """The topics in their order, with keywords and names.

    numbers : the factor of each topic.  counts, P : words and parts of factors of the articles.
    """
    H = np.ascontiguousarray(factors.H[numbers])
    present = presence(counts, P[:, numbers])
    keywords, scores = ranked(relevance(H, present, found.idf()), KEYWORDS)
    labels = naming.labels(keywords, found.shown, phrases(pairs, keywords[:, :LABEL]))
    asked = [name for name, _ in settings.guides]
    labels = asked + [naming.unique(label, asked, " ") for label in labels[len(asked) :]]
    names = naming.name_all(labels)
    guided = tuple(
        replace(name, given=True, guided=words) for name, (_, words) in zip(names, settings.guides, strict=False)
    )
    shares = P.mean(axis=0, dtype=np.float64)[numbers].astype(np.float32)
    own = np.arange(len(H), dtype=np.int32)
    names = guided + names[len(guided) :]
    return Topics(found, H, present, own, shares, keywords, scores, shares, names, factors.errors, factors.converged)


def permuted(fitted: Topics, order: NDArray[np.int64]) -> Topics:
    """Freshly fitted topics in another order."""
    return replace(
        fitted,
        H=np.ascontiguousarray(fitted.H[order]),
        present=np.ascontiguousarray(fitted.present[order]),
        factor_share=fitted.factor_share[order],
        keywords=fitted.keywords[order],
        relevance=fitted.relevance[order],
        share=fitted.share[order],
        names=tuple(fitted.names[topic] for topic in order),
    )


def with_themes(fitted: Topics, rows: Rows, weights: Rows) -> Topics:
    """Topics with the groups they form, by the articles that they are in.

    rows : look-up rows of some articles.  weights : their topics.
    """
    kept = rows.terms < THEME_TERMS
    starts = np.concatenate([[0], np.cumsum(kept)])[rows.starts]
    X = sparse.csr_matrix((rows.values[kept], rows.terms[kept], starts), shape=(len(rows), THEME_TERMS))
    P = sparse.csr_matrix((weights.values, weights.terms, weights.starts), shape=(len(rows), len(fitted)))
    C = np.asarray((P.T.astype(np.float64) @ X).toarray())
    groups = naming.themes(C, np.asarray(X.mean(axis=0, dtype=np.float64)).ravel())
    names = naming.theme_names(groups, fitted.labels, fitted.share)
    return replace(fitted, names=tuple(replace(n, theme=t) for n, t in zip(fitted.names, names, strict=True)))
