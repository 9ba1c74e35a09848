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

from topics import groups, later, lookup, support, vectorize
from topics.corpus.cleaning import Furniture, words_of
from topics.drift import Familiarity, drift, left_over
from topics.duplicates import runs
from topics.errors import ArticleNotFound, DamagedModel, SettingError
from topics.facets import ALL, UNDATED, Filters, seconds
from topics.factorize import weights as fit_weights
from topics.fitted import Topics, parts
from topics.index import Row, Rows
from topics.matching import Query, Wanted, match, ranked, together
from topics.passages import passages
from topics.records import (
    Article,
    Assignment,
    Copies,
    Drift,
    Match,
    Neighbours,
    Passage,
    Story,
    Term,
    Topic,
    TopicArticle,
    TopicWeight,
)
from topics.segment import Segment, Segments
from topics.settings import Settings
from topics.tables import Listing, curve, html
from topics.text.mixed import LanguageWords, Tagger
from topics.text.tokens import Tokens, Words, tokenise
from topics.trends import LEAST_ARTICLES, Part, Trends, Weighed, compare, trends
from topics.vocabulary import TOPIC_BASE, Vocabulary

# Articles weighed at once when others than the model's are assigned.
BLOCK = 1000
# The number of a query's term that no article holds; no term ever gets it.
NOWHERE = TOPIC_BASE - 1


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
        self.segments = Segments(segments)
        self.reader = reader
        self.info = dict(info or {})
        self._stories: list[Story] | None = None

    def __len__(self) -> int:
        """How many articles are there."""
        return self.segments.n_live

    def __repr__(self) -> str:
        return f"Model({len(self)} articles, {len(self.fitted)} topics)"

    def _repr_html_(self) -> str:
        group = self.trends().groups[0]
        rows = [{**topic.row(), "over time": group.topics[topic.topic].shares} for topic in self.topics()]
        return f"<p>{len(self):,} articles, {len(self.fitted)} topics</p>{html(rows, {'over time': curve})}"

    def drift(self) -> Drift:
        """How far the articles added since the fit have moved away from it."""
        return drift(self._familiarity())

    def _familiarity(self) -> list[Familiarity]:
        """How well the fit knows the articles that are there, segment by segment."""
        return [segment.familiarity.take(segment.live()) for segment in self.segments]

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

    @cached_property
    def support(self) -> tuple[float | None, ...]:
        """Of each topic, the share of its articles (those it is strongest in) that hold at least two of its first ten
        keywords in any form; None for a topic without an article."""
        keywords = [[self._forms(word) for word in row if word >= 0] for row in self.fitted.keywords[:, : support.TOP]]
        strongest, held = self.strongest(), np.zeros(len(keywords), np.int64)
        strongest[~self.segments.passes(ALL)] = -1
        for start, segment in zip(self.segments.starts, self.segments, strict=False):
            held += support.holding(keywords, segment.index, strongest[start : start + len(segment)])
        sizes = np.bincount(strongest[strongest >= 0], minlength=len(keywords))
        return tuple(float(n / size) if size else None for n, size in zip(held, sizes, strict=True))

    @cached_property
    def rest(self) -> tuple[bool, ...]:
        """Of each topic, whether it is what is left over, articles that stand alone."""
        strongest = self.strongest()[self.segments.rows_passing()]
        return left_over(self._familiarity(), strongest, len(self.fitted))

    def _forms(self, word: int) -> frozenset[int]:
        """The look-up terms of a topics' word, one for each language of the corpus in which it has another."""
        terms, shown = lookup.terms_of(self.settings), self.fitted.words.shown[word]
        names = [terms.of(language).term(shown) for language in self.settings.language.split("+")]
        found = vectorize.numbers(self.vocabulary.names, self.vocabulary.order, names)
        return frozenset(found[found >= 0].tolist())

    def topics(self, top: int = 10) -> Listing[Topic]:
        """Every topic with its `top` keywords, the largest share first."""
        if top < 1:
            raise SettingError(f"top must be at least 1; it is {top}")
        found: Listing[Topic] = Listing()
        for number, (words, scores) in enumerate(zip(self.fitted.keywords, self.fitted.relevance, strict=True)):
            pairs = [(int(w), float(s)) for w, s in zip(words[:top], scores[:top], strict=True) if w >= 0]
            terms = tuple(Term(self.fitted.words.shown[word], score) for word, score in pairs)
            name, share = self.fitted.names[number], float(self.fitted.share[number])
            of_articles = self.support[number], self.rest[number]
            found.append(Topic(number, name.label, share, terms, name.slug, name.theme, name.hidden, *of_articles))
        return found

    def check_topic(self, topic: int | str) -> int:
        """The number of a topic, given by number, slug or label; else SettingError."""
        return self.fitted.number(topic)

    def articles(
        self, topic: int | str | None = None, *, top: int = 10, filters: Filters = ALL
    ) -> Listing[TopicArticle]:
        """The strongest articles of a topic (of every topic when None), strongest first, ties by id."""
        wanted = range(len(self.fitted)) if topic is None else [self.check_topic(topic)]
        passes = self.segments.passes(filters)
        found: Listing[TopicArticle] = Listing()
        for number in wanted:
            scores = np.zeros(self.segments.n_rows)
            for start, part in zip(self.segments.starts, self.weights, strict=False):
                hits = np.flatnonzero(part.terms == number)
                scores[start + np.searchsorted(part.starts, hits, side="right") - 1] = part.values[hits]
            scores = np.where(passes, scores, 0)
            ranking = ranked(self, np.arange(self.segments.n_rows), scores, top)
            found += [TopicArticle(article, number, float(scores[row])) for article, row in ranking]
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
        passes = self.segments.passes(filters)
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
            W = self.fitted.of_parts(self._weigh(*self.tokens_of(block)))
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
        return self.fitted.of_parts(self._weigh(*self.tokens_of([Article("", *pair) for pair in texts])))

    def tokens_of(self, articles: Iterable[Article]) -> tuple[Tokens, Words | LanguageWords]:
        """The tokens of articles, cleaned as the model's own were, and their distinct words, by language."""
        tagger = Tagger(self.settings.language) if self.settings.by_article else None

        def texts() -> Iterator[tuple[str, str]]:
            for article in articles:
                if tagger is not None:
                    tagger.add(article)
                yield words_of(article, self.furniture)

        words = Words()
        tokens = tokenise(texts(), words)
        if tagger is None:
            return tokens, words
        (found,), tongues = tagger.split([tokens], words)
        return found, tongues

    def _tokens_of_one(self, article: Article) -> tuple[Tokens, Words | LanguageWords]:
        tokens, words = self.tokens_of([article])
        return tokens, lookup.guessed(words, self.vocabulary, self.settings)

    def _weigh(self, tokens: Tokens, words: Words | LanguageWords) -> NDArray[np.float32]:
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
        weighed = Weighed.make(self.segments, self.weights, group)
        return trends(weighed, self.fitted.labels, self.segments.passes(filters), UNDATED, by=by, least=least)

    def compare(self, group: str = "source", *, filters: Filters = ALL) -> Listing[Part]:
        """What each source or section writes about: the share of every topic in it, the largest group first."""
        weighed = Weighed.make(self.segments, self.weights, group)
        return Listing(compare(weighed, len(self.fitted), self.segments.passes(filters)))

    # --- look-up

    def similar(
        self,
        article: str | Article | Sequence[str | Article] | None = None,
        *,
        text: str | Sequence[str] | None = None,
        title: str = "",
        top: int = 10,
        min_score: float = 0.0,
        filters: Filters = ALL,
        before_query: bool = False,
        no_copies: bool = False,
        half_life: float | str | None = None,
    ) -> Listing[Match]:
        """The articles nearest to an article of the model (its id, URL or title) or to a text; to several together.

        article : an Article stands for its text.  before_query : only older ones.  no_copies : neither copies of the
        query nor of a nearer match.  half_life : days after which a match counts half in the order ("90d").
        Cosine of the rows, highest first, ties by id; never the article itself.  Raises ArticleNotFound.
        """
        if (article is None) == (text is None):
            raise SettingError("similar takes an article's id, or a text; give one of the two")
        given: Sequence[str | Article]
        if article is not None:
            given = [article] if isinstance(article, str | Article) else article
        else:
            texts = [text] if isinstance(text, str) else text or []
            given = [Article("", title, each) for each in texts]
        if not given:
            raise SettingError("similar takes at least one article or text; the list is empty")
        wanted = Wanted(top, min_score, filters, before_query, no_copies, half_life)
        return Listing(match(self, together([self.query(each) for each in given]), wanted))

    def near(self, row: int, top: int) -> list[tuple[Match, int]]:
        """The articles nearest to the one in a row, with their rows."""
        matches = match(self, self.query_of(row), Wanted(top))
        rows = self.reader.rows_by_id([match.article.id for match in matches])
        return [(match, rows[match.article.id]) for match in matches]

    def search(self, words: str, *, top: int = 10, min_score: float = 0.0, filters: Filters = ALL) -> Listing[Match]:
        """The articles nearest to some words, by shared terms alone."""
        query = Query(self.encode("", words, with_topics=False))
        return Listing(match(self, query, Wanted(top, min_score, filters)))

    def query(self, article: str | Article) -> Query:
        """What is looked for: an article of the model by name, or an article or text from elsewhere."""
        if isinstance(article, str):
            return self.query_of(self.find(article))
        tokens, words = self._tokens_of_one(article)
        own = self.reader.rows_by_id([article.id]).values() if article.id else ()
        date = seconds(article.date)
        dates = () if date == UNDATED else (date,)
        return Query(self._encoded(tokens, words), (runs([tokens], words).row(0),), tuple(own), dates)

    def query_of(self, row: int) -> Query:
        """The same of the article in a row."""
        held, date = self.segments, self.segments.date(row)
        dates = () if date == UNDATED else (date,)
        return Query(held.row(row), (held.runs(row),), (row,), dates, frozenset([held.story(row)]))

    def explain(self, match: Match, sentences: int = 2) -> list[Passage]:
        """The sentences of a match that carry what it shares with the query, in the order of its text."""
        rows = self.reader.rows_by_id([match.article.id])
        (article,) = self.reader.get(list(rows.values())) if rows else (match.article,)
        title, text = words_of(article, self.furniture)
        terms = lookup.terms_of(self.settings)
        weights = {terms.term(reason.term): reason.weight for reason in match.why if reason.term is not None}
        return passages(text or title, weights, terms, sentences)

    # --- groups

    def stories(self, filters: Filters = ALL) -> list[Story]:
        """Articles on one event, two and more that pass, the largest story first.  A story keeps its number."""
        if filters:
            return groups.stories(self, filters)
        if self._stories is None:
            self._stories = groups.stories(self, ALL)
        return list(self._stories)

    def duplicates(self, filters: Filters = ALL) -> list[Copies]:
        """Articles with nearly the same text: groups of two and more, the earliest of a group first."""
        return groups.copies(self, filters)

    def neighbours(
        self, *, top: int = 10, min_score: float | None = None, filters: Filters = ALL
    ) -> Iterator[Neighbours]:
        """The graph of articles: pairs of which one is among the `top` nearest of the other, each once.

        min_score : None for that from which on two articles are related.
        """
        return groups.neighbours(self, top, min_score, filters)

    # --- by article and row

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

    def encode(self, title: str, text: str, *, with_topics: bool = True) -> Row:
        """The look-up row of a text.  Terms that no article holds count in its length, and match nothing."""
        tokens, words = self._tokens_of_one(Article("", title, text))
        return self._encoded(tokens, words, with_topics=with_topics)

    def _encoded(self, tokens: Tokens, words: Words | LanguageWords, *, with_topics: bool = True) -> Row:
        encoded = lookup.encode(tokens, words, self.vocabulary, self.settings)
        X = lookup.rows(encoded, self.vocabulary)
        n_known = len(self.vocabulary)
        if with_topics:
            _, terms, values = lookup.with_topics(X, self._weigh(tokens, words), self.vocabulary.concepts)
        else:
            terms, values = X.indices.astype(np.int32), X.data
        behind = (terms >= n_known) & (terms < TOPIC_BASE)
        if behind.any():
            tables = self.segments.later_terms()
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

    def weights_of(self, row: int) -> Row:
        """Topics and weights of the article in a row, hidden topics too."""
        number, place = self.segments.place(row)
        return self.weights[number].row(place)
