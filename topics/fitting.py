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
from topics.factorize import explained, factorise, topics_of, weights
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


@dataclass(frozen=True, slots=True)
class Found:
    """What the articles are made of.

    H : float32 (n_factors, n_words), by which articles are given topics.  strength : of the same shape, by which
    keywords are ranked; H itself unless pieces were fitted.  errors, converged : of the fit.
    """

    H: NDArray[np.float32]
    strength: NDArray[np.float32]
    errors: tuple[float, ...]
    converged: bool


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
    if not len(found) or not counts.nnz:
        raise SourceError("nothing but stop words in these articles; are they in a language that is not English?")
    cut = None if pieces is None else weighed(pieces.of(order), found, settings)
    X = found.weigh(counts[order], settings)
    factors = factors_of(X, cut, found, settings, lambda done, total: progress("finding topics", done, total))
    del cut
    X = found.weigh(counts, settings)  # again, in the order of rows: one of them at a time
    P = parts(weights(X, factors.H), factors.H)[order]  # by id: sums must not depend on the order of reading
    share = P.mean(axis=0, dtype=np.float64)
    first = len(settings.guides)
    by_share = first + np.argsort(-share[first:], kind="stable")
    by_share = by_share[share[by_share] > 0]  # a topic that no article has is none: a corpus of copies has one
    numbers = np.concatenate([np.arange(first), by_share])
    P = P.take(numbers, axis=1)
    present = presence(counts[order], P)
    del P
    fitted = describe(found, factors, numbers, present, share[numbers].astype(np.float32), pairs, settings)
    del factors, present
    matched = None
    if old is not None:
        sequence, names, matched = like(old, fitted)
        fitted = replace(permuted(fitted, np.array(sequence, np.int64)), names=names)
    W = weights(X, fitted.H)  # again: as later articles are weighed, to the last bit
    reproduced = explained(X, W, fitted.H)
    return Fit(fitted, parts(W, fitted.H), reproduced, matched)


def factors_of(
    X: Any,
    pieces: Any | None,
    found: vectorize.TopicWords,
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """Factors of weighed articles, or of their pieces, no two the same; those of the guides come first.

    X, pieces : CSR.  Pieces tell which words belong together, but it is articles that are sorted: the factors of pieces
    are fitted once more to those (AMI of BBC at five topics .869 to .879, of newsgroups .517 to .525), while
    keywords stay those of the pieces.
    """
    rows, start = X if pieces is None else pieces, None
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
    H = strength = without_twins(factors.H, len(settings.guides))
    if pieces is not None:
        H = topics_of(X, weights(X, strength))
    return Found(H, strength, factors.errors, factors.converged)


def without_twins(H: NDArray[np.float32], first: int = 0) -> NDArray[np.float32]:
    """Topics that differ: when fewer directions are in the articles than topics asked for, the rest are repeated.

    first : so many are kept whatever they are.
    """
    length = np.linalg.norm(H, axis=1)
    cosines = (H @ H.T) / np.outer(*2 * [np.where(length > 0, length, 1)])
    kept: list[int] = list(range(first))
    for topic in np.flatnonzero(length > 0):
        if topic >= first and (not kept or cosines[topic, kept].max() < TWINS):
            kept.append(int(topic))
    return H if len(kept) == len(H) else np.ascontiguousarray(H[kept])


def describe(
    found: vectorize.TopicWords,
    factors: Found,
    numbers: NDArray[np.int64],
    present: NDArray[np.float32],
    shares: NDArray[np.float32],
    pairs: Pairs,
    settings: Settings,
) -> Topics:
    """The topics in their order, with keywords and names.

    numbers : the factor of each topic.  present, shares : as in `Topics`.
    """
    H, strength = reordered(factors, numbers)
    keywords, scores = ranked(relevance(strength, present, found.idf()), KEYWORDS)
    labels = naming.labels(keywords, found.shown, phrases(pairs, keywords[:, :LABEL]))
    asked = [name for name, _ in settings.guides]
    labels = asked + [naming.unique(label, asked, " ") for label in labels[len(asked) :]]
    names = naming.name_all(labels)
    guided = tuple(
        replace(name, given=True, guided=words) for name, (_, words) in zip(names, settings.guides, strict=False)
    )
    own = np.arange(len(H), dtype=np.int32)
    names = guided + names[len(guided) :]
    errors, converged = factors.errors, factors.converged
    return Topics(found, H, strength, present, own, shares, keywords, scores, shares, names, errors, converged)


def reordered(factors: Found | Topics, numbers: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """H and strength of some factors, one array where they were one."""
    H = np.ascontiguousarray(factors.H[numbers])
    return H, H if factors.strength is factors.H else np.ascontiguousarray(factors.strength[numbers])


def permuted(fitted: Topics, order: NDArray[np.int64]) -> Topics:
    """Freshly fitted topics in another order."""
    H, strength = reordered(fitted, order)
    return replace(
        fitted,
        H=H,
        strength=strength,
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
