"""JSON of the trade: items of a JSON Feed (jsonfeed.org, 1.0 and 1.1) and ninjs (IPTC, 1 to 3), as plain records."""

from __future__ import annotations

from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.markup import text_of_html

Row = dict[str, Any]

_NO_TEXT = ("picture", "photo", "image", "video", "audio", "graphic", "composite", "event", "planning")
_ROLES = ("main", "plain", "text", "xhtml", "html", "richtext")


def plain(row: Row) -> Row | BadRecord:
    """The record with our names where it is one of these formats, which call no field "text", else itself."""
    if "text" in row:
        return row
    if isinstance(row.get("content_html") or row.get("content_text"), str):
        return _feed_item(row)
    if is_ninjs(row):
        return _ninjs(row)
    return row


def is_feed(value: Any) -> bool:
    """Whether a document is a JSON Feed."""
    return isinstance(value, dict) and str(value.get("version", "")).startswith("https://jsonfeed.org/")


def feed_items(feed: Row) -> list[Any]:
    """The items of a JSON Feed; what the feed says of all of them stands in each."""
    shared: Row = {"source": feed.get("title"), "language": feed.get("language")}
    if "authors" in feed or "author" in feed:
        shared["authors"] = feed.get("authors") or feed.get("author")
    items = feed.get("items")
    found = items if isinstance(items, list) else []
    return [shared | item if isinstance(item, dict) else item for item in found]


def _feed_item(row: Row) -> Row:
    html, text = row.get("content_html"), row.get("content_text")
    tags = row.get("tags")
    named: Row = {
        "text": text if isinstance(text, str) and text else text_of_html(html) if isinstance(html, str) else "",
        "date": row.get("date_published") or row.get("date_modified"),
        "section": tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else None,
        "url": row.get("url") or row.get("external_url"),
        "authors": _names(row.get("authors") or row.get("author")),
    }
    used = ("content_html", "content_text", "date_published", "date_modified", "author", "authors")
    return {key: value for key, value in row.items() if key not in used} | {k: v for k, v in named.items() if v}


def is_ninjs(row: Row) -> bool:
    """Whether a record is of the IPTC's: it has their time stamps, or bodies by role."""
    keys = row.keys()
    if not keys & {"uri", "guid"}:
        return False
    stamped = bool(keys & {"versioncreated", "versionCreated", "firstcreated", "firstCreated", "pubstatus"})
    return stamped or isinstance(row.get("bodies"), list) or any(key.startswith("body_") for key in keys)


def _ninjs(row: Row) -> Row | BadRecord:
    text = _body(row)
    kind = str(row.get("type") or "").casefold()
    if not text and (kind in _NO_TEXT or row.get("renditions")):
        return BadRecord("a news item without text", f"(it is of type {kind or 'picture'})")
    named: Row = {
        "id": row.get("uri") or row.get("guid"),
        "title": _headline(row),
        "text": text,
        "date": next((row[key] for key in _DATES if row.get(key)), None),
        "source": _source(row),
        "section": next(iter(_names(row.get("subject") or row.get("subjects"))), None),
        "authors": _byline(row),
        "lang": row.get("language"),
        "slug": row.get("slugline"),
        "place": row.get("located"),
    }
    return {key: value for key, value in named.items() if value}


_DATES = ("firstcreated", "firstCreated", "contentcreated", "contentCreated", "versioncreated", "versionCreated")


def _headline(row: Row) -> str:
    """The main headline: headline (1.4), headline_main (1.5), headlines by role (2 and 3); a title at last."""
    found = row.get("headline") or row.get("headline_main")
    if not found:
        found = _by_role(row.get("headlines"))
    if not found:
        found = next((value for key, value in row.items() if key.startswith("headline_") and value), None)
    return text_of_html(str(found or row.get("title") or row.get("name") or ""))


def _body(row: Row) -> str:
    """The body, plain if there is one, for that is what the sender takes for the text."""
    bodies = {key.removeprefix("body_"): value for key, value in row.items() if key.startswith("body_")}
    found = _by_role(row.get("bodies")) or next((bodies[role] for role in _ROLES if bodies.get(role)), None)
    if not found:
        found = next(filter(None, bodies.values()), None)
    return text_of_html(found) if isinstance(found, str) else ""


def _by_role(parts: Any) -> str | None:
    """The value of the part whose role comes first in `_ROLES`, else of the first."""
    if not isinstance(parts, list):
        return None
    values: dict[str, str] = {}
    for part in parts:
        if isinstance(part, dict) and isinstance(part.get("value"), str) and part["value"]:
            values.setdefault(str(part.get("role") or "").casefold(), part["value"])
    return next((values[role] for role in _ROLES if role in values), next(iter(values.values()), None))


def _source(row: Row) -> str | None:
    info = _names(row.get("infosources") or row.get("infoSources") or row.get("infosource"))
    holder = row.get("copyrightholder") or row.get("copyrightHolder") or row.get("source")
    return next(iter(info), None) or (holder if isinstance(holder, str) else None)


def _byline(row: Row) -> list[str]:
    byline = row.get("by") or row.get("byline")
    if isinstance(byline, str) and byline:
        return [byline.removeprefix("By ")]
    return _names(row.get("authors"))


def _names(value: Any) -> list[str]:
    """Names of a list of strings and {"name": ...}."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    return [name for name in names if isinstance(name, str) and name]
