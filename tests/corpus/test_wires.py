"""Promises of wires and archives of agencies: ninjs, NITF, NewsML, IPTC 7901, ANPA, LexisNexis, Word."""

from __future__ import annotations

import json
from typing import Any

import pytest
from news_samples import (
    ANPA,
    G2,
    IPTC,
    LAUGHS,
    NEWSML,
    NINJS,
    NITF,
    docx,
    first,
)

from topics.corpus import read
from topics.corpus.markup import parse_xml
from topics.errors import SourceError


@pytest.mark.parametrize("item", NINJS, ids=["1.4", "1.5", "3"])
def test_ninjs_of_every_version(item: dict[str, Any], write: Any, articles: Any) -> None:
    """Headline and body by role, alone or in a list."""
    lines = json.dumps(item) + "\n"
    for name, content in (
        ("a.json", lines),
        ("b.json", f"[{lines}]"),
        ("c.jsonl", lines),
        ("d.json", lines + lines.replace("n1", "n2")),
    ):
        one = first(articles, write(name, content))
        assert (one.id, one.title, one.text, one.date) == ("n1", "Head", "Text.", "2020-01-02T03:04:05Z")


def test_a_ninjs_picture_is_refused(write: Any) -> None:
    """With its reason."""
    picture = json.dumps({"uri": "n", "type": "picture", "versioncreated": "2020", "headline": "x"})
    for name in ("a.json", "a.jsonl"):
        with pytest.raises(SourceError, match="a news item without text"):
            list(read([write(name, picture)]))


@pytest.mark.parametrize(("document", "given_id"), [(NITF, "d1"), (G2, "g1"), (NEWSML, "p1")])
def test_wires_in_xml(document: str, given_id: str, write: Any, articles: Any) -> None:
    """Id, headline, paragraphs, author, date in UTC; captions are no text; pictures and packages are refused."""
    found, report = articles(write("a.xml", document))
    assert len(found) == 1
    one = found[0]
    assert (one.id, one.title, one.authors, one.date) == (given_id, "Ferry back", ("Ann Low",), "2023-10-07T13:04:05Z")
    assert one.text.replace("First Mr Low.", "First.") == "First.\n\nSecond."
    assert report.skipped == (2 if document is G2 else 0)


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


def test_xml_names_without_namespaces() -> None:
    """Whatever prefix a sender likes."""
    root = parse_xml(b'<a:x xmlns:a="u" a:k="v"><a:y/></a:x>')
    assert (root.tag, root.attrib, root[0].tag) == ("x", {"k": "v"}, "y")
