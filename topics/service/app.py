"""The application: models, limits, errors, the page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from pydantic_core import from_json, to_json

import topics
from topics.report.page import PAGE_POLICY, page
from topics.service import parameters as p
from topics.service import problems, routes, writing
from topics.service import schemas as s
from topics.service.guard import Guard
from topics.service.library import Library
from topics.service.reference import reference

# Look-ups hold Python's lock for most of their time: more threads than this only wait for each other.
THREADS = 4


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served and how.

    models : name -> folder.  write : whether articles may be put and deleted.  cors : origins whose pages may ask.
    body : bytes of the largest body.  seconds : time for a request.
    """

    models: dict[str, str]
    write: bool = False
    cors: list[str] = field(default_factory=list)
    # A hundred long texts, or ten thousand short articles.
    body: int = 20_000_000
    seconds: float = 30.0

    def dump(self) -> str:
        """As text, for the processes that serve beside each other."""
        return to_json(self).decode()

    @classmethod
    def parse(cls, text: str) -> Serving:
        return cls(**from_json(text))


@asynccontextmanager
async def few_threads(app: FastAPI) -> AsyncIterator[None]:
    """For as long as the application runs."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


def make_app(serving: Serving) -> FastAPI:
    """The application.  Opens the models; raises what opening them raises, SettingError for writing without a token."""
    token = writing.check(os.environ.get(writing.TOKEN)) if serving.write else None
    library = Library({name: Path(path) for name, path in serving.models.items()})
    app = FastAPI(
        title="topics",
        version=topics.__version__,
        description="Topics of news, and articles that belong together.",
        docs_url=None,  # those that come with the framework load scripts from another host
        redoc_url=None,
        redirect_slashes=False,
        lifespan=few_threads,
    )
    app.state.library = library
    app.state.token = token
    problems.install(app)
    app.include_router(routes.router)
    if serving.write:
        app.include_router(writing.router)
    add_pages(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    if serving.cors:
        app.add_middleware(CORSMiddleware, allow_origins=serving.cors, allow_methods=["GET", "POST"])
    app.add_middleware(Guard, body=serving.body, seconds=serving.seconds)
    return app


def add_pages(app: FastAPI) -> None:
    """What is not about one model: the page, the reference, whether the service lives."""

    @app.get("/", include_in_schema=False)
    async def start() -> Response:
        return Response(page(), media_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY})

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(
            reference(app.openapi()), media_type="text/html", headers={"Content-Security-Policy": PAGE_POLICY}
        )

    @app.get("/favicon.ico", include_in_schema=False)
    async def icon() -> Response:
        return Response(status_code=204)

    @app.get("/healthz", responses={200: {"model": s.Health}}, summary="Whether the service lives")
    async def health() -> Response:
        return p.answer({"status": "ok"})

    @app.get("/readyz", responses={200: {"model": s.Ready}}, summary="Whether it can answer, and for which models")
    async def ready(request: Request) -> Response:
        library = p.library(request)
        return p.answer({"status": "ok", "models": {name: len(library.get(name).model) for name in library.names}})
