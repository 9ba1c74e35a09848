"""Promises of what news comes in: feeds, wires, pages, archives of the web, office files."""

from __future__ import annotations

import gzip
import io
import json
import sys
import zipfile
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.corpus import ReadOptions, read
from topics.corpus.markup import parse_xml, text_of_html
from topics.errors import MissingExtra, SettingError, SourceError

BODY = [
    "The ferry company said on Tuesday that both boats would be back before the end of the month.",
    "Engineers had found cracks in the shafts of the older boat, and the yard had no spare parts for it.",
    "Islanders have had to book seats on the small plane, which flies only when the wind allows it.",
    "The council asked for a timetable that holds in winter, and for a third boat within two years.",
]

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Post</title><language>en-GB</language>
<item><title>Ferry &amp; tide</title><link>https://harbour.example/1</link><guid>h1</guid>
<pubDate>Sat, 07 Oct 2023 15:04:05 +0200</pubDate><category>Islands</category><category>Ships</category>
<description>Short.</description>
<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[<p>First.</p>
<script>evil()</script><p>Second&nbsp;one.</p>]]></content:encoded></item>
<item><title>Only a title</title></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Hafenblatt</title>
<entry><id>urn:1</id><title>Fähre</title><updated>2023-10-07T15:04:05+02:00</updated>
<author><name>Ute Kern</name></author><link href="https://hafen.example/1"/>
<content type="html">&lt;p&gt;Ein Satz.&lt;/p&gt;</content></entry></feed>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Quay",
    "language": "en",
    "items": [
        {
            "id": "q1",
            "title": "Crane",
            "content_html": "<p>One.</p><p>Two.</p>",
            "date_published": "2024-01-02T03:04:05Z",
            "url": "https://quay.example/1",
            "authors": [{"name": "Ann Low"}],
            "tags": ["Port", "Steel"],
        },
        {"id": "q2", "content_text": "Plain."},
    ],
}


def first(articles: Any, path: str, **options: Any) -> Any:
    found, _ = articles(path, **options)
    return found[0]


def test_rss(write: Any, articles: Any) -> None:
    """The longest text, without markup and scripts; date in UTC; the feed's name and language."""
    pytest.importorskip("feedparser")
    found, report = articles(write("a.rss", RSS))
    one = found[0]
    assert (one.id, one.title, one.text) == ("h1", "Ferry & tide", "First.\n\nSecond one.")
    assert (one.date, one.source, one.section) == ("2023-10-07T13:04:05Z", "Harbour Post", "Islands")
    assert (one.url, one.lang, one.extra["summary"]) == ("https://harbour.example/1", "en-GB", "Short.")
    assert [article.title for article in found] == ["Ferry & tide", "Only a title"]
    assert report.skipped == 0


def test_atom_by_its_first_element(write: Any, articles: Any) -> None:
    """A file named .xml is what its first element says."""
    pytest.importorskip("feedparser")
    one = first(articles, write("a.xml", "\n<?xml version='1.0'?><!-- x -->\n" + ATOM))
    assert (one.id, one.title, one.text, one.authors) == ("urn:1", "Fähre", "Ein Satz.", ("Ute Kern",))
    assert (one.date, one.lang, one.source) == ("2023-10-07T13:04:05Z", "de", "Hafenblatt")


def test_json_feed(write: Any, articles: Any) -> None:
    """What the feed says of all items stands in each."""
    found, _ = articles(write("a.json", json.dumps(JSON_FEED)))
    assert [(a.id, a.text, a.source, a.lang) for a in found] == [
        ("q1", "One.\n\nTwo.", "Quay", "en"),
        ("q2", "Plain.", "Quay", "en"),
    ]
    assert (found[0].date, found[0].section, found[0].authors) == ("2024-01-02T03:04:05Z", "Port", ("Ann Low",))


NINJS = [
    {"uri": "n1", "versioncreated": "2020-01-02T03:04:05Z", "headline": "Head", "body_xhtml": "<p>Text.</p>"},
    {"uri": "n1", "versioncreated": "2020-01-02T03:04:05Z", "headline_main": "Head", "body_main": "Text."},
    {
        "uri": "n1",
        "versionCreated": "2020-01-02T03:04:05Z",
        "headlines": [{"role": "short", "value": "H"}, {"role": "main", "value": "Head"}],
        "bodies": [{"role": "html", "value": "<p>Text.</p>"}],
    },
]


