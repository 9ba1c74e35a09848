"""What goes in and what comes out: frozen records, with the row that each prints as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

Row = dict[str, Any]

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read.

    id : unique in a model.  title, text : "" when missing; at least one is not.  date : RFC 3339 in UTC, or
    YYYY-MM-DD, or None.  authors : one string each.  extra : every other key of the source, JSON values, in order
    (a date that did not parse stands there as ``date_text``).
    """

    id: str
    title: str = ""
    text: str = ""
    date: str | None = None
    source: str | None = None
    section: str | None = None
    url: str | None = None
    authors: tuple[str, ...] = ()
    lang: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def changed(self, *, section: str | None, lang: str | None, extra: Mapping[str, Any]) -> Article:
        """The article with another section, language and other keys."""
        return made(
            self.id, self.title, self.text, self.date, self.source, section, self.url, self.authors, lang, extra
        )  # fmt: skip

    def row(self) -> Row:
        """The whole article, null for what is unknown, the source's other keys behind."""
        named: Row = {
            "id": self.id,
            "title": self.title or None,
            "text": self.text or None,
            "date": self.date,
            "source": self.source,
            "section": self.section,
            "url": self.url,
            "authors": list(self.authors) or None,
            "lang": self.lang,
        }
        return named | {key: value for key, value in self.extra.items() if key not in named}

    def heading(self) -> Row:
        """What a listing shows of an article."""
        return {
            "id": self.id,
            "title": self.title or None,
            "date": self.date,
            "source": self.source,
            "url": self.url,
        }


class _Draft:
    """An Article before it is frozen: the same slots, set the plain way."""

    __slots__ = tuple(field.name for field in fields(Article))


def made(
    id: str, title: str, text: str, date: str | None, source: str | None, section: str | None, url: str | None,
    authors: tuple[str, ...], lang: str | None, extra: Mapping[str, Any],
) -> Article:  # fmt: skip
    """An Article in a quarter of the time that ``Article(...)`` takes, which sets each slot through a check: 3.5 us."""
    draft: Any = _Draft()
    draft.id = id
    draft.title = title
    draft.text = text
    draft.date = date
    draft.source = source
    draft.section = section
    draft.url = url
    draft.authors = authors
    draft.lang = lang
    draft.extra = extra
    draft.__class__ = Article
    return draft  # type: ignore[no-any-return] # it is one since the line above


def drafted(ids: list[str], *others: Iterable[Any]) -> list[Article]:
    """Articles of values for each of their slots, in order; some of `others` may never end."""
    drafts: list[Any] = [_Draft() for _ in ids]
    # Values go from `zip` into their slots: through names or an ``__init__`` it takes a fifth to a third longer.
    rows = zip(drafts, ids, *others)  # noqa: B905 - some never end
    for x, x.id, x.title, x.text, x.date, x.source, x.section, x.url, x.authors, x.lang, x.extra in rows:
        x.__class__ = Article
    return drafts


