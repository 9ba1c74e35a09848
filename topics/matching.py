"""Look-up: which articles are near a query, how they are related to it, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topics.duplicates import COPY, SKETCH, Hashes, jaccard
from topics.errors import SettingError
from topics.facets import UNDATED, Filters
from topics.fitted import DROPPED
from topics.index import Row, best, overlap
from topics.records import Article, Match, Reason
from topics.vocabulary import TOPIC_BASE

if TYPE_CHECKING:
    from topics.model import Model


@dataclass(frozen=True, slots=True)
class Least:
    """Least scores.  related : one article has to do with the other.  same_event : of a text that is in no story and an
    article, that both are about one event (of two articles in stories only those of one story are)."""

    related: float
    same_event: float


# On bbc .86 of the pairs that are related share their section; .94 of the pairs from .25 on are of one event in the
# sample, .98 on long pages.
ARTICLES = Least(0.12, 0.25)
# Where articles are headlines, concepts lift scores: from .2 on .87 of the pairs share their section (.72 from .12 on),
# from .35 on .78 are of one event (.64 from .25 on).
HEADLINES = Least(0.20, 0.35)

DAY = 86_400
_PERIOD = re.compile(r"(\d+(?:\.\d+)?)\s*([hdwmy]?)", re.IGNORECASE)
_DAYS = {"h": 1 / 24, "": 1, "d": 1, "w": 7, "m": 365.25 / 12, "y": 365.25}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for.

    row : unit row of terms and topics.  runs : of each article or text it was made of.  own : rows of the model that it
    was made of, which are no answer.  dates, stories : of those that have one.
    """

    row: Row
    runs: tuple[Hashes, ...] = ()
    own: tuple[int, ...] = ()
    dates: tuple[int, ...] = ()
    stories: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers, how many, in which order.

    min_score : least score.  before_query : only articles older than the query.  no_copies : neither copies of the
    query nor of an answer above.  half_life : days ("90d", "12h", "2w", 90) after which an article counts half, from
    the query's date or else the newest article's; one without a date counts half.
    """

    top: int = 10
    min_score: float = 0.0
    filters: Filters = field(default_factory=Filters)
    before_query: bool = False
    no_copies: bool = False
    half_life: float | str | None = None

    def __post_init__(self) -> None:
        if self.top < 1:
            raise SettingError(f"top must be at least 1; it is {self.top}")
        if not 0 <= self.min_score <= 1:
            raise SettingError(f"min_score must lie between 0 and 1; it is {self.min_score}")
        if self.half_life is not None:
            days(self.half_life)


def days(period: float | str) -> float:
    """A period in days: 90, "90d", "12h", "2w", "3m", "1y".  Raises SettingError."""
    found = _PERIOD.fullmatch(str(period).strip())
    length = float(found[1]) * _DAYS[found[2].lower()] if found else 0.0
    if not 0 < length < 1e6:
        raise SettingError(f"half_life must be a period such as 90d, 12h or 2w; it is {period!r}")
    return length


def together(queries: Sequence[Query]) -> Query:
    """Several queries as one: the mean of their rows, of unit length."""
    if len(queries) == 1:
        return queries[0]
    terms, places = np.unique(np.concatenate([query.row[0] for query in queries]), return_inverse=True)
    values = np.bincount(places, np.concatenate([query.row[1] for query in queries]), len(terms))
    length = np.linalg.norm(values)
    return Query(
        (terms.astype(np.int32), (values / (length if length > 0 else 1)).astype(np.float32)),
        tuple(runs for query in queries for runs in query.runs),
        tuple(row for query in queries for row in query.own),
        tuple(date for query in queries for date in query.dates),
        frozenset(story for query in queries for story in query.stories),
    )


def match(model: Model, query: Query, wanted: Wanted) -> list[Match]:
    """The articles nearest to a query, highest score (times decay) first, ties by id."""
    passes = model.segments.passes(wanted.filters)
    if wanted.before_query:
        passes &= older(model, query)
    passes[list(query.own)] = False
    found = nearest(model, query, wanted, passes, wanted.top)
    if wanted.no_copies:
        asked = wanted.top
        while len(kept := without_copies(model, found, query.runs)) < wanted.top and len(found) >= asked:
            asked *= 2
            found = nearest(model, query, wanted, passes, asked)
        found = kept[: wanted.top]
    return [
        Match(
            article,
            score,
            reasons(model, query.row, model.segments.row(row)),
            relation(model, query, row, score),
        )
        for article, row, score in found
    ]


def nearest(
    model: Model, query: Query, wanted: Wanted, passes: NDArray[np.bool_], top: int
) -> list[tuple[Article, int, float]]:
    """The `top` articles, their rows and scores."""
    if wanted.half_life is None:
        rows, scores = model.segments.nearest(query.row, top, passes, wanted.min_score)
        keys = scores
    else:
        rows, scores = model.segments.nearest(query.row, len(passes), passes, wanted.min_score)
        keys = scores * decay(model, query, days(wanted.half_life))[rows]
    score_of = dict(zip(rows.tolist(), scores.tolist(), strict=True))
    return [(article, row, score_of[row]) for article, row in ranked(model, rows, keys, top)]


def ranked(model: Model, rows: NDArray[np.int64], scores: NDArray[np.float64], top: int) -> list[tuple[Article, int]]:
    """The `top` articles of some rows, highest score first, ties by id; zero scores are left out."""
    if top < 1:
        raise SettingError(f"top must be at least 1; it is {top}")
    places = best(scores, top)
    # ties with the last place are all read; only ids are needed to settle them
    articles = model.reader.get(rows[places].tolist(), text=False)
    found = sorted(zip(articles, places.tolist(), strict=True), key=lambda pair: (-scores[pair[1]], pair[0].id))
    return [(article, int(rows[place])) for article, place in found[:top]]


def reasons(model: Model, query: Row, found: Row) -> tuple[Reason, ...]:
    """What shared terms, topics and concepts add to a score, strongest first.

    What a topic that was dropped adds is still there, without a name.
    """
    by_term: list[Reason] = []
    by_topic: dict[int, float] = {}
    by_words: dict[tuple[str, ...], float] = {}
    n_factors = len(model.fitted.factors)
    for term, part in overlap(query, found):
        if term < TOPIC_BASE:
            by_term.append(Reason(model.shown(term), part))
        elif term < TOPIC_BASE + n_factors:
            topic = int(model.fitted.factors[term - TOPIC_BASE])
            by_topic[topic] = by_topic.get(topic, 0.0) + part
        else:
            words = tied(model, query, found, term - TOPIC_BASE - n_factors)
            by_words[words] = by_words.get(words, 0.0) + part
    shared = [Reason(None, part, None if topic == DROPPED else topic) for topic, part in by_topic.items()]
    shared += [Reason(None, part, words=words) for words, part in by_words.items()]
    return tuple(sorted(by_term + shared, key=lambda reason: -reason.weight))


def tied(model: Model, query: Row, found: Row, concept: int) -> tuple[str, ...]:
    """The words by which a query and an article have a concept: the strongest of each, one when they are the same."""
    words = []
    for terms, values in (query, found):
        known = terms < len(model.vocabulary)
        parts = values[known] * model.vocabulary.concepts[terms[known], concept].toarray()[:, 0]
        words.append(model.shown(int(terms[known][parts.argmax()])))
    return tuple(dict.fromkeys(words))


def relation(model: Model, query: Query, row: int, score: float) -> str | None:
    """How an article is related to the query: "copy", "same event", "related", or None: a chance likeness."""
    if any(jaccard(runs, model.segments.runs(row)) >= COPY for runs in query.runs):
        return "copy"
    if not query.runs:
        return None
    same_story = model.segments.story(row) in query.stories if query.stories else None
    return likeness(score, same_story, least(model))


def least(model: Model) -> Least:
    """The least scores of a model's articles."""
    return HEADLINES if model.vocabulary.concepts.shape[1] else ARTICLES


