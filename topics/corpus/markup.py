"""Text out of HTML fragments and XML trees; XML is parsed without entities of its own and to a bounded depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from topics.corpus.articles import BadRecord

# Elements that begin a paragraph, of HTML and of NITF.
_BLOCKS = frozenset(
    """
    address article aside blockquote body block bq center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6
    header hl1 hl2 hr li main nav ol p pre section table tr ul note nitf-table
    """.split()  # noqa: SIM905 - as a list hard to read
)
# Elements of which nothing is the article's text.
_LEFT_OUT = frozenset(
    "script style head template noscript media figcaption button select svg iframe object".split()  # noqa: SIM905
)
_EMPTY = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
_SPACE = re.compile(r"[ \t\r\f\v\xa0]*\n[ \t\r\f\v\xa0]*")
_BLANK = re.compile(r"\n{3,}")
_RUN = re.compile(r"[ \t\r\n\f\v\xa0]+")
_COMMENT = re.compile("<!--.*?-->", re.DOTALL)
_ANY_TAG = re.compile(r"<[^>]*>?")
_TAG = re.compile(r"<[A-Za-z!/]|&[#A-Za-z]")
# Python turns no more than 4,300 digits into a number; no letter has more than seven.
_ENDLESS = re.compile(r"(&#[0-9]{100})[0-9]+")

# Documents of news are some twenty deep.
_DEEPEST_XML = 500


def text_of_html(fragment: str) -> str:
    """The text of an HTML fragment, a blank line between paragraphs; text without any markup as it is."""
    if not _TAG.search(fragment):
        return fragment.strip()
    parser = _Fragment()
    try:
        parser.feed(_ENDLESS.sub(r"\1", _closed(fragment)))
        parser.close()
    except AssertionError:  # the standard library's, for "<![" and what it does not know behind it
        return joined([_RUN.sub(" ", _ANY_TAG.sub(" ", fragment))])
    return joined(parser.parts)


def _closed(fragment: str) -> str:
    """A fragment without comments, and without openings that nothing closes.

    For each of those the standard library looks through all the rest: a megabyte of ``<a `` would take an hour.
    """
    end = fragment.rfind("-->") + 3
    if end > 2:
        fragment = _COMMENT.sub("", fragment[:end]) + fragment[end:]
    fragment = fragment.replace("<!--", " ")
    for opening, closing in (("<![CDATA[", "]]>"), ("<![", "]>"), ("<", ">")):
        end = fragment.rfind(closing) + len(closing)
        end = end if end >= len(closing) else 0
        if opening in fragment[end:]:
            fragment = fragment[:end] + fragment[end:].replace(opening, "&lt;" if opening == "<" else " ")
    return fragment


def joined(parts: list[str]) -> str:
    """Pieces of text, of which some are line ends, as paragraphs."""
    return _BLANK.sub("\n\n", _SPACE.sub("\n", "".join(parts))).strip()


class _Fragment(HTMLParser):
    """Collects text.  Elements need not be closed: only what is left out is counted, and it ends with its own tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._out: str | None = None
        self._deep = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if self._out is not None:
            self._deep += tag == self._out
        elif tag in _LEFT_OUT and tag not in _EMPTY:
            self._out, self._deep = tag, 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        if tag not in _LEFT_OUT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._out is not None:
            self._deep -= tag == self._out
            if not self._deep:
                self._out = None
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if self._out is None:
            self.parts.append(_RUN.sub(" ", data))


def parse_xml(data: bytes) -> Element:
    """The tree of a document, names without namespaces and prefixes.

    Raises BadRecord for what is not well formed, for a document that defines entities (billion laughs, files of this
    machine) and for one nested deeper than any news.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    deep = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal deep
        deep += 1
        if deep > _DEEPEST_XML:
            raise BadRecord("XML nested too deep", f"at most {_DEEPEST_XML} levels are read")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal deep
        deep -= 1
        builder.end(_local(name))

    def entity(name: str, *_: Any) -> None:
        raise BadRecord("XML that defines entities", f"({name[:40]!r}); they are not read, for they can hide anything")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data.lstrip(), True)
    except expat.ExpatError as error:
        raise BadRecord("broken XML", f"({error})") from error
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise BadRecord("broken XML", f"({error})") from error
    root: Element = builder.close()
    return root


def _local(name: str) -> str:
    name = name.rpartition("}")[2]
    return name.rpartition(":")[2]


def text_of(element: Element | None) -> str:
    """The text below an element as paragraphs; "" for None."""
    return "" if element is None else joined(list(_pieces(element)))


def line_of(element: Element | None) -> str:
    """The text below an element on one line; "" for None."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _pieces(element: Element) -> Iterator[str]:
    block = element.tag in _BLOCKS
    if block:
        yield "\n\n"
    elif element.tag == "br":
        yield "\n"
    if element.tag not in _LEFT_OUT:
        if element.text:
            yield element.text if element.tag == "pre" else _RUN.sub(" ", element.text)
        for child in element:
            yield from _pieces(child)
    if block:
        yield "\n\n"
    if element.tail:
        yield _RUN.sub(" ", element.tail)
