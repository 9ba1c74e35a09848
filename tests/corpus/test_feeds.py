"""Promises of feeds: RSS, Atom, JSON Feed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from news_samples import (
    ATOM,
    JSON_FEED,
    LAUGHS,
    RSS,
    first,
)

from topics.errors import SourceError


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


def test_a_record_of_ours_with_a_key_of_theirs_stays_itself(articles: Any, write: Any) -> None:
    """JSON Feed and ninjs call no field "text"."""
    rows = [{"text": "x", "content_text": None}, {"text": "x", "content_text": "y"}, {"title": "x", "content_html": 3}]
    rows += [{"text": "x", "guid": "g", "versioncreated": "2020-01-01", "body_text": "y"}]
    found, _ = articles(write("a.jsonl", rows))
    assert [{**one.extra} for one in found] == [
        {k: v for k, v in row.items() if k not in ("text", "title", "guid")} for row in rows
    ]
