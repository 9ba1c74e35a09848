"""The fitted whole: vocabulary, topics, and the segments of articles that are looked up.

A model holds arrays and a reader of articles; it touches no file itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from topics import later, lookup, vectorize
from topics.corpus.cleaning import Furniture, words_of
from topics.drift import drift
from topics.errors import ArticleNotFound, DamagedModel, SettingError
from topics.facets import UNDATED, Filters, check_known, grouped
from topics.factorize import weights as fit_weights
from topics.fitted import DROPPED, Topics
from topics.index import Rows, best, overlap
from topics.records import Article, Assignment, Drift, Match, Reason, Term, Topic, TopicArticle, TopicWeight
from topics.segment import Segment
from topics.settings import Settings
from topics.text.tokens import Words, tokenise
from topics.trends import LEAST_ARTICLES, Part, Trends, Weighed, compare, trends
from topics.vocabulary import TOPIC_BASE, Vocabulary

Row = tuple[NDArray[np.int32], NDArray[np.float32]]
# A topic below this part of an article is noise of the fit.
LEAST_WEIGHT = 0.01
# Articles weighed at once when others than the model's are assigned.
BLOCK = 1000
# The number of a query's term that no article holds; no term ever gets it.
NOWHERE = TOPIC_BASE - 1


ALL = Filters()


class Articles(Protocol):
    """What a model needs of the articles: rows run over all segments, from 0."""

    def __len__(self) -> int: ...
    def get(self, rows: Sequence[int], *, text: bool = True) -> list[Article]: ...
    def rows_by_id(self, ids: Sequence[str]) -> dict[str, int]: ...
    def find_url(self, url: str) -> list[int]: ...
    def find_title(self, title: str) -> list[int]: ...
    def nearest_ids(self, wanted: str) -> list[str]: ...
    def scan(self, *, text: bool = True) -> Iterator[Article]: ...


class Model:
    """Fitted topics and the articles they were fitted on.

    Attributes: `settings`, `furniture` (None when cleaning is off), `vocabulary`, `fitted` (Topics), `segments`,
    `reader` (Articles), `info` (JSON values).
    Opened with ``topics.load`` or made with ``topics.train``.
    """

    def __init__(
        self,
        settings: Settings,
        furniture: Furniture | None,
        vocabulary: Vocabulary,
        fitted: Topics,
        segments: Sequence[Segment],
        reader: Articles,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        self.settings = settings
        self.furniture = furniture
        self.vocabulary = vocabulary
        self.fitted = fitted
        self.segments = tuple(segments)
        self.reader = reader
        self.info = dict(info or {})
        # rows run over all segments; those of articles that are gone keep their numbers
        self._starts = np.concatenate([[0], np.cumsum([len(segment) for segment in self.segments])])
        self._n_rows = int(self._starts[-1])

    def __len__(self) -> int:
        """How many articles are there."""
        return sum(segment.n_live for segment in self.segments)

    def __repr__(self) -> str:
        return f"Model({len(self)} articles, {len(self.fitted)} topics)"

    def drift(self) -> Drift:
        """How far the articles added since the fit have moved away from it."""
        return drift([segment.familiarity.take(segment.live()) for segment in self.segments])

    # --- topics

    @property
    def components_(self) -> NDArray[np.float32]:
        """float32 (n_topics, n_words): row t is topic t."""
        return self.fitted.components()

    @cached_property
    def weights(self) -> list[Rows]:
        """The topics of the articles of each segment; a row sums to 1 or is empty."""
        return [self.fitted.of_rows(segment.weights) for segment in self.segments]

    def strongest(self) -> NDArray[np.int64]:
        """int64 (n_rows,): the strongest topic of the article in each row, ties to the lower, -1 for none."""
        found = []
        for part in self.weights:
            best = np.full(len(part), -1, np.int64)
            row = np.repeat(np.arange(len(part)), np.diff(part.starts))
            order = np.lexsort((-part.terms, part.values, row))  # of a row the last one stays
            best[row[order]] = part.terms[order]
            found.append(best)
        return np.concatenate(found)

    def topics(self, top: int = 10) -> list[Topic]:
        """Every topic with its `top` keywords, the largest share first."""
        if top < 1:
            raise SettingError(f"top must be at least 1; it is {top}")
        found = []
        for number, (words, scores) in enumerate(zip(self.fitted.keywords, self.fitted.relevance, strict=True)):
            pairs = [(int(w), float(s)) for w, s in zip(words[:top], scores[:top], strict=True) if w >= 0]
            terms = tuple(Term(self.fitted.words.shown[word], score) for word, score in pairs)
            name, share = self.fitted.names[number], float(self.fitted.share[number])
            found.append(Topic(number, name.label, share, terms, name.slug, name.theme, name.hidden))
        return found

    def check_topic(self, topic: int | str) -> int:
        """The number of a topic, given by number, slug or label; else SettingError."""
        return self.fitted.number(topic)

    def articles(self, topic: int | str | None = None, *, top: int = 10, filters: Filters = ALL) -> list[TopicArticle]:
        """The strongest articles of a topic (of every topic when None), strongest first, ties by id."""
        wanted = range(len(self.fitted)) if topic is None else [self.check_topic(topic)]
        passes = self._passes(filters)
        found = []
        for number in wanted:
            scores = np.zeros(self._n_rows)
            for start, part in zip(self._starts, self.weights, strict=False):
                hits = np.flatnonzero(part.terms == number)
                scores[start + np.searchsorted(part.starts, hits, side="right") - 1] = part.values[hits]
            ranked = self._ranked(np.where(passes, scores, 0), top)
            found += [TopicArticle(article, number, score) for article, score, _ in ranked]
        return found

    def assign(
        self, articles: Iterable[Article] | None = None, *, min_weight: float = 0.0, filters: Filters = ALL
    ) -> Iterator[Assignment]:
        """The topics of the model's own articles, or of others: one row each, in reading order."""
        if not 0 <= min_weight <= 1:
            raise SettingError(f"min_weight must lie between 0 and 1; it is {min_weight}")
        if articles is not None:
            yield from self._assign_new(articles, min_weight)
            return
        passes = self._passes(filters)
        for row, article in enumerate(self.reader.scan(text=False)):
            if passes[row]:
                yield self._assignment(article, *self.weights_of(row), min_weight)

    def topics_of(self, row: int) -> Assignment:
        """The topics of the article in a row."""
        (article,) = self.reader.get([row], text=False)
        return self._assignment(article, *self.weights_of(row), 0.0)

    def _assign_new(self, articles: Iterable[Article], min_weight: float) -> Iterator[Assignment]:
        rest = iter(articles)
        while block := list(islice(rest, BLOCK)):
            W = self.fitted.of_parts(self._weigh_texts([words_of(article, self.furniture) for article in block]))
            for article, weights in zip(block, W, strict=True):
                found = np.flatnonzero(weights)
                yield self._assignment(article, found, weights[found], min_weight)

    def _assignment(self, article: Article, topics: Any, values: Any, min_weight: float) -> Assignment:
        order = np.lexsort((topics, -values))
        weights = [(int(topics[i]), float(values[i])) for i in order if values[i] >= min_weight]
        names = self.fitted.names
        tags = (TopicWeight(t, names[t].label, weight) for t, weight in weights if not names[t].hidden)
        return Assignment(article, tuple(tags))

    def weigh(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Topic weights of (title, text) pairs: float32 (n_texts, n_topics), rows summing to 1 or zero."""
        pairs = [words_of(Article("", *pair), self.furniture) for pair in texts]
        return self.fitted.of_parts(self._weigh_texts(pairs))

    def _weigh_texts(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Parts of factors, from texts that are clean: float32 (n_texts, n_factors)."""
        words = Words()
        tokens = tokenise(texts, words)
        return self._weigh(tokens, words)

    def _weigh(self, tokens: Any, words: Words) -> NDArray[np.float32]:
        known = self.fitted.words
        X = known.weigh(vectorize.encode(tokens, words, known, self.settings), self.settings)
        return parts(fit_weights(X, self.fitted.H), self.fitted.H)

    # --- over time, and by source

    def trends(
        self,
        by: str | None = None,
        *,
        group: str | None = None,
        least: int = LEAST_ARTICLES,
        filters: Filters = ALL,
    ) -> Trends:
        """Topics over time: shares and counts in each day, week, month or year (None: what suits the dates).

        group : "source" or "section", None for all articles together.  least : articles that a period must have.
        """
        return trends(self._weighed(group), self.fitted.labels, self._passes(filters), UNDATED, by=by, least=least)

    def compare(self, group: str = "source", *, filters: Filters = ALL) -> list[Part]:
        """What each source or section writes about: the share of every topic in it, the largest group first."""
        return compare(self._weighed(group), len(self.fitted), self._passes(filters))

    def _weighed(self, group: str | None) -> Weighed:
        """The topics, dates and groups of all segments as one."""
        parts = self.weights
        facets = [segment.facets for segment in self.segments]
        numbers, names = grouped(facets, group)
        lengths = np.concatenate([np.diff(part.starts) for part in parts])
        return Weighed(
            np.concatenate([[0], np.cumsum(lengths)]),
            np.concatenate([part.terms for part in parts]),
            np.concatenate([part.values for part in parts]),
            np.concatenate([facet.dates for facet in facets]),
            numbers,
            names,
        )

    # --- look-up

    def similar(
        self,
        article: str | None = None,
        *,
        text: str | None = None,
        title: str = "",
        top: int = 10,
        min_score: float = 0.0,
        filters: Filters = ALL,
    ) -> list[Match]:
        """The articles nearest to an article of the model (its id, URL or title) or to a text.

        Cosine of the rows, highest first, ties by id; never the article itself.  Raises ArticleNotFound.
        """
        if (article is None) == (text is None):
            raise SettingError("similar takes an article's id, or a text; give one of the two")
        if article is not None:
            own = self.find(article)
            return self._nearest(self.row(own), top, min_score, filters, leave_out=own)
        return self._nearest(self.encode(title, text or ""), top, min_score, filters)

    def near(self, row: int, top: int) -> list[tuple[Match, int]]:
        """The articles nearest to the one in a row, with their rows."""
        matches = self._nearest(self.row(row), top, 0.0, ALL, leave_out=row)
        rows = self.reader.rows_by_id([match.article.id for match in matches])
        return [(match, rows[match.article.id]) for match in matches]

    def search(self, words: str, *, top: int = 10, min_score: float = 0.0, filters: Filters = ALL) -> list[Match]:
        """The articles nearest to some words, by shared terms alone."""
        return self._nearest(self.encode("", words, with_topics=False), top, min_score, filters)

    def find(self, name: str) -> int:
        """The row of an article by id, URL or title.  Raises ArticleNotFound, with the nearest ids."""
        by_id = self.reader.rows_by_id([name])
        if by_id:
            return by_id[name]
        for found in (self.reader.find_url(name), self.reader.find_title(name)):
            if len(found) == 1:
                return found[0]
            if found:
                ids = ", ".join(repr(article.id) for article in self.reader.get(found[:5], text=False))
                raise ArticleNotFound(f"{len(found)} articles are called {name!r}; name one by its id: {ids}")
        near = get_close_matches(name, self.reader.nearest_ids(name), n=3, cutoff=0.3)
        hint = f"; the nearest are {', '.join(map(repr, near))}" if near else ""
        raise ArticleNotFound(f"no article has the id, URL or title {name!r}{hint}")

    def row(self, number: int) -> Row:
        """The look-up row of an article of the model."""
        segment = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self.segments[segment].index.rows.row(number - int(self._starts[segment]))

    def encode(self, title: str, text: str, *, with_topics: bool = True) -> Row:
        """The look-up row of a text.  Terms that no article holds count in its length, and match nothing."""
        words = Words()
        tokens = tokenise([words_of(Article("", title, text), self.furniture)], words)
        encoded = lookup.encode(tokens, words, self.vocabulary, self.settings)
        X = lookup.rows(encoded, self.vocabulary)
        n_known = len(self.vocabulary)
        if with_topics:
            _, terms, values = lookup.with_topics(X, self._weigh(tokens, words))
        else:
            terms, values = X.indices.astype(np.int32), X.data
        behind = (terms >= n_known) & (terms < TOPIC_BASE)
        if behind.any():
            tables = [segment.later for segment in self.segments if len(segment.later)]
            # a term that nobody holds keeps its place in the length and gets a number that stands nowhere
            numbers = [later.find(tables, term) or NOWHERE for term in encoded.new]
            terms = later.renumber(terms, n_known, numbers)
            kept = terms != NOWHERE
            order = np.argsort(terms[kept], kind="stable")
            return terms[kept][order], values[kept][order]
        return terms, values

    def shown(self, term: int) -> str:
        """A term as people write it."""
        if term < len(self.vocabulary):
            return self.vocabulary.shown[term]
        for segment in self.segments:
            if (name := segment.later.show(term)) is not None:
                return name
        raise DamagedModel(
            f"an article holds term {term}, which no vocabulary has; restore the model or train it again"
        )

    def _nearest(
        self, query: Row, top: int, min_score: float, filters: Filters, leave_out: int | None = None
    ) -> list[Match]:
        if not 0 <= min_score <= 1:
            raise SettingError(f"min_score must lie between 0 and 1; it is {min_score}")
        passes = self._passes(filters)
        if leave_out is not None:
            passes[leave_out] = False
        masks = np.split(passes, self._starts[1:-1])
        found = [
            segment.index.nearest(*query, max(top, 1), passes=mask, least=min_score)
            for segment, mask in zip(self.segments, masks, strict=True)
        ]
        rows = np.concatenate([rows + start for (rows, _), start in zip(found, self._starts, strict=False)])
        scores = np.concatenate([scores for _, scores in found])
        return [
            Match(article, score, self._why(query, self.row(row)))
            for article, score, row in self._ranked(scores, top, min_score, rows)
        ]

    def _why(self, query: Row, found: Row) -> tuple[Reason, ...]:
        reasons: list[Reason] = []
        by_topic: dict[int, float] = {}
        for term, part in overlap(query, found):
            if term < TOPIC_BASE:
                reasons.append(Reason(self.shown(term), part))
            else:
                topic = int(self.fitted.factors[term - TOPIC_BASE])
                by_topic[topic] = by_topic.get(topic, 0) + part
        # what a dropped topic adds to the score is still there, without a name
        reasons += [Reason(None, part, None if topic == DROPPED else topic) for topic, part in by_topic.items()]
        return tuple(sorted(reasons, key=lambda reason: -reason.weight))

    def best_score(self, matches: Sequence[Match]) -> float:
        """The highest score of some matches, 0 for none."""
        return max((match.score for match in matches), default=0.0)

    def _ranked(
        self, scores: NDArray[np.float64], top: int, least: float = 0.0, rows: NDArray[np.int64] | None = None
    ) -> list[tuple[Article, float, int]]:
        """The `top` articles by score, ties by id.  scores : of `rows`, of all when None."""
        if top < 1:
            raise SettingError(f"top must be at least 1; it is {top}")
        places = best(scores, top, least)
        rows, scores = (places if rows is None else rows[places]), scores[places]
        # ties with the last place are all read; only ids are needed to settle them
        found = zip(self.reader.get(rows.tolist(), text=False), scores.tolist(), rows.tolist(), strict=True)
        return sorted(found, key=lambda row: (-row[1], row[0].id))[:top]

    def _passes(self, filters: Filters) -> NDArray[np.bool_]:
        """bool (n_rows,): there is an article in the row and it passes the filters."""
        if filters:
            check_known(filters, [segment.facets for segment in self.segments], [s.removed for s in self.segments])
            masks = [segment.facets.mask(filters) for segment in self.segments]
        else:
            masks = [np.ones(len(segment), np.bool_) for segment in self.segments]
        for mask, segment in zip(masks, self.segments, strict=True):
            mask[segment.removed] = False
        return np.concatenate(masks) if masks else np.zeros(0, np.bool_)

    def rows_passing(self, filters: Filters = ALL) -> NDArray[np.int64]:
        """The rows of the articles that pass the filters, ascending."""
        return np.flatnonzero(self._passes(filters))

    def weights_of(self, row: int) -> Row:
        """Topics and weights of the article in a row, hidden topics too."""
        segment = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self.weights[segment].row(row - int(self._starts[segment]))


def parts(W: NDArray[np.float32], H: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of articles as parts that sum to 1; noise below LEAST_WEIGHT is dropped.

    A topic's weight is measured by how much of the article it explains: times the length of its row of H.
    """
    W = W * np.linalg.norm(H, axis=1)
    total = W.sum(axis=1, keepdims=True)
    P = np.divide(W, total, out=np.zeros_like(W), where=total > 0)
    P[P < LEAST_WEIGHT] = 0
    total = P.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(P, total, out=np.zeros_like(P), where=total > 0), np.float32)
