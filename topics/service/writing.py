"""Adding and removing articles over HTTP: only with `--write`, and a token."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.exceptions import HTTPException

from topics.corpus import from_objects
from topics.errors import SettingError
from topics.service import parameters as p
from topics.service import schemas as s
from topics.update import add, remove

TOKEN = "TOPICS_TOKEN"
# Shorter ones can be guessed.
SHORTEST = 16


def check(token: str | None) -> str:
    """The token that writers must send.  Raises SettingError."""
    if not token or len(token) < SHORTEST:
        raise SettingError(
            f"--write needs a token of {SHORTEST} characters or more in ${TOKEN}; "
            f"try: export {TOKEN}=$(python -c 'import secrets; print(secrets.token_urlsafe())')"
        )
    return token


async def allowed(request: Request, authorization: Annotated[str, Header(max_length=1000)] = "") -> None:
    """Ends the request with 401 unless it bears the token."""
    scheme, _, given = authorization.partition(" ")
    expected: str = request.app.state.token
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected.encode()):
        raise HTTPException(401, "send the token: Authorization: Bearer ...", {"WWW-Authenticate": "Bearer"})


router = APIRouter(prefix="/v1/models", dependencies=[Depends(allowed)])


@router.put("/{name}/articles", responses=p.described(s.Added, 400, 401, 404), summary="Add articles, or replace them")
def put_articles(request: Request, name: p.Name, body: s.Articles) -> Response:
    library = p.library(request)
    counts = add(library.path(name), from_objects(body.articles))
    library.refresh(name)
    return p.answer(counts.row())


@router.delete("/{name}/article", responses=p.described(s.Removed, 401, 404), summary="Remove an article")
def delete_article(request: Request, name: p.Name, article: p.Article) -> Response:
    library = p.library(request)
    model = library.refresh(name).model
    (record,) = model.reader.get([model.find(article)], text=False)
    removed = remove(library.path(name), [record.id])
    library.refresh(name)
    return p.answer({"removed": removed})