@dataclass(frozen=True, slots=True)
class Term:
    """A term as people write it, and its weight."""

    term: str
    weight: float

    def row(self) -> Row:
        return {"term": self.term, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic.

    topic : its number, from 0, largest share first.  share : mean weight over all articles, 0 to 1.  slug : letters,
    digits and hyphens, unique in the model; it stays when the topic is renamed.  theme : name of the group of topics it
    belongs to, None when it stands alone.  hidden : kept out of the tags that `assign` gives.  support : share of its
    articles that hold two or more of its first ten keywords, 0 to 1, None when it has no article.  rest : it is what is
    left over, articles that stand alone; its keywords tell little of them.
    """

    topic: int
    label: str
    share: float
    keywords: tuple[Term, ...]
    slug: str = ""
    theme: str | None = None
    hidden: bool = False
    support: float | None = None
    rest: bool = False

    def row(self) -> Row:
        return {
            "topic": self.topic,
            "label": self.label,
            "share": self.share,
            "keywords": [term.row() for term in self.keywords],
            "slug": self.slug,
            "theme": self.theme,
            "hidden": self.hidden,
            "support": self.support,
            "rest": self.rest,
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: a shared term, or (``term`` None) a shared topic, or what headlines on one thing say.

    words : of a headline and of another, those that stand beside the same words elsewhere; one when it is the same.
    """

    term: str | None
    weight: float
    topic: int | None = None
    words: tuple[str, ...] = ()

    def row(self) -> Row:
        row: Row = {"term": self.term}
        if self.topic is not None:
            row["topic"] = self.topic
        if self.words:
            row["words"] = list(self.words)
        return {**row, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Match:
    """An article near a query.

    score : cosine, 0 to 1.  why : parts of the score, strongest first; all sum to it.  relation : "copy", "same event",
    "related", or None when no more than chance is known of it.
    """

    article: Article
    score: float
    why: tuple[Reason, ...] = ()
    relation: str | None = None

    def row(self) -> Row:
        heading = self.article.heading()
        return {
            "id": heading.pop("id"),
            "score": self.score,
            **heading,
            "why": [reason.row() for reason in self.why],
            "relation": self.relation,
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence that carries shared terms.  marks : where they stand in it, (start, end) each."""

    text: str
    marks: tuple[tuple[int, int], ...]

    def row(self) -> Row:
        return {"text": self.text, "terms": [self.text[start:end] for start, end in self.marks]}


@dataclass(frozen=True, slots=True)
class TopicWeight:
    """One topic of an article.  weight : 0 to 1; the weights of an article sum to 1."""

    topic: int
    label: str
    weight: float

    def row(self) -> Row:
        return {"topic": self.topic, "label": self.label, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Assignment:
    """The topics of one article, strongest first; none when it shares no word with any topic."""

    article: Article
    topics: tuple[TopicWeight, ...]

    def row(self) -> Row:
        return {**self.article.heading(), "topics": [topic.row() for topic in self.topics]}


@dataclass(frozen=True, slots=True)
class TopicArticle:
    """An article of one topic.  weight : the topic's part of the article, 0 to 1."""

    article: Article
    topic: int
    weight: float

    def row(self) -> Row:
        return {**self.article.heading(), "topic": self.topic, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Added:
    """What adding articles did to a model, each id counted once."""

    added: int
    replaced: int
    unchanged: int

    def row(self) -> Row:
        return {"added": self.added, "replaced": self.replaced, "unchanged": self.unchanged}


@dataclass(frozen=True, slots=True)
class Drift:
    """How far the articles added to a model have moved away from those it was fitted on.

    fitted, added : how many there are of each.  unknown_* : mean share of an article's distinct terms that the (other)
    fitted articles do not have.  explained_* : mean share of an article's squared weight that its topics reproduce.
    Shares are 0 to 1, None where there is no article.  retrain : why the model should be trained again, None while
    there is no need.
    """

    fitted: int
    added: int
    unknown_fitted: float | None
    unknown_added: float | None
    explained_fitted: float | None
    explained_added: float | None
    retrain: str | None = None

    def row(self) -> Row:
        def rounded(share: float | None) -> float | None:
            return None if share is None else round(share, 4)

        return {
            "fitted": self.fitted,
            "added": self.added,
            "unknown_terms": {"fitted": rounded(self.unknown_fitted), "added": rounded(self.unknown_added)},
            "explained": {"fitted": rounded(self.explained_fitted), "added": rounded(self.explained_added)},
            "retrain": self.retrain,
        }


@dataclass(frozen=True, slots=True)
class Story:
    """Articles on one event, the most central first.

    story : its number, kept when articles are added.  title : of the most central article.  terms : the strongest.
    first, last : dates of the earliest and the latest article, None when none has a date.  sources : all, by name.
    """

    story: int
    title: str
    ids: tuple[str, ...]
    terms: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    sources: tuple[str, ...] = ()

    def row(self) -> Row:
        return {
            "story": self.story,
            "title": self.title,
            "n": len(self.ids),
            "first": self.first,
            "last": self.last,
            "sources": list(self.sources),
            "terms": list(self.terms),
            "ids": list(self.ids),
        }


@dataclass(frozen=True, slots=True)
class Copies:
    """Articles with nearly the same text, the earliest first.

    score : Jaccard index of the five-word runs of the two least alike that were joined, 0.7 to 1.
    """

    articles: tuple[Article, ...]
    score: float

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(article.id for article in self.articles)

    def row(self) -> Row:
        return {"ids": list(self.ids), "score": self.score}


@dataclass(frozen=True, slots=True)
class Change:
    """What stands in one text in place of what stands in another; either may be empty."""

    before: str
    after: str

    def row(self) -> Row:
        return {"before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two articles that are near: an edge of a graph.  relation : as of a Match."""

    source: str
    target: str
    weight: float
    relation: str | None

    def row(self) -> Row:
        return {"source": self.source, "target": self.target, "weight": self.weight, "relation": self.relation}
