"""The look-ups: what the command line lists, at addresses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from topics.errors import ArticleNotFound
from topics.records import Article as Record
from topics.report.data import overview
from topics.service import parameters as p
from topics.service import schemas as s
from topics.service.library import Held

router = APIRouter(prefix="/v1/models")

TopicNumber = Annotated[int, InPath(ge=0, le=100_000)]
Top = Annotated[int, Query(ge=1, le=50, description="Keywords of each topic")]
Group = Literal["source", "section"]


@router.get("", responses=p.described(s.Page[s.ModelRow]), summary="The models that are served")
def models(request: Request) -> Response:
    library = p.library(request)
    return p.answer({"items": [overview(library.get(name).model, name) for name in library.names], "next": None})


@router.get("/{name}", responses=p.described(s.ModelRow, 404), summary="What a model holds")
def model(found: p.Model) -> Response:
    return p.answer(overview(found.model, found.name), found)


@router.get("/{name}/topics", responses=p.described(s.Page[s.TopicRow], 404), summary="Topics and their keywords")
def topics(found: p.Model, top: Top = 10) -> Response:
    return p.answer({"items": [topic.row() for topic in found.model.topics(top)], "next": None}, found)


@router.get(
    "/{name}/topics/{topic}/articles",
    responses=p.described(s.Page[s.TopicArticleRow], 404),
    summary="The articles of a topic, strongest first",
)
def topic_articles(
    request: Request, found: p.Model, topic: TopicNumber, filters: p.Filter, limit: p.Limit = 10, offset: p.Offset = 0
) -> Response:
    if topic >= len(found.model.fitted):
        raise ArticleNotFound(f"there is no topic {topic}; topics run from 0 to {len(found.model.fitted) - 1}")
    rows = [each.row() for each in found.model.articles(topic, top=offset + limit + 1, filters=filters)[offset:]]
    return p.answer(p.page(request, rows, limit, offset), found)


@router.get("/{name}/article", responses=p.described(s.ArticleRow, 404), summary="An article, its topics, its story")
def article(found: p.Model, name_: p.Article) -> Response:
    model = found.model
    number = model.find(name_)
    (record,) = model.reader.get([number])
    topics = model.topics_of(number).row()["topics"]
    story = found.story_of.get(record.id)
    return p.answer(
        record.row() | {"topics": topics, "story": story and with_headings(found, story.row())},
        found,
    )


@router.get("/{name}/similar", responses=p.described(s.Page[s.MatchRow], 404), summary="Articles near an article")
def similar(
    request: Request,
    found: p.Model,
    article: p.Article,
    filters: p.Filter,
    likeness: p.Likeness,
    limit: p.Limit = 10,
    offset: p.Offset = 0,
    before_query: Annotated[bool, Query(description="Only articles older than this one")] = False,
) -> Response:
    matches = found.model.similar(
        article, top=offset + limit + 1, filters=filters, before_query=before_query, **likeness
    )
    return p.answer(p.page(request, [each.row() for each in matches[offset:]], limit, offset), found)


@router.post(
    "/{name}/similar",
    responses=p.described(s.Page[s.MatchRow] | list[s.Page[s.MatchRow]], 400, 404),
    summary="Articles near a text, or near each of several: a list of answers in the order of the texts",
)
def similar_text(
    found: p.Model, body: s.Text | s.Texts, filters: p.Filter, likeness: p.Likeness, limit: p.Limit = 10
) -> Response:
    def one(text: s.Text) -> dict[str, Any]:
        matches = found.model.similar(text=text.text, title=text.title, top=limit, filters=filters, **likeness)
        return {"items": [each.row() for each in matches], "next": None}

    return p.answer(one(body) if isinstance(body, s.Text) else [one(text) for text in body.texts])


@router.post(
    "/{name}/assign",
    responses=p.described(s.AssignmentRow | list[s.AssignmentRow], 400, 404),
    summary="The topics of a text, or of each of several",
)
def assign(found: p.Model, body: s.Text | s.Texts, min_weight: p.Score = 0.0) -> Response:
    texts = [body] if isinstance(body, s.Text) else body.texts
    records = [Record(f"x{i}", text.title, text.text) for i, text in enumerate(texts)]
    rows = [each.row() for each in found.model.assign(records, min_weight=min_weight)]
    return p.answer(rows[0] if isinstance(body, s.Text) else rows)


@router.get("/{name}/search", responses=p.described(s.Page[s.MatchRow], 404), summary="Articles by words")
def search(
    request: Request,
    found: p.Model,
    q: Annotated[str, Query(min_length=1, max_length=1000)],
    filters: p.Filter,
    limit: p.Limit = 10,
    offset: p.Offset = 0,
) -> Response:
    matches = found.model.search(q, top=offset + limit + 1, filters=filters)
    return p.answer(p.page(request, [each.row() for each in matches[offset:]], limit, offset), found)


@router.get("/{name}/trends", responses=p.described(s.TrendsRow, 404), summary="Topics over time")
def trends(
    found: p.Model,
    filters: p.Filter,
    by: Literal["day", "week", "month", "year"] | None = None,
    group: Group | None = None,
    least: Annotated[int, Query(ge=1, le=1_000_000, description="Articles that a period needs")] = 10,
) -> Response:
    return p.answer(found.model.trends(by, group=group, least=least, filters=filters).row(), found)


@router.get("/{name}/compare", responses=p.described(s.Page[s.PartRow], 404), summary="Sources or sections by topic")
def compare(found: p.Model, filters: p.Filter, group: Group = "source") -> Response:
    rows = [part.row() for part in found.model.compare(group, filters=filters)]
    return p.answer({"items": rows, "next": None}, found)


@router.get("/{name}/stories", responses=p.described(s.Page[s.StoryRow], 404), summary="Articles on one event")
def stories(request: Request, found: p.Model, filters: p.Filter, limit: p.Limit = 10, offset: p.Offset = 0) -> Response:
    every = found.model.stories(filters) if filters and hasattr(found.model, "stories") else found.stories
    return groups(request, found, every, limit, offset)


@router.get("/{name}/duplicates", responses=p.described(s.Page[s.CopiesRow], 404), summary="Copies of one text")
def duplicates(
    request: Request, found: p.Model, filters: p.Filter, limit: p.Limit = 10, offset: p.Offset = 0
) -> Response:
    every = found.model.duplicates(filters) if filters and hasattr(found.model, "duplicates") else found.duplicates
    return groups(request, found, every, limit, offset)


# Articles of a group that are named with it; the rest by id only.
FIRST = 20


def groups(request: Request, found: Held, every: list[Any], limit: int, offset: int) -> Response:
    """A page of groups of articles, each with the headings of its first few."""
    rows = [with_headings(found, each.row()) for each in every[offset : offset + limit + 1]]
    return p.answer(p.page(request, rows, limit, offset), found)


def with_headings(found: Held, row: dict[str, Any]) -> dict[str, Any]:
    """A group with what listings show of its first articles, in its order."""
    first = row["ids"][:FIRST]
    numbers = found.model.reader.rows_by_id(first)
    records = found.model.reader.get([numbers[name] for name in first if name in numbers], text=False)
    return row | {"articles": [record.heading() for record in records]}