@pytest.mark.parametrize("item", NINJS, ids=["1.4", "1.5", "3"])
def test_ninjs_of_every_version(item: dict[str, Any], write: Any, articles: Any) -> None:
    """Headline and body by role, alone or in a list."""
    for name, content in (("a.json", item), ("b.json", [item])):
        one = first(articles, write(name, json.dumps(content)))
        assert (one.id, one.title, one.text, one.date) == ("n1", "Head", "Text.", "2020-01-02T03:04:05Z")


def test_a_ninjs_picture_is_refused(write: Any) -> None:
    """With its reason."""
    path = write("a.json", json.dumps({"uri": "n", "type": "picture", "versioncreated": "2020", "headline": "x"}))
    with pytest.raises(SourceError, match="a news item without text"):
        list(read([path]))


NITF = """<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "nitf.dtd"><nitf><head><title>slug</title>
<tobject><tobject.subject tobject.subject.type="Transport"/></tobject>
<docdata><doc-id id-string="d1"/><date.issue norm="20231007T150405+0200"/></docdata></head>
<body><body.head><hedline><hl1>Ferry <em>back</em></hl1></hedline><byline>By Ann Low</byline>
<distributor>Quay Agency</distributor></body.head>
<body.content><p>First <person>Mr Low</person>.</p><media><media-caption>A boat</media-caption></media>
<p>Second.</p></body.content></body></nitf>"""

G2 = """<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>
<newsItem guid="g1" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/><provider literal="quay"/>
<versionCreated>2023-10-07T15:04:05+02:00</versionCreated></itemMeta>
<contentMeta><headline>Ferry back</headline><by>By Ann Low</by><language tag="en-GB"/>
<subject qcode="x:1"><name>Transport</name></subject></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>no</title></head><body><p>First.</p><p>Second.</p></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="g2"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta>
<contentMeta><headline>A boat</headline></contentMeta></newsItem>
<packageItem guid="g3"/></itemSet></newsMessage>"""

