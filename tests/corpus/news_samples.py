"""Small documents of each kind that news comes in, for tests and the fuzzer."""

from __future__ import annotations

import io
import zipfile
from typing import Any

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


IPTC = (
    "\x01qna123 3 i 211 abc quay 061\r\n\nIslands/ferry/\r\n\x02LEAD\r\nFerry back =\r\n\r\n   Quay (qna) - First.\r\n"
)


ANPA = (
    "\x16\x16\x01W2870\x1fx\nf l\x13\x11 BC-Ferry 11-13 1049\n\x02^BC-Ferry,466<\n^Ferry back<\n^By ANN LOW=\n"
    "\t   QUAY (AP) _ First.\n\n\t   Second.\n\x03AP-WF-10-07-23 1304GMT<\n"
)


def docx(paragraphs: list[str]) -> bytes:
    out = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>')
    return out.getvalue()


def page(body: str = "".join(f"<p>{p}</p>" for p in BODY), head: str = "") -> str:
    return f"""<!doctype html><html lang="en"><head><title>Ferry back - The Quay</title>
    <meta property="og:title" content="Ferry back"><meta property="og:site_name" content="The Quay">
    <meta property="article:published_time" content="2023-10-07T15:04:05+02:00">{head}</head><body>
    <nav><a href="/">Home</a> <a href="/isles">Isles</a></nav><article><h1>Ferry back</h1>{body}</article>
    <footer>Copyright The Quay. Subscribe now.</footer></body></html>"""


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


LAUGHS = "<!DOCTYPE nitf [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + i)} '{f'&{chr(97 + i)};' * 10}'>" for i in range(9)
)
