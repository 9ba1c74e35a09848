"""Promises of what news comes in: tables of office programs, what they need, and all kinds altered and round."""

from __future__ import annotations

import io
import json
import sys
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from news_samples import (
    ANPA,
    ATOM,
    G2,
    IPTC,
    JSON_FEED,
    NEWSML,
    NINJS,
    NITF,
    RSS,
    docx,
    first,
    page,
)

from topics.corpus import ReadOptions, read, wire
from topics.corpus.markup import text_of_html
from topics.errors import MissingExtra, SettingError, SourceError


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
    assert text_of_html("<p>One</p><![[[[ x <p>two</p> ]>").split()[0] == "One"
    assert text_of_html("a <![C[ b ]>").split()[0] == "a"
    endless = "&#8" + "12" * 3000 + ";"  # more digits than Python turns into a number
    assert text_of_html(f'<p title="{endless}">One {endless}</p>').split()[0] == "One"
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


def test_texts_that_took_hours() -> None:
    """Spaces in a heading of a wire, tags and comments that nothing closes: time grew with the square, or worse."""
    assert (
        wire.parse("\x01W\x13\n\x02^Ferry back  <\n^By" + " " * 100_000 + "ANN LOW=\n\tFirst.\x03")["text"] == "First."
    )
    for opening in ("<a ", "<a x='", "<!--", "<![CDATA[", "<![if >", "</a ", "<script><!--"):
        for end in ("", ">", "x-->"):
            assert text_of_html("<p>First</p>" + opening * 100_000 + end).startswith("First")


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>a <b", "a <b"),
        ("if a <b then c", "if a <b then c"),
        ("<p>a<!-- > b --> c", "a c"),
        ("<p>a<!-- b", "a b"),
        ("a<br><!--[if IE]><p>x</p><![endif]--><p>y", "a\n\ny"),
        ("<![if !IE]>z<![endif]>", "z"),
    ],
)
def test_what_nothing_closes_is_text(fragment: str, text: str) -> None:
    """Comments are none."""
    assert text_of_html(fragment) == text
