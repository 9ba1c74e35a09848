"""What an address may ask for, and how an answer is made."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Path, Query, Request, Response
from pydantic_core import to_json

from topics.errors import SettingError
from topics.facets import Filters
from topics.service.library import Held, Library
from topics.service.problems import MEDIA, NotModified
from topics.service.schemas import Problem

# Nobody turns this many pages; ties beyond are settled by reading every article before.
DEEPEST = 10_000
MOST = 100

Name = Annotated[str, Path(max_length=200, description="A model that is served")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many to list")]
Offset = Annotated[int, Query(ge=0, le=DEEPEST, description="How many to pass over")]
Score = Annotated[float, Query(ge=0, le=1, description="Only scores from here on")]
Word = Annotated[str, Query(max_length=300)]
Date = Annotated[str | None, Query(max_length=40, description="2026-03-04, 2026-03, 2026 or 2026-03-04T06:30:00Z")]
NONE: list[str] = []
Names = Annotated[list[Word], Query(max_length=50, description="Any of these; may be repeated")]
Others = Annotated[list[Word], Query(max_length=50, description="None of these; may be repeated")]
Id = Annotated[str | None, Query(max_length=2000, description="An article of the model: its id or title")]
Url = Annotated[str | None, Query(max_length=2000, description="An article of the model: its URL")]


def library(request: Request) -> Library:
    found: Library = request.app.state.library
    return found


async def held(request: Request, name: Name) -> Held:
    """The model asked for; ends the request with 304 when the client has its answer already."""
    found = library(request).get(name)
    known = request.headers.get("if-none-match")
    if known and request.method in ("GET", "HEAD"):
        tags = [tag.strip().removeprefix("W/") for tag in known.split(",")]
        if "*" in tags or found.etag.removeprefix("W/") in tags:
            raise NotModified(found.etag)
    return found


async def filters(
    since: Date = None, until: Date = None, source: Names = NONE, section: Names = NONE, not_source: Others = NONE
) -> Filters:
    """The filters that all listings take."""
    return Filters(since or None, until or None, tuple(source), tuple(section), tuple(not_source))


async def likeness(
    min_score: Score = 0.0,
    no_copies: Annotated[bool, Query(description="No copies of the query, nor of an article above")] = False,
    half_life: Annotated[
        str | None, Query(max_length=20, description="Let an article count half for each 90d, 12h or 2w apart")
    ] = None,
) -> dict[str, Any]:
    """What looking for similar articles takes besides, as `Model.similar` names it."""
    return {"min_score": min_score, "no_copies": no_copies, "half_life": half_life or None}


async def article(id: Id = None, url: Url = None) -> str:
    """The one article that is asked for."""
    if (id is None) == (url is None):
        raise SettingError("say which article: one of id= and url=")
    return id if id is not None else str(url)


Model = Annotated[Held, Depends(held)]
Filter = Annotated[Filters, Depends(filters)]
Likeness = Annotated[dict[str, Any], Depends(likeness)]
Article = Annotated[str, Depends(article)]


def answer(payload: Any, found: Held | None = None) -> Response:
    """JSON, with the tag of the model's state when it follows from that and the address alone."""
    headers = {"ETag": found.etag, "Cache-Control": "no-cache"} if found else None
    return Response(to_json(payload), headers=headers, media_type="application/json")


def page(request: Request, rows: list[Any], limit: int, offset: int) -> dict[str, Any]:
    """A page of a listing.  rows : from `offset` on, one more than `limit` when there are more."""
    following = None
    if len(rows) > limit and offset + limit <= DEEPEST:
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "offset"]
        following = f"{request.url.path}?{urlencode([*query, ('offset', offset + limit)])}"
    return {"items": rows[:limit], "next": following}


def described(shape: Any, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The answers of an address, for its description."""
    made: dict[int | str, dict[str, Any]] = {200: {"model": shape, "description": "The answer"}}
    for status in (*statuses, 408, 413, 422, 500, 503):
        made[status] = {"description": _SAID[status], "content": {MEDIA: {"schema": Problem.model_json_schema()}}}
    return made


_SAID = {
    400: "The body cannot be read",
    401: "A token is needed",
    404: "No such model, article or topic",
    408: "The request did not come whole in time",
    413: "The body is too large",
    422: "Something asked for is out of range",
    500: "A bug",
    503: "The model or the machine cannot answer now",
}
