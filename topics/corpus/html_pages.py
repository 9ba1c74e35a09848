"""HTML pages: main text, title, date, author, source and section, by trafilatura."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.encodings import BOMS, guess
from topics.corpus.extras import needed
from topics.corpus.formats import Input, Numbered

# News pages weigh up to 3 MB, nearly all of it scripts.
LONGEST = 20 << 20

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
# As browsers read these names (encoding.spec.whatwg.org): the later and larger encodings of the same makers.
_BROWSERS = {
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "x-sjis", "sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), "cp874"),
}
_NAMED = frozenset(("og:title", "twitter:title", "citation_title", "dc.title", "dcterms.title", "headline"))
_MARKS = " |–—·»:-"
_BETWEEN = re.compile(r"\s+[|–—·»:-]+\s+")
_SHORTEST = 15


def read(source: Input) -> Iterator[Numbered]:
    """One record; the whole file is meant."""
    yield 0, row(source.all_bytes(LONGEST))


def row(data: bytes, url: str | None = None) -> dict[str, Any] | BadRecord:
    """The article of a page, or why there is none.  url : where it was found, when that is known."""
    if not data.strip():
        return BadRecord("empty", "the file holds no page")
    trafilatura = needed("trafilatura", "html", "an HTML page")
    try:
        tree = trafilatura.load_html(decoded(data))
        titles = _titles(tree) if tree is not None else ("", [], True)
        # Its fuller searches take twice the time, for text no better on the pages it was measured on, and for dates
        # seconds of loading: it found 4 more days among 68 pages, and differed on two.
        found: Any = tree is not None and trafilatura.bare_extraction(
            tree,
            url=url,
            with_metadata=True,
            include_comments=False,
            fast=True,
            as_dict=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception as error:
        return BadRecord("a page that cannot be parsed", f"({type(error).__name__})")
    text = (found.text or "").strip() if found else ""
    if not text:
        return BadRecord("no main text", "(a page of links, a redirection, or one that scripts fill in)")
    row = {
        "title": _title(found.title or "", *titles),
        "text": text,
        "date": found.date,
        "source": found.sitename or found.hostname,
        "section": (found.categories or [None])[0],
        "url": found.url or url,
        "authors": [name.strip() for name in (found.author or "").split(";") if name.strip()],
        "lang": found.language or _language(tree),
        "tags": found.tags,
        "description": found.description,
    }
    return {key: value for key, value in row.items() if value}


def decoded(data: bytes) -> str:
    """A page as text: by its mark, by UTF-8, by what it declares, by what it looks like."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii", "replace").lower() if declared else ""
    if name in ("", "utf-8", "utf8"):
        broken = data.decode("utf-8", "replace")
        # UTF-8 with a few broken characters stays UTF-8.
        if sum(char > "\x7f" for char in broken) > 4 * broken.count("\ufffd"):
            return broken
        return data.decode(guess(data), "replace")
    try:
        return data.decode(_BROWSERS.get(name, name), "replace")
    except LookupError:
        return data.decode(guess(data), "replace")


def _titles(tree: Any) -> tuple[str, list[str], bool]:
    """What stands in <title>, the <h1>s, and whether the page names its title for others (Open Graph and so on)."""
    heads = [" ".join(node.text_content().split()) for node in tree.iter("title", "h1")]
    tags = [node.tag for node in tree.iter("title", "h1")]
    title = next((head for head, tag in zip(heads, tags, strict=True) if tag == "title"), "")
    named = any(
        (node.get("property") or node.get("name") or "").lower() in _NAMED and (node.get("content") or "").strip()
        for node in tree.iter("meta")
    )
    return title, [head for head, tag in zip(heads, tags, strict=True) if tag == "h1" and head], named


def _title(found: str, title: str, heads: list[str], named: bool) -> str:
    """A headline that is on the page goes before it with the outlet's name; <title> before an <h1> it knows not."""
    outlet = _BETWEEN.split(title)[-1]  # by far most pages end their <title> with it
    for head in heads:
        if len(head) >= _SHORTEST and found.startswith(head) and found[len(head) :].strip(_MARKS) == outlet:
            return head
    return title if title and not named and " ".join(found.split()) not in title else found


def _language(tree: Any) -> str | None:
    lang = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    return lang or None