NEWSML = """<NewsML Version="1.2"><NewsItem xml:lang="en"><Identification><NewsIdentifier>
<PublicIdentifier>p1</PublicIdentifier></NewsIdentifier></Identification><NewsManagement>
<FirstCreated>20231007T150405+0200</FirstCreated></NewsManagement><NewsComponent><NewsLines>
<HeadLine>Ferry back</HeadLine><ByLine>By Ann Low</ByLine></NewsLines><AdministrativeMetadata><Provider>
<Party FormalName="Quay"/></Provider></AdministrativeMetadata><ContentItem><DataContent><p>First.</p><p>Second.</p>
</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""


@pytest.mark.parametrize(("document", "given_id"), [(NITF, "d1"), (G2, "g1"), (NEWSML, "p1")])
def test_wires_in_xml(document: str, given_id: str, write: Any, articles: Any) -> None:
    """Id, headline, paragraphs, author, date in UTC; captions are no text; pictures and packages are refused."""
    found, report = articles(write("a.xml", document))
    assert len(found) == 1
    one = found[0]
    assert (one.id, one.title, one.authors, one.date) == (given_id, "Ferry back", ("Ann Low",), "2023-10-07T13:04:05Z")
    assert one.text.replace("First Mr Low.", "First.") == "First.\n\nSecond."
    assert report.skipped == (2 if document is G2 else 0)


IPTC = (
    "\x01qna123 3 i 211 abc quay 061\r\n\nIslands/ferry/\r\n\x02LEAD\r\nFerry back =\r\n\r\n   Quay (qna) - First.\r\n"
)
ANPA = (
    "\x16\x16\x01W2870\x1fx\nf l\x13\x11 BC-Ferry 11-13 1049\n\x02^BC-Ferry,466<\n^Ferry back<\n^By ANN LOW=\n"
    "\t   QUAY (AP) _ First.\n\n\t   Second.\n\x03AP-WF-10-07-23 1304GMT<\n"
)


def test_wires_in_text(write: Any, articles: Any) -> None:
    """IPTC 7901 and ANPA are told by their control characters."""
    one = first(articles, write("a.txt", IPTC + "\x03071304 GMT Oct 23\r\n"))
    assert (one.title, one.text, one.date, one.source) == (
        "Ferry back",
        "Quay (qna) - First.",
        "2023-10-07T13:04:00Z",
        "quay",
    )
    one = first(articles, write("b.txt", ANPA))
    assert (one.title, one.text, one.authors) == ("Ferry back", "QUAY (AP) _ First.\n\nSecond.", ("ANN LOW",))
    assert one.date == "2023-10-07T13:04:00Z"


def test_lexisnexis_text(write: Any, articles: Any) -> None:
    """Each document of the export; wrapped lines are joined; what stands behind the text is not of it."""
    one = (
        "                               {n} of 2 DOCUMENTS\n\n\n                              The Quay (London)\n\n"
        "                            January 11, 2010 Monday\n                                   Edition 1\n\n"
        "Ferry back\nat last\n\nBYLINE: Ann Low\n\nSECTION: NEWS; Pg. 3\n\nLENGTH: 12 words\n\nFirst line\nwraps.\n\n"
        "Second.\n\nLOAD-DATE: January 12, 2010\n\nLANGUAGE: ENGLISH\n\n                Copyright 2010 Quay Ltd\n\n"
    )
    found, _ = articles(write("a.txt", "Terms: (x)\n\n" + one.format(n=1) + one.format(n=2)))
    assert len(found) == 2
    a = found[0]
    assert (a.title, a.text) == ("Ferry back at last", "First line wraps.\n\nSecond.")
    assert (a.date, a.source, a.section, a.authors) == ("2010-01-11", "The Quay (London)", "NEWS", ("Ann Low",))


def docx(paragraphs: list[str]) -> bytes:
    out = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def test_word_files(write: Any, articles: Any) -> None:
    """One article with its headline, or an export of LexisNexis."""
    one = first(articles, write("a.docx", docx(["Ferry back", "", "First.", "Second."])))
    assert (one.id, one.title, one.text) == ("a.docx", "Ferry back", "First.\n\nSecond.")
    export = [
        "1. Ferry back",
        "Search Type: x",
        "Ferry back",
        "The Quay(London)",
        "July 1, 2019 Monday 9:20 AM GMT",
        "",
    ]
    export += [
        "Section: ISLES; Version:2",
        "Byline: Ann Low",
        "Body",
        "First.",
        "Load-Date: July 2, 2019",
        "End of Document",
    ]
    found, _ = articles(write("b.docx", docx(export * 2)))
    a = found[1]
    assert (len(found), a.title, a.text, a.source) == (2, "Ferry back", "First.", "The Quay(London)")
    assert (a.date, a.section, a.authors) == ("2019-07-01T09:20:00Z", "ISLES", ("Ann Low",))
    with pytest.raises(SourceError, match="no zip file"):
        list(read([write("c.docx", b"no")]))


def page(body: str = "".join(f"<p>{p}</p>" for p in BODY), head: str = "") -> str:
    return f"""<!doctype html><html lang="en"><head><title>Ferry back - The Quay</title>
    <meta property="og:title" content="Ferry back"><meta property="og:site_name" content="The Quay">
    <meta property="article:published_time" content="2023-10-07T15:04:05+02:00">{head}</head><body>
    <nav><a href="/">Home</a> <a href="/isles">Isles</a></nav><article><h1>Ferry back</h1>{body}</article>
    <footer>Copyright The Quay. Subscribe now.</footer></body></html>"""


def test_html_pages(write: Any, articles: Any, tmp_path: Any) -> None:
    """A folder of pages: text without what surrounds it, and metadata; the id is the path."""
    pytest.importorskip("trafilatura")
    write("f/a/1.html", page())
    write("f/2.htm", b"")
    write("f/3.html", "<html><body><a href='/x'></a></body></html>")
    found, report = articles(str(tmp_path / "f"))
    (one,) = found
    assert (one.id, one.title, one.source) == ("a/1.html", "Ferry back", "The Quay")
    assert one.date == "2023-10-07"
    assert all(paragraph in one.text for paragraph in BODY)
    assert "Subscribe" not in one.text
    assert sorted(report.reasons) == ["empty", "no main text"]


def warc(records: list[tuple[str, bytes, str]]) -> bytes:
    out = b""
    for url, body, kind in records:
        http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2023-10-08T00:00:00Z\r\n"
            "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        out += head.encode() + http + b"\r\n\r\n"
    return out


def test_web_archives(write: Any, articles: Any) -> None:
    """Pages with the address they were found at; pictures are passed over; one without pages is refused."""
    pytest.importorskip("warcio")
    pytest.importorskip("trafilatura")
    data = warc(
        [("https://quay.example/1", page().encode(), "text/html"), ("https://quay.example/x.png", b"x", "image/png")]
    )
    for name, content in (("a.warc", data), ("a.warc.gz", gzip.compress(data))):
        found, _ = articles(write(name, content))
        assert [(one.url, one.title) for one in found] == [("https://quay.example/1", "Ferry back")]
    with pytest.raises(SourceError, match="none is an HTML page"):
        list(read([write("b.warc", warc([("https://quay.example/x.png", b"x", "image/png")]))]))


def test_libraries_say_nothing_on_their_own(write: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """Spaces in an address and a record that is too long are theirs to log, not to print."""
    pytest.importorskip("warcio")
    pytest.importorskip("trafilatura")
    data = warc([("https://quay.example/a b", page().encode(), "text/html")]).replace(b"\r\n\r\n<!", b"\r\n\r\n <!")
    list(read([write("a.warc", data + data)]))
    list(read([write("a.html", page("<p>" * 5000 + BODY[0]))]))
    assert capfd.readouterr() == ("", "")


def test_parquet(write: Any, articles: Any, tmp_path: Any) -> None:
    """Columns by name; dates and numbers as JSON values; columns of bytes are left out."""
    arrow = pytest.importorskip("pyarrow")
    import pyarrow.parquet

    table = arrow.table(
        {"id": [1, 2], "text": ["First.", "Second."], "date": [datetime(2023, 10, 7, 15), None], "pic": [b"x", b"y"]}
    )
    path = str(tmp_path / "a.parquet")
    pyarrow.parquet.write_table(table, path)
    found, report = articles(path)
    assert [(one.id, one.text, one.date) for one in found] == [
        ("1", "First.", "2023-10-07T15:00:00Z"),
        ("2", "Second.", None),
    ]
    assert report.files[0].unused == []
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    with pytest.raises(SourceError, match="damaged Parquet"):
        list(read([write("b.parquet", bytes(data[: len(data) // 2]))]))


def test_workbooks(write: Any, articles: Any, tmp_path: Any) -> None:
    """Every sheet with a text; dates as days; empty rows passed over."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Headline", "Text", "Date"])
    book.active.append(["Ferry back", "First.", date(2023, 10, 7)])
    book.active.append([])
    book.active.append(["No text", None, datetime(2023, 10, 7, 15, 4, 5)])
    book.create_sheet("notes").append(["Colour", "Size"])
    book.save(tmp_path / "a.xlsx")
    found, report = articles(str(tmp_path / "a.xlsx"))
    assert [(one.title, one.text, one.date) for one in found] == [
        ("Ferry back", "First.", "2023-10-07"),
        ("No text", "", "2023-10-07T15:04:05Z"),
    ]
    assert list(report.reasons) == ["no column is a text or a title"]
    with pytest.raises(SourceError, match="not an Excel workbook"):
        list(read([write("b.xlsx", docx(["x"]))]))


