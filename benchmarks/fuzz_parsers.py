"""Feeds altered text to the parsers of our own, and holds each to what it promises.

    python -m benchmarks.fuzz_parsers [SECONDS PER PARSER] [PARSER ...]

Seconds are of this process's own time.  Besides not raising anything, each parser has a promise that is tried: blocks
of any size give the same records, a date that was read is read again as itself, cleaning adds no line.  A find is
printed with the text that made it; put it into the tests.  The exit code is the number of finds.
"""

from __future__ import annotations

import io
import json
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.fuzz_reading import attempt, hunt, one_of
from topics.corpus import dates, json_lines, json_values, lexisnexis, markup, news_json, wire
from topics.corpus.articles import BadRecord
from topics.corpus.cleaning import Furniture, Learner, clean, filed
from topics.corpus.encodings import Text
from topics.corpus.formats import Input
from topics.corpus.report import FileReport
from topics.records import Article
from topics.text import words
from topics.text.languages import detect
from topics.text.terms import Terms
from topics.text.tokens import BULK, Words, tokenise

Parser = Callable[[random.Random, bytes], None]

ROW = {
    "id": "1",
    "title": "Ferry back",
    "text": 'Two boats, "one" late.',
    "date": "03/04/2023",
    "tags": ["a", {"b": 1}],
}
LEXIS = """Terms: (ferry)

                               1 of 2 DOCUMENTS

                              The Quay (London)

                            January 11, 2010 Monday

Ferry back
at last

BYLINE: Ann Low; Bo Lund

SECTION: NEWS; Pg. 3

LENGTH: 12 words

First line
wraps.

LOAD-DATE: January 12, 2010

LANGUAGE: ENGLISH
"""
PAGE = """Home > News > Isles

Ferry back

An engineer looks at the shaft of a ferry (Picture: Ann Low / The Quay)

KINGSHOLM, Oct 7 (QNA) - The ferry company said on Tuesday that both boats would be back.

By Ann Low

Sign up to our newsletter: the best of the isles in your inbox.

Islanders have had to book seats on the small plane. Updated at 14:05.

Read more: The council asks for a third boat
© 2023 The Quay. All rights reserved.
"""
HTML = (
    '<div class="x"><h1>Ferry &amp; tide</h1><!-- no --><p>One<br>two&nbsp;&#8217;s</p><script>x("</p>")</script>'
    "<ul><li>a<li>b</ul><table><tr><td>1<td>2</table><![CDATA[x]]></div>"
)
XML = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE nitf SYSTEM "nitf.dtd"><a:nitf xmlns:a="urn:a" a:k="v">
<body><p>First <em>Mr Low</em>.</p><media>no</media><pre> a
b</pre></body></a:nitf>"""
MANY = (
    "Don’t 1,000 AT&T U.S. al-Aqsa l’été Straße İstanbul भारत में การเมือง 東京都は العربيةُ می‌خواهم 😀 ﬁn e\u0301 \u00ad-"
)
DATES = [
    "2023-10-07T15:04:05.123+02:00", "Sat, 07 Oct 2023 15:04:05 GMT", "October 7th, 2023 3:04 PM EST",
    "26-FEB-1987 15:01:01.79", "03/04/2023", "20231007150405", "1696690000", "Sat Oct  7 15:04:05 +0000 2023",
    "7.10.2023, 15:04 (UTC+2)", "2023/10/07 at 3 a.m. CEST", "the 7th of October 2023", "31-12-99",
]  # fmt: skip
WIRE = [
    "\x01qna123 3 i 211 abc quay 061\r\n\nIslands/ferry/\r\n\x02LEAD\r\nFerry back =\r\n\r\n   First.\r\n"
    "\x03071304 GMT Oct 23",
    "\x16\x01W2870\x1fx\nf l\x13\x11 BC-Ferry 11-13\n\x02^BC-Ferry,466<\n^Ferry<\n^By ANN LOW=\n\t First.\n"
    "\x03AP-WF-10-07-23 1304GMT",
]
ITEM = {
    "uri": "n1", "versioncreated": "2020-01-02T03:04:05Z", "type": "text", "by": "By Ann", "located": "Quay",
    "headlines": [{"role": "main", "value": "Head"}], "bodies": [{"role": "html", "value": "<p>Text.</p>"}],
    "subject": [{"name": "Isles"}], "infosources": [{"name": "Quay"}], "content_html": "<p>x</p>", "tags": ["a"],
}  # fmt: skip


def blocks_of(draw: random.Random, text: str) -> Iterator[str]:
    """Whole lines, in blocks of any size."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    while lines:
        size = draw.randint(1, 4)
        yield "".join(lines[:size])
        del lines[:size]


