"""What a notebook shows, and data frames."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

import topics
from topics import tables
from topics.errors import MissingExtra, SettingError
from topics.records import Article, TopicArticle
from topics.tables import Listing


class Strict(HTMLParser):
    """Fails on an element that is not closed, or closed without being open; counts elements."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def elements(markup: str) -> list[str]:
    parser = Strict()
    parser.feed(markup)
    assert parser.open == []
    return parser.seen


def test_a_model_and_its_results_show_themselves(sample: topics.Model) -> None:
    """A table of all topics with a plot for each; a row for each result; whole markup."""
    assert elements(sample._repr_html_()).count("path") == len(sample.fitted)
    assert elements(sample.trends(group="section")._repr_html_()).count("table") == 5
    for found in (sample.topics(), sample.similar("tour-prologue"), sample.articles(1), sample.compare()):
        assert elements(found._repr_html_()).count("tr") == len(found) + 1
    assert elements(sample.search("zzzz")._repr_html_()) == ["p"]


def test_titles_are_shown_as_they_are_written() -> None:
    listing = Listing([TopicArticle(Article("<b>", title="<script>x</script>"), 0, 0.5)])
    assert "script" not in elements(listing._repr_html_())
    assert "&lt;script&gt;" in listing._repr_html_()


def test_long_listings_say_how_many_are_left_out() -> None:
    listing = Listing([TopicArticle(Article(str(i)), 0, 0.5) for i in range(1234)])
    assert elements(listing._repr_html_()).count("tr") == tables.SHOWN + 1
    assert "and 1,184 more" in listing._repr_html_()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_results_become_data_frames(sample: topics.Model, library: str) -> None:
    """A row for each record, terms as text; trends as one long table."""
    pytest.importorskip(library, reason=f"{library} is not installed")
    frame = sample.topics().to_dataframe(library)
    assert type(frame).__module__.startswith(library)
    assert list(frame.columns) == list(sample.topics()[0].row())
    assert next(iter(frame["keywords"])) == ", ".join(term.term for term in sample.topics()[0].keywords)
    matches = sample.similar("tour-prologue").to_dataframe(library)
    assert list(matches["id"]) == [match.article.id for match in sample.similar("tour-prologue")]
    trends = sample.trends("month")
    assert trends.to_dataframe(library).shape == (len(list(trends.rows())), 8)


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="pandas or polars"):
        Listing().to_dataframe()
    with pytest.raises(SettingError, match="must be pandas or polars"):
        Listing().to_dataframe("arrow")