def test_media_cloud_tables(write: Any, articles: Any) -> None:
    """Titles only, which is said; stories_id is the id."""
    text = "stories_id,publish_date,title,url,language,media_name\n17,2023-10-07,Ferry back,https://x.example,en,Quay\n"
    found, report = articles(write("a.csv", text))
    assert (found[0].id, found[0].source, found[0].date) == ("17", "Quay", "2023-10-07")
    assert "titles only: none of the articles has a text" in report.notes


@pytest.mark.parametrize(
    ("name", "content", "module", "extra"),
    [
        ("a.rss", RSS, "feedparser", "feeds"),
        ("a.html", page(), "trafilatura", "html"),
        ("a.warc", "WARC/1.0", "warcio.archiveiterator", "warc"),
        ("a.parquet", "x", "pyarrow.parquet", "parquet"),
        ("a.xlsx", "x", "openpyxl", "xlsx"),
    ],
)
def test_missing_extras_are_named(
    name: str, content: str, module: str, extra: str, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that installs them."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf"pip install 'news-topics\[{extra}\]'"):
        list(read([write(name, content)]))


LAUGHS = "<!DOCTYPE nitf [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
)
HOSTILE = {
    "billion laughs": LAUGHS + "]><nitf><body><body.content><p>&j;</p></body.content></body></nitf>",
    "external entity": "<!DOCTYPE nitf [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><nitf><body><body.content>"
    "<p>&x;</p></body.content></body></nitf>",
    "deep": "<nitf>" + "<p>" * 100_000 + "x" + "</p>" * 100_000 + "</nitf>",
    "cut": NITF[:-100],
    "unknown encoding": '<?xml version="1.0" encoding="x-none"?><nitf/>',
    "other": "<recipe/>",
    "none": "hello",
    "doctype": "<!DOCTYPE" + "[" * 60_000,
    "comments": "<!--" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused(name: str, write: Any) -> None:
    """With a reason, soon, and without what the file asked for."""
    with pytest.raises(SourceError, match="no article could be read"):
        list(read([write("a.xml", HOSTILE[name])]))


def test_hostile_feeds(write: Any, articles: Any) -> None:
    """Entities of a feed are not followed; what else it holds is read."""
    pytest.importorskip("feedparser")
    laughs = LAUGHS.replace("nitf", "rss") + "]>" + RSS.partition("?>")[2].replace("Short.", "&j; short")
    evil = "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + RSS.partition("?>")[2].replace(
        "Short.", "&x; short"
    )
    for content in (laughs, evil, RSS[:700], "<rss>" + "<a>" * 100_000):
        try:
            found, _ = articles(write("a.rss", content))
        except SourceError:
            continue
        assert all("root:" not in str(one.row()) and len(str(one.row())) < 10_000 for one in found)


