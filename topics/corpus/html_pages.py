"""HTML pages: main text, title, date, author, source and section, by trafilatura."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.extras import needed
from topics.corpus.formats import Input, Numbered

# News pages weigh up to 3 MB, nearly all of it scripts.
LONGEST = 20 << 20


def read(source: Input) -> Iterator[Numbered]:
    """One record; the whole file is meant."""
    yield 0, row(source.all_bytes(LONGEST))


def row(data: bytes, url: str | None = None) -> dict[str, Any] | BadRecord:
    """The article of a page, or why there is none.  url : where it was found, when that is known."""
    if not data.strip():
        return BadRecord("empty", "the file holds no page")
    trafilatura = needed("trafilatura", "html", "an HTML page")
    try:
        found = trafilatura.bare_extraction(
            data, url=url, with_metadata=True, include_comments=False, fast=True, as_dict=False
        )
    except Exception as error:
        return BadRecord("a page that cannot be parsed", f"({type(error).__name__})")
    text = (found.text or "").strip() if found is not None else ""
    if not text:
        return BadRecord("no main text", "(a page of links, a redirection, or one that scripts fill in)")
    row = {
        "title": found.title,
        "text": text,
        "date": found.date,
        "source": found.sitename or found.hostname,
        "section": (found.categories or [None])[0],
        "url": found.url or url,
        "authors": [name.strip() for name in (found.author or "").split(";") if name.strip()],
        "lang": found.language,
        "tags": found.tags,
        "description": found.description,
    }
    return {key: value for key, value in row.items() if value}
