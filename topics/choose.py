"""How many topics? As many as come back when the articles are others, and say something.

For each number tried, topics are fitted on resamples of the articles. Stability is how far two fits put the articles
into the same groups (Greene, O'Callaghan & Cunningham 2014 ask the same of keyword lists; with news, whose lists end in
names of the week, groups of articles tell more). Coherence is how often the keywords of a topic stand in the same
articles. Few topics are stable and vague, many are coherent and by chance: the product of the two has its top between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.factorize import factorise
from topics.fitted import parts
from topics.keywords import keywords_of
from topics.settings import Settings
from topics.vectorize import TopicWords

# Numbers tried, each about a third above the last. Fewer than five say nothing that a section does not.
CANDIDATES = (5, 6, 8, 10, 13, 17, 22, 29)
# So many articles may well hold more.
LARGE = 5_000
MORE = (38, 50)
# A number is tried when each topic would have so many articles on average.
ARTICLES_PER_TOPIC = 10
# Resamples of a number, and the part of the articles in each.
RESAMPLES = 4
PART = 0.8
# More articles than this do not make the answer better.
MOST_ARTICLES = 5_000
# A fit that tells one number from another need not be a finished one: all numbers together cost less than four times a
# fit of the largest of them.
ITERATIONS = 6
# Which of several numbers that do nearly as well is highest is chance, so the middle of all is taken, each weighed by
# its score to this power: a tenth below the best counts half. Over eight seeds that gives 11 to 15 for a sample of 15
# sections and 10 to 12 for BBC; the highest score alone gives 13 to 17 and 6 to 17.
SHARPNESS = 6
# Keywords by which coherence is measured.
TOP = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number of topics.

    stability : agreement of groups between resamples (adjusted Rand index), 0 for chance to 1.  coherence : mean NPMI
    of keywords over articles, -1 to 1.  score : their product.
    """

    topics: int
    stability: float
    coherence: float
    score: float = 0.0

    def row(self) -> dict[str, Any]:
        return {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """The number of topics suggested, and why.

    work : iterations times topics times non-zero entries of all fits that were made.
    """

    topics: int
    candidates: tuple[Candidate, ...]
    work: int = 0

    def reason(self) -> str:
        """The choice in a sentence."""
        if not self.candidates:
            return f"{self.topics} topics: too few articles to try numbers"
        best = max(self.candidates, key=lambda one: one.score)
        tried = ", ".join(str(one.topics) for one in self.candidates)
        return (
            f"{self.topics} topics: the middle of {tried}, each weighed by its stability under resampling times "
            f"coherence, which is highest ({best.score:.2f}) at {best.topics}"
        )

    def row(self) -> dict[str, Any]:
        return {
            "topics": self.topics,
            "reason": self.reason(),
            "candidates": [candidate.row() for candidate in self.candidates],
        }


def choose(
    found: TopicWords,
    counts: Any,
    settings: Settings,
    order: NDArray[np.int64],
    progress: Callable[[str, int, int | None], None] = lambda stage, done, total: None,
) -> Choice:
    """The number of topics that suits some articles.

    counts : CSR (n_articles, n_words).  order : the articles by id, so that the answer does not hang on the order of
    reading.  Guided topics are left aside; there are at least as many topics as guides.
    """
    least, n_articles = len(settings.guides), len(order)
    numbers = CANDIDATES + (MORE if n_articles >= LARGE else ())
    numbers = tuple(k for k in numbers if least <= k <= n_articles // ARTICLES_PER_TOPIC)
    if not numbers:
        return Choice(max(1, least, min(CANDIDATES[0], n_articles // ARTICLES_PER_TOPIC)), ())
    chance = np.random.default_rng(settings.seed)
    counts = counts[order[:: -(-n_articles // MOST_ARTICLES)]]
    X = found.weigh(counts, settings)
    held = counts.astype(np.bool_).astype(np.float32)
    settings = replace(settings, guides=(), max_iter=ITERATIONS)
    size = max(1, round(PART * counts.shape[0]))
    resamples = [np.sort(chance.permutation(counts.shape[0])[:size]) for _ in range(RESAMPLES)]
    parts = [X[rows] for rows in resamples]
    tried, work = [], 0
    for done, number in enumerate(numbers):
        progress("trying numbers of topics", done, len(numbers))
        wanted = replace(settings, n_topics=number)
        fits = [Trial.fit(found, part, rows, wanted) for part, rows in zip(parts, resamples, strict=True)]
        stability = [a.agrees(b) for a, b in combinations(fits, 2)]
        coherence = [coherent(held[rows], fit.keywords) for rows, fit in zip(resamples, fits, strict=True)]
        tried.append(Candidate(number, float(np.mean(stability)), float(np.mean(coherence))))
        work += sum(fit.work for fit in fits)
    return best_of(tried, work)


def best_of(tried: list[Candidate], work: int = 0) -> Choice:
    """The middle (geometric mean) of the numbers tried, each weighed by its score to the power of SHARPNESS."""
    scored = tuple(replace(one, score=max(0.0, one.stability) * max(0.0, one.coherence)) for one in tried)
    score = np.array([one.score for one in scored])
    weight = (score / score.max()) ** SHARPNESS if score.max() > 0 else np.ones(len(score))
    middle = np.average(np.log([one.topics for one in scored]), weights=weight)
    return Choice(round(float(np.exp(middle))), scored, work)


@dataclass(frozen=True, slots=True)
class Trial:
    """A fit on some of the articles.

    rows : int64, which ones.  strongest : int64 (len(rows),).  keywords : numbers of words, a list for each topic.
    """

    rows: NDArray[np.int64]
    strongest: NDArray[np.int64]
    keywords: list[NDArray[np.int32]]
    work: int

    @classmethod
    def fit(cls, found: TopicWords, X: Any, rows: NDArray[np.int64], settings: Settings) -> Trial:
        """Fit on some rows of weighed articles.  X : these."""
        n_topics = settings.n_topics
        factors = factorise(X, n_topics, seed=settings.seed, max_iter=settings.max_iter, tol=settings.tol)
        P = parts(factors.W, factors.H)
        keywords, _ = keywords_of(factors.H, X, P, found.idf(), TOP)
        work = len(factors.errors) * n_topics * X.nnz
        return cls(rows, P.argmax(axis=1), [row[row >= 0] for row in keywords], work)

    def agrees(self, other: Trial) -> float:
        """How alike the two group the articles that both have."""
        _, mine, theirs = np.intersect1d(self.rows, other.rows, assume_unique=True, return_indices=True)
        return agree(self.strongest[mine], other.strongest[theirs])


def agree(left: NDArray[np.int64], right: NDArray[np.int64]) -> float:
    """Adjusted Rand index of two groupings (Hubert & Arabie 1985), 0 for chance, 1 for the same."""
    shape = (int(left.max()) + 1, int(right.max()) + 1)
    table = sparse.coo_matrix((np.ones(len(left)), (left, right)), shape=shape).toarray()

    def pairs(counts: NDArray[np.float64]) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    both, a, b = pairs(table), pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = a * b / max(1.0, len(left) * (len(left) - 1) / 2)
    most = (a + b) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def coherent(held: Any, topics: list[NDArray[np.int32]]) -> float:
    """Mean NPMI of keywords over articles.  held : CSR of 0 and 1 (n_articles, n_words)."""
    scores = []
    for words in topics:
        mine = held[:, words]
        together = np.asarray((mine.T @ mine).toarray(), np.float64) / held.shape[0]
        i, j = np.triu_indices(len(words), 1)
        apart, both = together[i, i] * together[j, j], together[i, j] + 1e-12
        known = apart > 0
        values = np.full(len(i), -1.0)
        values[known] = np.log(both[known] / apart[known]) / -np.log(np.minimum(both[known], 1 - 1e-9))
        scores.append(float(values.mean()) if len(values) else 0.0)
    return float(np.mean(scores)) if scores else 0.0
