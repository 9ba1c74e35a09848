"""Groups of a model's articles: stories, copies, and the graph of neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import duplicates
from topics.duplicates import COPY, Runs, jaccard
from topics.errors import SettingError
from topics.facets import Filters, seconds
from topics.graph import dots, matrix, nearest
from topics.index import Rows
from topics.matching import least, likeness
from topics.records import Article, Copies, Neighbours, Story

if TYPE_CHECKING:
    from topics.model import Model

# Terms told of a story.
TERMS = 5


def rows_of(model: Model, rows: NDArray[np.int64]) -> Rows:
    """The look-up rows of some articles.  rows : ascending."""
    return Rows.join(segment.index.rows.take(part) for segment, part in model.segments.split(rows))


def runs_of(model: Model, rows: NDArray[np.int64]) -> Runs:
    """The runs of some articles.  rows : ascending."""
    return Runs.join(segment.runs.take(part) for segment, part in model.segments.split(rows))


def stories(model: Model, filters: Filters) -> list[Story]:
    """Every story of two articles and more that pass, the largest first, ties by number."""
    passing = np.flatnonzero(model.segments.passes(filters))
    numbers, label, counts = np.unique(model.segments.stories_of(passing), return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts >= 2)
    if not len(several):
        return []
    rows = passing[np.isin(label, several)]
    label = np.searchsorted(several, label[np.isin(label, several)])
    X = matrix(rows_of(model, rows))
    P = sparse.csr_matrix((1 / counts[several][label], (label, np.arange(len(rows)))), shape=(len(several), len(rows)))
    M = (P @ X).tocsr()
    central = dots(sparse.vstack([X, M]).tocsr(), np.arange(len(rows)), len(rows) + label)
    articles = model.reader.get(rows.tolist(), text=False)
    members: list[list[int]] = [[] for _ in several]
    for i in np.lexsort((-np.round(central, 9), label)).tolist():
        members[label[i]].append(i)
    found = [
        _story(model, int(numbers[several[k]]), [(articles[i], float(central[i])) for i in group], M[k])
        for k, group in enumerate(members)
    ]
    return sorted(found, key=lambda story: (-len(story.ids), story.story))


def _story(model: Model, number: int, members: Sequence[tuple[Article, float]], mean: Any) -> Story:
    ordered = [article for article, central in sorted(members, key=lambda pair: (-round(pair[1], 9), pair[0].id))]
    order = np.lexsort((mean.indices, -mean.data))[:TERMS]
    terms = tuple(model.shown(int(term)) for term in mean.indices[order])
    dates = sorted((article.date for article in ordered if article.date), key=seconds)
    title = next((article.title for article in ordered if article.title), ", ".join(terms))
    sources = tuple(sorted({article.source for article in ordered if article.source}))
    ids = tuple(article.id for article in ordered)
    return Story(number, title, ids, terms, dates[0] if dates else None, dates[-1] if dates else None, sources)


def copies(model: Model, filters: Filters) -> list[Copies]:
    """Every group of copies among the articles that pass, the largest first, ties by the first id."""
    passing = np.flatnonzero(model.segments.passes(filters))
    i, j, scores = duplicates.pairs(runs_of(model, passing))
    groups = duplicates.groups(len(passing), i, j)
    place = np.full(len(passing), -1)
    for number, group in enumerate(groups):
        place[group] = number
    least = np.ones(len(groups))
    np.minimum.at(least, place[i], scores)
    articles = model.reader.get([int(passing[row]) for group in groups for row in group], text=False)
    rest = iter(articles)
    found = []
    for group, score in zip(groups, least, strict=True):
        members = [next(rest) for _ in group]
        ordered = sorted(members, key=lambda article: (article.date is None, seconds(article.date), article.id))
        found.append(Copies(tuple(ordered), float(score)))
    return sorted(found, key=lambda each: (-len(each.articles), each.articles[0].id))


def neighbours(model: Model, top: int, min_score: float | None, filters: Filters) -> Iterator[Neighbours]:
    """Pairs of which one is among the `top` nearest of the other, each once, by rows."""
    scores = least(model)
    min_score = scores.related if min_score is None else min_score
    if top < 1:
        raise SettingError(f"top must be at least 1; it is {top}")
    if not 0 <= min_score <= 1:
        raise SettingError(f"min_score must lie between 0 and 1; it is {min_score}")
    passing = np.flatnonzero(model.segments.passes(filters))
    G = nearest(matrix(rows_of(model, passing), topics=True), top)
    G = sparse.triu(G.maximum(G.T), 1).tocsr()
    runs = runs_of(model, passing)
    stories = model.segments.stories_of(passing)
    ids = [article.id for article in model.reader.get(passing.tolist(), text=False)]
    for i in range(len(ids)):
        part = slice(G.indptr[i], G.indptr[i + 1])
        for j, score in zip(G.indices[part].tolist(), np.minimum(G.data[part], 1).tolist(), strict=True):
            if score < min_score:
                continue
            copy = jaccard(runs.row(i), runs.row(j)) >= COPY
            kind = "copy" if copy else likeness(score, bool(stories[i] == stories[j]), scores)
            yield Neighbours(ids[i], ids[j], score, kind)
