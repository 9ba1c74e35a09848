"""NewsML 1.2 and NewsML-G2, the IPTC's envelopes of news items."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from topics.corpus import nitf
from topics.corpus.articles import BadRecord
from topics.corpus.formats import Numbered
from topics.corpus.markup import line_of, parse_xml, text_of, text_of_html

_NO_TEXT = ("picture", "video", "audio", "graphic", "animation", "composite", "concept")


def articles(data: bytes) -> Iterator[Numbered]:
    """Items of text, in order; pictures, packages and whatever else such files hold are refused one by one."""
    root = parse_xml(data)
    found = False
    for element in root.iter():
        if element.tag == "newsItem":
            found = True
            yield 0, _g2(element)
        elif element.tag == "NewsItem":
            found = True
            yield 0, _1_2(element)
        elif element.tag in ("packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"):
            found = True
            yield 0, BadRecord("no news item", f"(a NewsML-G2 {element.tag} refers to articles and holds none)")
    if not found:
        yield 0, BadRecord("no article", f"(<{root.tag[:40]}> holds no news item)")


def _g2(item: Element) -> dict[str, Any] | BadRecord:
    kind = _after(_of(item, "itemMeta/itemClass", "qcode") or _of(item, "itemMeta/itemClass", "literal") or "", ":")
    inner = item.find(".//inlineXML//nitf")
    row = nitf.row(inner) if inner is not None else {}
    texts = list(_g2_texts(item)) if inner is None else [row.get("text", "")]
    text = max(texts, key=len, default="")
    if "</p>" in text or "<br" in text:  # HTML that was escaped to pass as text
        text = text_of_html(text)
    if not text and kind in _NO_TEXT:
        return BadRecord("a news item without text", f"(it is of class {kind})")
    meta = item.find("contentMeta")
    headlines = item.findall(".//contentMeta/headline")
    main = next((line for line in headlines if "main" in (line.get("role") or "").casefold()), None)
    title = line_of(main if main is not None else headlines[0] if headlines else item.find("itemMeta/title"))
    subjects = [line_of(name) for name in item.iterfind(".//contentMeta/subject/name")]
    found: dict[str, Any] = {
        "id": item.get("guid") or row.get("id"),
        "title": title or row.get("title"),
        "text": text,
        "date": _first(item, "itemMeta/firstCreated", "contentMeta/contentCreated", "itemMeta/versionCreated"),
        "source": _name(item.find(".//contentMeta/infoSource"))
        or _first(item, "contentMeta/creditline")
        or _name(item.find("itemMeta/provider")),
        "section": next(iter(subjects), None) or row.get("section"),
        "authors": [nitf.author(line_of(by)) for by in item.iterfind(".//contentMeta/by") if line_of(by)]
        or row.get("authors")
        or list(filter(None, (_name(creator) for creator in item.iterfind("contentMeta/creator")))),
        "lang": (_of(meta, "language", "tag") if meta is not None else None) or item.get("lang"),
        "slug": _first(item, "contentMeta/slugline"),
        "dateline": _first(item, "contentMeta/dateline"),
        "subjects": subjects,
    }
    return {key: value for key, value in found.items() if value}


def _g2_texts(item: Element) -> Iterator[str]:
    for xml in item.iterfind(".//contentSet/inlineXML"):
        for body in xml.iter("body"):
            yield text_of(body)
            break
        else:
            yield text_of(xml)
    for data in item.iterfind(".//contentSet/inlineData"):
        if "html" in (data.get("contenttype") or ""):
            yield text_of_html("".join(data.itertext()))
        elif (data.get("contenttype") or "text/plain").startswith("text/") and not data.get("encoding"):
            yield "".join(data.itertext()).strip()


def _1_2(item: Element) -> dict[str, Any] | BadRecord:
    inner = item.find(".//DataContent//nitf")
    row = nitf.row(inner) if inner is not None else {}
    text = row.get("text") or max(map(_content_1_2, item.iter("ContentItem")), key=len, default="")
    title = _first(item, ".//NewsLines/HeadLine") or row.get("title")
    kinds = {kind.get("FormalName", "").casefold() for kind in item.iterfind(".//ContentItem/MediaType")}
    if not text and kinds and not kinds & {"text", "complexdata"}:
        return BadRecord("a news item without text", f"(it is of class {', '.join(sorted(kinds))[:80]})")
    section = next((prop.get("Value") for prop in item.iter("Property") if prop.get("FormalName") == "Section"), None)
    found: dict[str, Any] = {
        "id": _first(item, ".//NewsIdentifier/PublicIdentifier"),
        "title": title,
        "text": text,
        "date": _first(item, ".//NewsManagement/FirstCreated", ".//NewsIdentifier/DateId") or row.get("date"),
        "source": _of(item, ".//AdministrativeMetadata/Provider/Party", "FormalName")
        or _of(item, ".//AdministrativeMetadata/Source/Party", "FormalName")
        or _first(item, ".//NewsIdentifier/ProviderId"),
        "section": section or row.get("section"),
        "authors": [name for by in item.iterfind(".//NewsLines/ByLine") if (name := nitf.author(line_of(by)))]
        or row.get("authors"),
        "lang": _of(item, ".//DescriptiveMetadata/Language", "FormalName") or item.get("lang"),
        "slug": _first(item, ".//NewsLines/SlugLine"),
        "dateline": _first(item, ".//NewsLines/DateLine") or row.get("dateline"),
    }
    return {key: value for key, value in found.items() if value}


def _content_1_2(content: Element) -> str:
    data = content.find("DataContent")
    if data is None or content.find("Encoding") is not None:
        return ""
    body = data.find(".//body")
    if len(data) == 0:  # marked-up text in a text node, or plain text
        return text_of_html("".join(data.itertext()))
    return text_of(body if body is not None else data)


def _first(above: Element, *paths: str) -> str | None:
    return next((line for path in paths if (line := line_of(above.find(path)))), None)


def _of(above: Element, path: str, name: str) -> str | None:
    found = above.find(path)
    return found.get(name) if found is not None else None


def _name(party: Element | None) -> str | None:
    """The name of a provider, person or section: written out, else its literal, else its code."""
    if party is None:
        return None
    return line_of(party.find("name")) or party.get("literal") or _after(party.get("qcode") or "", ":") or None


def _after(text: str, mark: str) -> str:
    return text.rpartition(mark)[2]
