"""NITF, the IPTC's markup of news items (nitf.org, versions 2.5 to 3.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from topics.corpus.formats import Numbered
from topics.corpus.markup import line_of, parse_xml, text_of


def articles(data: bytes) -> Iterator[Numbered]:
    yield 0, row(parse_xml(data))


def row(nitf: Element) -> dict[str, Any]:
    """The article of a <nitf> element."""
    head, body = nitf.find("head"), nitf.find("body")
    docdata = nitf.find(".//docdata")
    title = line_of(nitf.find(".//hedline/hl1")) or line_of(nitf.find(".//hedline")) or line_of(nitf.find("head/title"))
    content = body.findall(".//body.content") if body is not None else []
    text = "\n\n".join(part for part in map(text_of, content) if part)
    found: dict[str, Any] = {
        "id": _attribute(docdata, "doc-id", "id-string"),
        "title": title,
        "text": text or text_of(nitf.find(".//abstract")),
        "date": _date(nitf, docdata),
        "source": _source(nitf, docdata),
        "section": _section(head),
        "authors": [name for byline in nitf.iterfind(".//byline") if (name := author(line_of(byline)))],
        "lang": nitf.get("lang") or (body.get("lang") if body is not None else None),
        "dateline": line_of(nitf.find(".//dateline")),
        "place": line_of(nitf.find(".//dateline/location")),
        "keywords": [key.get("key") for key in nitf.iterfind(".//key-list/keyword") if key.get("key")],
    }
    return {key: value for key, value in found.items() if value}


def author(byline: str) -> str:
    """A name without the "By" before it."""
    first, _, rest = byline.partition(" ")
    return rest.strip() if first.casefold() in ("by", "von", "par", "por", "di") else byline


def _attribute(above: Element | None, path: str, name: str) -> str | None:
    found = above.find(path) if above is not None else None
    return found.get(name) if found is not None else None


def _date(nitf: Element, docdata: Element | None) -> str | None:
    publication = nitf.find(".//pubdata")
    return (
        _attribute(docdata, "date.issue", "norm")
        or _attribute(docdata, "date.release", "norm")
        or (publication.get("date.publication") if publication is not None else None)
        or _attribute(nitf, ".//story.date", "norm")
    )


def _source(nitf: Element, docdata: Element | None) -> str | None:
    publication = nitf.find(".//pubdata")
    return (
        line_of(nitf.find(".//distributor"))
        or (publication.get("name") if publication is not None else None)
        or _attribute(docdata, "doc.copyright", "holder")
        or _attribute(docdata, "del-list/from-src", "src-name")
    )


def _section(head: Element | None) -> str | None:
    if head is None:
        return None
    for subject in head.iterfind(".//tobject.subject"):
        for name in ("type", "matter", "detail"):
            if found := subject.get(f"tobject.subject.{name}"):
                return found
    return _attribute(head, ".//pubdata", "position.section") or _attribute(head, ".//doc-scope", "scope")
