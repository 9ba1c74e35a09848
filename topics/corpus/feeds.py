"""RSS and Atom of any version, broken ones too, by feedparser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.extras import needed
from topics.corpus.formats import Numbered
from topics.corpus.markup import text_of_html


def articles(data: bytes) -> Iterator[Numbered]:
    """Entries in the order of the feed."""
    feedparser = needed("feedparser", "feeds", "a feed")
    try:
        parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:
        yield 0, BadRecord("a feed that cannot be parsed", f"({type(error).__name__})")
        return
    feed: Any = parsed.feed
    for entry in parsed.entries:
        yield 0, _row(entry, feed)
    if not parsed.entries:
        yield 0, BadRecord("no article", "(the feed has no entries)")


def _row(entry: Any, feed: Any) -> dict[str, Any]:
    texts = [text_of_html(part.get("value") or "") for part in entry.get("content", ())]
    summary = text_of_html(entry.get("summary") or "")
    text = max([*texts, summary], key=len)
    source = entry.get("source") or {}
    # Asked plainly: its own look-up guesses one date from the other, and warns.
    row: dict[str, Any] = {
        "id": entry.get("id"),
        "title": text_of_html(entry.get("title") or ""),
        "text": text,
        "date": dict.get(entry, "published") or dict.get(entry, "updated"),
        "source": text_of_html(source.get("title") or feed.get("title") or "") or None,
        "section": next((tag.get("term") for tag in entry.get("tags") or () if tag.get("term")), None),
        "url": entry.get("link"),
        "authors": [author["name"] for author in entry.get("authors") or () if author.get("name")],
        "lang": _language(entry, feed),
    }
    if summary and summary != text:
        row["summary"] = summary
    tags = [tag.get("term") for tag in entry.get("tags") or () if tag.get("term")]
    if len(tags) > 1:
        row["tags"] = tags
    return {key: value for key, value in row.items() if value}


def _language(entry: Any, feed: Any) -> str | None:
    for part in (*entry.get("content", ()), entry.get("summary_detail") or {}, entry.get("title_detail") or {}):
        if part.get("language"):
            return str(part["language"])
    found = feed.get("language")
    return str(found) if found else None
