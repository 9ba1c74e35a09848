"""The shapes of requests and answers, for checking the first and describing both in OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")

MOST_TEXTS = 100
LONGEST_TEXT = 200_000


class Page(BaseModel, Generic[Item]):
    """Some of a listing.  next : the address of the rest, null at the end."""

    items: list[Item]
    next: str | None


class Keyword(BaseModel):
    term: str
    weight: float


class TopicRow(BaseModel):
    model_config = ConfigDict(extra="allow")
    topic: int
    label: str
    share: float
    keywords: list[Keyword]


class Heading(BaseModel):
    id: str
    title: str | None
    date: str | None
    source: str | None
    url: str | None


class TopicArticleRow(Heading):
    topic: int
    weight: float


class ReasonRow(BaseModel):
    term: str | None
    topic: int | None = None
    words: list[str] | None = None
    weight: float


class MatchRow(Heading):
    model_config = ConfigDict(extra="allow")
    score: float
    why: list[ReasonRow]


class TopicWeightRow(BaseModel):
    topic: int
    label: str
    weight: float


class AssignmentRow(Heading):
    topics: list[TopicWeightRow]


class StoryRow(BaseModel):
    model_config = ConfigDict(extra="allow")
    story: int
    title: str
    ids: list[str]


class CopiesRow(BaseModel):
    model_config = ConfigDict(extra="allow")
    ids: list[str]


class ArticleRow(Heading):
    """The whole article, with its topics and its story."""

    model_config = ConfigDict(extra="allow")
    text: str | None
    section: str | None
    authors: list[str] | None
    lang: str | None
    topics: list[TopicWeightRow]
    story: StoryRow | None


class PeriodRow(BaseModel):
    period: str
    first: str
    last: str
    articles: int
    enough: bool


class TrendRow(BaseModel):
    topic: int
    label: str
    group: str | None
    share: float
    count: int
    change: float | None
    direction: str | None
    shares: list[float | None]
    counts: list[int]


class TrendGroup(BaseModel):
    group: str | None
    articles: int
    periods: list[PeriodRow]
    topics: list[TrendRow]


class TrendsRow(BaseModel):
    by: str
    least: int
    undated: int
    groups: list[TrendGroup]


class PartRow(BaseModel):
    group: str
    articles: int
    shares: list[float]


class ModelRow(BaseModel):
    model: str
    articles: int
    topics: int
    created: str
    changed: str
    first: str | None = Field(description="Day of the first article that has a date")
    last: str | None
    sources: list[str]
    sections: list[str]
    stories: bool
    duplicates: bool


class Health(BaseModel):
    status: str


class Ready(BaseModel):
    status: str
    models: dict[str, int]


class Added(BaseModel):
    model_config = ConfigDict(extra="allow")
    added: int
    replaced: int
    unchanged: int


class Removed(BaseModel):
    removed: int


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class Text(BaseModel):
    """A text to look up or to assign."""

    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class Texts(BaseModel):
    """Several of them."""

    model_config = ConfigDict(extra="forbid")
    texts: Annotated[list[Text], Field(min_length=1, max_length=MOST_TEXTS)]


class Articles(BaseModel):
    """Articles to add or replace: objects as `topics read --json` prints them."""

    model_config = ConfigDict(extra="forbid")
    articles: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10_000)]