@pytest.mark.parametrize("tag", ["div", "p", "table", "b", "article", "ul><li"])
def test_html_nested_deep(tag: str, write: Any, articles: Any) -> None:
    """A hundred thousand levels: read or refused, soon."""
    pytest.importorskip("trafilatura")
    path = write("a.html", page(f"<{tag}>" * 100_000 + "".join(f"<p>{p}</p>" for p in BODY)))
    with suppress(SourceError):
        assert articles(path)[0][0].title == "Ferry back"


@given(st.text(st.sampled_from("<>/!-&;=\"' apbrscriptdivtd[]x\n"), max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_fragment_has_a_text(fragment: str) -> None:
    """Whatever the markup."""
    assert isinstance(text_of_html(fragment), str)


def mutated(data: st.DataObject, text: str | bytes) -> bytes:
    content = bytearray(text.encode() if isinstance(text, str) else text)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        content = content or bytearray(b" ")
    return bytes(content)


SEEDS = [("xml", NITF), ("xml", G2), ("xml", NEWSML), ("txt", IPTC), ("txt", ANPA), ("json", json.dumps(JSON_FEED))]
SEEDS += [("json", json.dumps(item)) for item in NINJS] + [("docx", docx(["x", "y"]))]


@given(st.sampled_from(SEEDS), st.data())
@settings(max_examples=200, deadline=None)
def test_altered_files_are_read_or_refused(seed: tuple[str, str | bytes], data: st.DataObject) -> None:
    """No other error than ours."""
    with suppress(SourceError, SettingError):
        found = list(read(["-"], options=ReadOptions(format=seed[0]), stdin=io.BytesIO(mutated(data, seed[1]))))
        json.dumps([one.row() for one in found], allow_nan=False).encode()


def test_xml_names_without_namespaces() -> None:
    """Whatever prefix a sender likes."""
    root = parse_xml(b'<a:x xmlns:a="u" a:k="v"><a:y/></a:x>')
    assert (root.tag, root.attrib, root[0].tag) == ("x", {"k": "v"}, "y")


def test_what_read_prints_is_read_as_it_was(write: Any, articles: Any) -> None:
    """Any format to JSON lines and back."""
    pytest.importorskip("feedparser")
    files = [("a.rss", RSS), ("a.atom", ATOM), ("b.json", json.dumps(JSON_FEED)), ("c.nitf", NITF), ("d.xml", G2)]
    files += [("e.xml", NEWSML), ("f.txt", ANPA), ("g.docx", docx(["Head", "First.", "Second."]))]
    for name, content in files:
        found, _ = articles(write(name, content))
        again, report = articles(write(f"{name}.jsonl", [one.row() for one in found]))
        assert again == found
        assert report.skipped == 0


def test_finds_of_the_fuzzer(write: Any, articles: Any) -> None:
    """Unknown marked sections, zips of other versions, feeds with one date: each once raised another error."""
    assert text_of_html("<p>One</p><![[[[ x <p>two</p>").split()[0] == "One"
    assert text_of_html("a <![C[ b") == "a"
    data = bytearray(docx(["Head", "First."]))
    data[data.index(b"PK\x01\x02") + 6] = 200  # the version needed to unpack it
    for name in ("a.docx", "a.xlsx", "a.zip"):
        if name.endswith("xlsx"):
            pytest.importorskip("openpyxl")
        with pytest.raises(SourceError, match="zip file version 20"):
            list(read([write(name, bytes(data))]))
    pytest.importorskip("feedparser")
    dated = ATOM.replace("updated>", "published>", 1).replace("</updated>", "</published>")
    assert first(articles, write("b.atom", dated)).date == "2023-10-07T13:04:05Z"
