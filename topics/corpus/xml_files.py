"""XML of news: feeds, NITF, NewsML; which it is, the first element tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topics.corpus.articles import BadRecord
from topics.corpus.formats import Input, Numbered

# A feed or a news item is far below; an export of a whole site is cut up by its tools.
LONGEST = 1 << 26

_LEAD = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_FIRST = re.compile(rb"\s*<(?:[\w.-]+:)?([\w.-]+)")
_FEEDS = ("rss", "feed", "RDF")
_NEWSML = ("NewsML", "newsItem", "newsMessage", "packageItem", "NewsItem")
# The other documents of NewsML-G2, which hold no article.
_NO_NEWS = {
    "conceptItem": "a concept",
    "knowledgeItem": "a list of concepts",
    "planningItem": "a plan of coverage",
    "catalogItem": "a catalogue of schemes",
}


def read(source: Input) -> Iterator[Numbered]:
    """The articles of one document; the line is 0, for the parsers do not tell it."""
    data = source.all_bytes(LONGEST)
    name = first_element(data)
    if name in _FEEDS or (name == "html" and re.search(rb"<(?:rss|feed)[\s>]", data[:5000])):
        from topics.corpus import feeds

        yield from feeds.articles(data)
    elif name == "nitf":
        from topics.corpus import nitf

        yield from nitf.articles(data)
    elif name in _NEWSML:
        from topics.corpus import newsml

        yield from newsml.articles(data)
    elif name in _NO_NEWS:
        yield 0, BadRecord("no news item", f"(a NewsML-G2 document with {_NO_NEWS[name]})")
    elif name == "html":
        yield 0, BadRecord("an HTML page", "try --format html")
    elif not name:
        yield 0, BadRecord("not XML" if data.strip() else "empty", "no element was found")
    else:
        yield (
            0,
            BadRecord("XML of a kind that is not read", f"(<{name[:40]}>); readable are RSS, Atom, NITF and NewsML"),
        )


def first_element(data: bytes) -> str:
    """The name of the first element, without its prefix; "" when there is none."""
    head = data[: 1 << 16]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", "replace").encode()
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    while (lead := _LEAD.match(head, at)) is not None:
        at = lead.end()
    found = _FIRST.match(head, at)
    return found[1].decode("utf-8", "replace") if found else ""