class Pieces(io.RawIOBase):
    """Bytes that come in pieces of any size, as from a pipe."""

    def __init__(self, draw: random.Random, data: bytes) -> None:
        self.draw, self.data = draw, data

    def read1(self, size: int = -1, /) -> bytes:
        size = self.draw.choice((1, 7, 100, 10_000))
        piece, self.data = self.data[:size], self.data[size:]
        return piece


def encodings(draw: random.Random, data: bytes) -> None:
    """UTF-8 without NULs comes out as it is, however it came in; all else comes out as some text."""
    text = Text(Pieces(draw, data), longest=draw.choice((50, 1 << 20)))
    found = "".join(text)
    found.encode()
    assert "\0" not in found
    try:
        plain = data.decode()
    except UnicodeDecodeError:
        return
    if text.encoding == "utf-8" and not text.too_long:
        assert found == plain.removeprefix("\ufeff").replace("\0", ""), "other text than UTF-8's"


def json_(draw: random.Random, data: bytes) -> None:
    """The same records from blocks of any size, as JSON that can be printed."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    results = []
    for blocks in (iter([text]), blocks_of(draw, text)):
        source: Any = Input("x", None, blocks, FileReport("x", "json"), {})  # type: ignore[arg-type]
        found = [row if isinstance(row, dict) else str(row) for _, row in json_values.read(source)]
        json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
        results.append([row for row in found if isinstance(row, dict)])
    assert results[0] == results[1], "blocks matter"
    for _, row in json_lines.rows(blocks_of(draw, text)):
        if isinstance(row, dict):
            json.dumps(row, allow_nan=False, ensure_ascii=False).encode()


def dates_(draw: random.Random, data: bytes) -> None:
    """A date in one of two forms, that reads as itself."""
    text = data.decode("utf-8", "replace")
    for first in (None, True, False):
        found = dates.parse(text, first)
        if found is not None:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", found), found
            assert dates.parse(found) == found
    dates.is_ambiguous(text)
    dates.order_of(text)


def exports(draw: random.Random, data: bytes) -> None:
    """LexisNexis, IPTC 7901, ANPA: JSON values, and no word that the text does not hold."""
    text = data.decode("utf-8", "replace")
    lexisnexis.is_export(text)
    for row in [*lexisnexis.documents(text), *lexisnexis.of_paragraphs(text.split("\n"))]:
        json.dumps(row)
        assert all(word in text for word in row["text"].split())
    json.dumps(wire.parse(text))


def markup_(draw: random.Random, data: bytes) -> None:
    """No markup raises anything but BadRecord, none is left of a fragment without stray brackets."""
    text = data.decode("utf-8", "replace")
    found = markup.text_of_html(text)
    assert len(found) <= 8 * len(text) + 8
    try:
        root = markup.parse_xml(data)
    except BadRecord:
        return
    markup.text_of(root)
    markup.line_of(root)


_TERMS = Terms("en"), Terms("de"), Terms("en+ru")


def words_(draw: random.Random, data: bytes) -> None:
    """The compiled way gives what the plain one gives; words stand in the text, in order; terms are lower case."""
    text = data.decode("utf-8", "replace")
    cut = draw.randrange(len(text) + 1)
    parts = [(text[:cut], text[cut:]), (text, "")]
    tables = Words(), Words(expected=BULK)
    plain, fast = (tokenise(parts, table) for table in tables)
    assert list(tables[0]) == list(tables[1])
    for name in ("ids", "starts", "titles", "breaks"):
        assert (getattr(plain, name) == getattr(fast, name)).all(), name
    for word in words.split(text):
        assert word.word in text
    for terms in _TERMS:
        for word in tables[0]:
            terms.term(word)
            terms.is_stop(word)
    detect(text)


_learned = Learner()
for _n in range(25):
    _learned.add(
        Article(f"{_n}", f"Item {_n}", f"{_n} {'abcdefghij'[_n % 10] * 9} {_n * 7} done.\n\n{PAGE}", source="Quay")
    )
_FURNITURE: Furniture = _learned.furniture()


def cleaning(draw: random.Random, data: bytes) -> None:
    """No line that was not there; never an empty article; learning from anything."""
    text = data.decode("utf-8", "replace")
    article = Article("1", draw.choice(("", "Ferry back", text[:60].strip())), text, source=draw.choice(("Quay", None)))
    learner = Learner()
    for number in range(6):
        learner.add(replace(article, id=str(number), text=f"{text}\n{number} {number * 7919}"))
    for furniture in (None, _FURNITURE, learner.furniture()):
        cleaned = clean(article, furniture)
        assert cleaned.title or cleaned.text or not (article.title or article.text)
        for line in cleaned.text.split("\n"):
            assert line.strip() in text, "a line that was not there"
        for cut in cleaned.cuts:
            json.dumps(cut.row())
    assert filed(article).text == text


def fields(draw: random.Random, data: bytes) -> None:
    """JSON Feed and ninjs with anything in any field."""
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(row, dict):
        if news_json.is_feed(row):
            news_json.feed_items(row)
        named = news_json.plain(row)
        assert isinstance(named, dict | BadRecord)


def swapped_fields(draw: random.Random, data: bytes) -> bytes:
    """A record with values of other kinds: most altered bytes would be no JSON."""
    row: Any = json.loads(data)
    odd = (None, 0, 1e300, True, "", "x", [], {}, [None], [[]], [{}], {"name": None}, [{"role": 1, "value": "x"}], "<p")
    for _ in range(draw.randint(1, 4)):
        row[draw.choice(list(row))] = draw.choice(odd)
    if draw.random() < 0.3:
        row[draw.choice(("body_x", "headline_x", "version", "items", "guid", "bodies"))] = draw.choice(odd)
    return json.dumps(row).encode()


PARSERS: dict[str, tuple[Parser, list[bytes]]] = {
    "dates": (dates_, [text.encode() for text in DATES]),
    "exports": (exports, [LEXIS.encode(), *(text.encode() for text in WIRE)]),
    "markup": (markup_, [HTML.encode(), XML.encode()]),
    "words": (words_, [MANY.encode(), PAGE.encode()]),
    "fields": (
        fields,
        [
            json.dumps(ITEM).encode(),
            json.dumps({"version": "https://jsonfeed.org/version/1", "items": [ITEM]}).encode(),
        ],
    ),
    "json": (
        json_,
        [
            json.dumps(ROW).encode() + b"\n" + json.dumps(ROW, ensure_ascii=False).encode() + b"\n",
            json.dumps([ROW, ROW], indent=1).encode(),
            json.dumps({"response": {"results": [ROW, ROW]}}, indent=1).encode(),
        ],
    ),
    "encodings": (
        encodings,
        [MANY.encode(), MANY.encode("utf-16"), "é à ü\n".encode("cp1252") * 9, "é à ü\n".encode() * 9],
    ),
    "cleaning": (cleaning, [PAGE.encode()]),
}  # fmt: skip


def main() -> int:
    warnings.simplefilter("error")
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 1200
    finds: set[str] = set()
    for name in sys.argv[2:] or PARSERS:
        (parser, mine), chance = PARSERS[name], random.Random(name)
        use = partial(parser, chance)
        for data in mine:
            attempt(partial(use, data))
        hunt(name, seconds, partial(swapped_one_of if parser is fields else one_of, chance, mine), use, finds)
    return len(finds)


def swapped_one_of(draw: random.Random, mine: list[bytes]) -> bytes:
    """One of some seeds with its fields swapped."""
    return swapped_fields(draw, draw.choice(mine))


if __name__ == "__main__":
    sys.exit(main())
