"""Promises of HTML pages and archives of the web."""

from __future__ import annotations

import gzip
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from news_samples import (
    BODY,
    page,
    warc,
)

from topics.corpus import read
from topics.corpus.markup import text_of_html
from topics.errors import SourceError


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