def likeness(score: float, same_story: bool | None, least: Least) -> str | None:
    """The relation of two articles that are no copies.  same_story : None when one of them is in none."""
    if score < least.related:
        return None
    return "same event" if (score >= least.same_event if same_story is None else same_story) else "related"


def without_copies(
    model: Model, found: Sequence[tuple[Article, int, float]], runs: Sequence[Hashes]
) -> list[tuple[Article, int, float]]:
    """Articles without those that are copies of `runs` or of an article before."""
    seen: dict[int, list[Hashes]] = {}

    def add(runs: Hashes) -> None:
        for key in runs[:SKETCH].tolist():
            seen.setdefault(key, []).append(runs)

    for each in runs:
        add(each)
    kept = []
    for article, row, score in found:
        own = model.segments.runs(row)
        if not any(jaccard(own, other) >= COPY for key in own[:SKETCH].tolist() for other in seen.get(key, ())):
            kept.append((article, row, score))
            add(own)
    return kept


def older(model: Model, query: Query) -> NDArray[np.bool_]:
    """bool (n_rows,): the article has a date before that of the query."""
    if not query.dates:
        raise SettingError("the query has no date, so nothing is known to be before it; try until=DATE (--until)")
    dates = model.segments.dates()
    return np.asarray((dates < min(query.dates)) & (dates != UNDATED))


def decay(model: Model, query: Query, half_life: float) -> NDArray[np.float64]:
    """float64 (n_rows,), 0 to 1: halves with every `half_life` days between an article and the query."""
    dates = model.segments.dates()
    dated = dates != UNDATED
    if not dated.any():
        return np.ones(len(dates))
    now = max(query.dates) if query.dates else int(dates[dated].max())
    apart = np.where(dated, np.abs(dates / DAY - now / DAY), half_life)
    return np.asarray(0.5 ** (apart / half_life))
