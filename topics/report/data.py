"""What the views show, as JSON: by itself in a report, piece by piece from the service."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.facets import UNDATED, grouped
from topics.model import Model
from topics.records import Article, Match
from topics.store.manifest import Manifest

# A report of so many articles stays below 5 MB; of more, it holds the strongest of each topic.
MOST_ARTICLES = 10_000
# Of an article's text, what a reader needs to know it again.
LEAD = 500
# Similar articles kept for each, and shared words kept for each of them.
SIMILAR, WORDS = 5, 6
KEYWORDS = 30
STORIES = 300
STORY_ARTICLES = 20

Progress = Callable[[int, int], None]


def overview(model: Model, name: str) -> dict[str, Any]:
    """What a page needs to know of a model before it asks for more."""
    rows = model.segments.rows_passing()
    dates = np.concatenate([segment.facets.dates for segment in model.segments])[rows]
    dates = dates[dates != UNDATED]
    manifest: Manifest = model.info["manifest"]
    return {
        "model": name,
        "articles": len(model),
        "topics": len(model.fitted),
        "created": manifest.created,
        "changed": manifest.changed,
        "first": _day(dates.min()) if len(dates) else None,
        "last": _day(dates.max()) if len(dates) else None,
        "sources": _names(model, rows, "source"),
        "sections": _names(model, rows, "section"),
        "stories": hasattr(model, "stories"),
        "duplicates": hasattr(model, "duplicates"),
    }


def _names(model: Model, rows: NDArray[np.int64], group: str) -> list[str]:
    """The sources or sections of these articles, by name."""
    numbers, names = grouped([segment.facets for segment in model.segments], group)
    return sorted((names[number] for number in np.unique(numbers[rows]) if number >= 0), key=str.casefold)


def _day(seconds: Any) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))


def report(model: Model, name: str, progress: Progress = lambda done, total: None) -> dict[str, Any]:
    """Everything the views show of a model.  progress : articles done, articles in all."""
    found = overview(model, name)
    rows = strongest(model, MOST_ARTICLES)
    place = {int(row): at for at, row in enumerate(rows)}
    articles = model.reader.get([int(row) for row in rows])
    stories = _stories(model, {article.id: at for at, article in enumerate(articles)})
    terms: dict[str, int] = {}
    relations: dict[str, int] = {}
    similar = []
    for done, row in enumerate(rows, 1):
        similar.append([_match(match, row_, place, terms, relations) for match, row_ in _near(model, int(row), place)])
        progress(done, len(rows))
    return {
        "model": found | {"stories": bool(stories)},
        "topics": [topic.row() for topic in model.topics(KEYWORDS)],
        "trends": model.trends().row(),
        "compare": {group: [part.row() for part in model.compare(group)] for group in ("source", "section")},
        "articles": _columns(model, rows, articles, found) | {"similar": similar},
        "terms": list(terms),
        "relations": list(relations),
        "stories": stories,
    }


def pack(data: dict[str, Any]) -> str:
    """The data as an element of the page: compressed, in letters that mean nothing to HTML."""
    raw = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    text = base64.b64encode(gzip.compress(raw, 9, mtime=0)).decode()  # no time: equal data, equal report
    return f'<script type="application/octet-stream" id="data">{text}</script>'


def strongest(model: Model, most: int) -> NDArray[np.int64]:
    """The rows of a report, ascending: all articles, or the strongest of each topic in turn until there are `most`."""
    passes = model.segments.rows_passing()
    if len(passes) <= most:
        return passes
    starts = np.cumsum([0, *(len(segment) for segment in model.segments)])
    rows = np.concatenate(
        [
            start + np.repeat(np.arange(len(part)), np.diff(part.starts))
            for start, part in zip(starts, model.weights, strict=False)
        ]
    )
    topics = np.concatenate([part.terms for part in model.weights])
    weights = np.concatenate([part.values for part in model.weights])
    kept = np.isin(rows, passes)
    rows, topics, weights = rows[kept], topics[kept], weights[kept]
    # the first of every topic, then the second of every topic, and so on
    order = np.lexsort((rows, -weights, topics))
    nth = np.empty(len(order), np.int64)
    sizes = np.bincount(topics, minlength=len(model.fitted))
    nth[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    in_turn = rows[np.lexsort((topics, nth))]
    first = np.sort(np.unique(in_turn, return_index=True)[1])[:most]
    return np.sort(in_turn[first]).astype(np.int64)


def _columns(
    model: Model, rows: NDArray[np.int64], articles: list[Article], found: dict[str, Any]
) -> dict[str, list[Any]]:
    """A list for each thing known of articles; sources and sections by number, weights in thousandths."""
    sources = {name: i for i, name in enumerate(found["sources"])}
    sections = {name: i for i, name in enumerate(found["sections"])}
    return {
        "id": [article.id for article in articles],
        "title": [article.title or None for article in articles],
        "date": [article.date and article.date[:10] for article in articles],
        "source": [sources.get(article.source or "", -1) for article in articles],
        "section": [sections.get(article.section or "", -1) for article in articles],
        "url": [article.url for article in articles],
        "lead": [lead(article.text) for article in articles],
        "topics": [
            [part for each in model.topics_of(int(row)).topics for part in (each.topic, round(1000 * each.weight))]
            for row in rows
        ],
    }


def lead(text: str) -> str:
    """The beginning of a text, cut between words."""
    text = " ".join(text[: 4 * LEAD].split())
    return text if len(text) <= LEAD else text[:LEAD].rsplit(" ", 1)[0]


def _near(model: Model, row: int, place: dict[int, int]) -> Iterable[tuple[Match, int]]:
    """The nearest articles that the report holds, with their rows."""
    for match, found in model.near(row, top=SIMILAR):
        if found in place:
            yield match, found


def _match(
    match: Match, row: int, place: dict[int, int], terms: dict[str, int], relations: dict[str, int]
) -> list[int]:
    """Place in the report, score in thousandths, relation, shared words, all as numbers."""
    relation = getattr(match, "relation", None)
    words = [reason.term for reason in match.why if reason.term is not None][:WORDS]
    return [
        place[row],
        round(1000 * match.score),
        -1 if relation is None else relations.setdefault(relation, len(relations)),
        *(terms.setdefault(word, len(terms)) for word in words),
    ]


def _stories(model: Model, place: dict[str, int]) -> list[dict[str, Any]]:
    """The largest stories, each with its first articles."""
    if not hasattr(model, "stories"):
        return []
    made: list[dict[str, Any]] = []
    for story in model.stories():
        held = [place[name] for name in story.ids if name in place]
        if held and len(made) < STORIES:
            row = {key: value for key, value in story.row().items() if key != "ids"}
            made.append(row | {"rows": held[:STORY_ARTICLES], "articles": len(story.ids)})
    return made
