"""What went wrong, as problem details (RFC 9457)."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from topics.errors import (
    ArticleNotFound,
    MachineError,
    ModelError,
    ModelNotFound,
    SettingError,
    SourceError,
    TopicsError,
)

MEDIA = "application/problem+json"

log = logging.getLogger("topics.service")

NOT_JSON = "the body cannot be read as JSON in UTF-8"

# The first that fits.
STATUS: tuple[tuple[type[TopicsError], int], ...] = (
    (SettingError, 422),
    (SourceError, 422),
    (ArticleNotFound, 404),
    (ModelNotFound, 404),
    (ModelError, 503),
    (MachineError, 503),
)


class NotModified(Exception):
    """The client holds this state of the model already."""

    def __init__(self, etag: str) -> None:
        super().__init__(etag)
        self.etag = etag


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """An answer that says what is wrong and what to try."""
    title = HTTPStatus(status).phrase
    row = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    # a client's broken characters may stand in the detail: they are escaped, never refused
    return Response(json.dumps(row), status, headers, MEDIA)


def of_error(error: TopicsError) -> Response:
    """The answer to an error of ours."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    # paths of this machine are for its log, not for whoever asks
    if status >= 500:
        log.error("%s", error)
        what = "the model cannot be used now" if isinstance(error, ModelError) else "the machine refused, or is writing"
        return problem(
            status, f"{what}; the log of the service says more", {"Retry-After": "5"} if status == 503 else None
        )
    return problem(status, str(error))


def install(app: FastAPI) -> None:
    """Every error of the application becomes a problem."""

    @app.exception_handler(TopicsError)
    async def ours(request: Request, error: TopicsError) -> Response:
        return of_error(error)

    @app.exception_handler(NotModified)
    async def unchanged(request: Request, error: NotModified) -> Response:
        return Response(status_code=304, headers={"ETag": error.etag, "Cache-Control": "no-cache"})

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(each.get("type") == "json_invalid" for each in found):
            return problem(400, NOT_JSON)
        return problem(422, "; ".join(_told(each) for each in found[:5]))

    @app.exception_handler(HTTPException)
    async def plain(request: Request, error: HTTPException) -> Response:
        # the framework's own words for a body that is no JSON, or nested too deeply
        said = {400: NOT_JSON, 404: "nothing here; /docs lists the addresses"}
        detail = said.get(error.status_code, error.detail)
        return problem(error.status_code, str(detail), dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        return problem(500, "a bug of ours; the log of the service says more, please report it")


def _told(error: dict[str, Any]) -> str:
    """Where and what, without what was sent."""
    where = ".".join(str(part) for part in error.get("loc", ()))
    return f"{where}: {error.get('msg', 'cannot be used')}"[:300]
