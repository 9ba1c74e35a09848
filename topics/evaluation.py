"""Scores of a fitted model, and of sibling models fitted on parts of its articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics import quality, vectorize
from topics.counting import count
from topics.errors import ModelError
from topics.factorize import weights
from topics.fitted import parts
from topics.fitting import factors_of
from topics.keywords import keywords_of
from topics.model import Model
from topics.pieces import Pieces, weighed
from topics.quality import TOP, Occurrences
from topics.settings import Settings
from topics.vectorize import TopicWords

# Refits for stability, each on so large a part of the articles.
RESAMPLES = 3
PART = 0.8
# Agreement with sections needs at least so many articles that have one.
LEAST_SECTIONS = 20

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class TopicScores:
    """Scores of one topic.

    articles : in which it is the strongest.  npmi : coherence, -1 to 1.  support : share of them that hold two of its
    ten keywords.  explained : mean share of their squared weight that the topics reproduce.  stability : mean Jaccard
    of its ten keywords with those of its match in sibling models, None when none were fitted.
    """

    topic: int
    label: str
    articles: int
    npmi: float
    support: float | None
    explained: float | None
    stability: float | None

    def row(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "label": self.label,
            "articles": self.articles,
            "npmi": _short(self.npmi),
            "support": _short(self.support),
            "explained": _short(self.explained),
            "stability": _short(self.stability),
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of a model: means over topics (npmi, diversity) or articles (support, explained).

    ami, ari : agreement of the strongest topic with the sections, None when too few articles have one.  siblings : how
    many models were fitted on parts of the articles; stability : mean Jaccard of the keywords with theirs; npmi_seen,
    npmi_unseen : coherence of models of one half of the articles, on that half and on the other.
    """

    topics: tuple[TopicScores, ...]
    articles: int
    npmi: float
    diversity: float
    support: float | None
    explained: float | None
    ami: float | None
    ari: float | None
    siblings: int
    stability: float | None = None
    npmi_seen: float | None = None
    npmi_unseen: float | None = None

    def row(self) -> dict[str, Any]:
        """The overall row: topic null."""
        names = (
            "articles", "npmi", "diversity", "support", "explained", "ami", "ari", "siblings", "stability",
            "npmi_seen", "npmi_unseen",
        )  # fmt: skip
        values = {name: getattr(self, name) for name in names}
        return {"topic": None} | {k: v if isinstance(v, int) else _short(v) for k, v in values.items()}


def evaluate(model: Model, resamples: int = RESAMPLES, progress: Progress = lambda stage, done, total: None) -> Scores:
    """Score a model on its own articles.

    resamples : sibling models fitted on PART of the articles each, and two on halves; 0 for none.  Raises ModelError
    when the model keeps no texts.
    """
    if not model.info["manifest"].info.get("text", True):
        raise ModelError("the model keeps no texts to be scored on; train it without --no-text")
    lists = lists_of(model)
    rows = model.segments.rows_passing()
    strongest = model.strongest()[rows]
    progress("counting words", 0, None)
    texts, sections = _texts(model)
    counted = Occurrences.count(texts, lists)
    npmi, support = counted.npmi(lists), counted.support(lists, strongest)
    reproduced = np.concatenate([s.familiarity.explained[s.live()] for s in model.segments])
    sizes = np.bincount(strongest[strongest >= 0], minlength=len(lists))
    siblings = Siblings.fit(model, lists, texts, resamples, progress) if resamples else None
    stability = siblings.stability if siblings else [None] * len(lists)
    scores = tuple(
        TopicScores(t, model.fitted.labels[t], int(sizes[t]), npmi[t], support[t], _mean(reproduced[strongest == t]), s)
        for t, s in enumerate(stability)
    )
    ami, ari = sections_agree(strongest, sections)
    whole = Scores(
        scores,
        len(rows),
        float(np.mean(npmi)),
        quality.diversity(lists),
        _mean(np.repeat([s or 0.0 for s in support], sizes)),
        _mean(reproduced),
        ami,
        ari,
        resamples + 2 if siblings else 0,
    )
    if siblings is None:
        return whole
    mean = float(np.mean(siblings.stability))
    return replace(whole, stability=mean, npmi_seen=siblings.seen, npmi_unseen=siblings.unseen)


def lists_of(model: Model) -> list[list[str]]:
    """The first ten keywords of each topic, as they are shown."""
    return [[term.term for term in topic.keywords] for topic in model.topics(TOP)]


def _texts(model: Model) -> tuple[list[str], list[str | None]]:
    """What is scored of each article that is there, and its section, in the order of rows."""
    there = set(model.segments.rows_passing().tolist())
    articles = (article for row, article in enumerate(model.reader.scan()) if row in there)
    pairs = [(quality.body(article.title, article.text), article.section) for article in articles]
    return [text for text, _ in pairs], [section for _, section in pairs]


def sections_agree(strongest: NDArray[np.int64], sections: Sequence[str | None]) -> tuple[float | None, float | None]:
    """AMI and ARI of the strongest topic against the sections, over the articles that have a section.

    An article without a topic counts as one of a further group.  (Vinh, Epps & Bailey 2010; Hubert & Arabie 1985)
    """
    known = [i for i, section in enumerate(sections) if section]
    if len(known) < LEAST_SECTIONS or len({sections[i] for i in known}) < 2:
        return None, None
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    truth, found = [sections[i] for i in known], strongest[known]
    return float(adjusted_mutual_info_score(truth, found)), float(adjusted_rand_score(truth, found))


@dataclass(frozen=True, slots=True)
class Siblings:
    """What models of parts of the articles say.

    stability : of each topic, mean Jaccard of its keywords with its match.  seen, unseen : mean NPMI of models of
    halves, on their half and on the other.
    """

    stability: list[float]
    seen: float
    unseen: float

    @classmethod
    def fit(
        cls, model: Model, lists: list[list[str]], texts: list[str], resamples: int, progress: Progress
    ) -> Siblings:
        """Fit models with the settings of `model` on parts of its articles, drawn with its seed."""
        articles = Refitted.read(model)
        chance = np.random.default_rng(model.settings.seed)
        found = []
        for done in range(resamples):
            progress("fitting siblings", done, resamples + 2)
            rows = chance.permutation(len(texts))[: max(1, round(PART * len(texts)))]
            found.append(quality.agreement(lists, articles.keywords(np.sort(rows))))
        order = chance.permutation(len(texts))
        halves = [np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])]
        seen: list[float] = []
        unseen: list[float] = []
        for mine, other in (halves, halves[::-1]):
            progress("fitting siblings", resamples + len(seen), resamples + 2)
            half = articles.keywords(mine)
            for rows, scores in ((mine, seen), (other, unseen)):
                counted = Occurrences.count((texts[row] for row in rows), half)
                scores.append(float(np.mean(counted.npmi(half))))
        stability = np.mean(found, axis=0)
        return cls([float(value) for value in stability], float(np.mean(seen)), float(np.mean(unseen)))


@dataclass(frozen=True, slots=True)
class Refitted:
    """Articles counted in the words of topics, to fit parts of them.

    known, counts : the words, and CSR (n_articles, n_words).  pieces : as the model was fitted on, if it was.
    """

    known: TopicWords
    counts: Any
    pieces: Pieces | None
    settings: Settings

    @classmethod
    def read(cls, model: Model) -> Refitted:
        """Count the articles of a model that are there, again, from their texts."""
        there = set(model.segments.rows_passing().tolist())
        tokens, words = model.tokens_of(article for row, article in enumerate(model.reader.scan()) if row in there)
        known, settings = model.fitted.words, model.settings
        settings = replace(settings, n_topics=len(model.fitted.factors))
        term = vectorize.known_terms(words, known, settings)
        counts = count([tokens], term, len(known), title_weight=settings.title_weight)
        return cls(known, counts, Pieces.cut([tokens], term, known, settings), settings)

    def keywords(self, rows: NDArray[np.int64], n_topics: int | None = None) -> list[list[str]]:
        """The first ten keywords of each topic of a model of some rows alone: what is rare in them is left out."""
        settings = replace(self.settings, n_topics=min(n_topics or self.settings.n_topics, len(rows)))
        counts = self.counts[rows]
        known, columns = self.known.within(counts, settings)
        counts = counts[:, columns]
        X = known.weigh(counts, settings)
        cut = None if self.pieces is None else weighed(self.pieces.of(rows, columns), known, settings)
        factors = factors_of(X, cut, known, settings)
        P = parts(weights(X, factors.H), factors.H)
        keywords, _ = keywords_of(factors.strength, counts, P, known.idf(), TOP)
        return [[known.shown[word] for word in row if word >= 0] for row in keywords]


def _mean(values: Any) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
