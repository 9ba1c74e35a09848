"""Promises of dates that can be read in two ways."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest

from topics.corpus import ReadOptions, date_order, read


def table(*rows: tuple[str, str]) -> str:
    return "text,date,source\n" + "".join(f"t{i},{when},{source}\n" for i, (when, source) in enumerate(rows))


def days(articles: Any, path: str, **options: Any) -> list[str | None]:
    return [article.date for article in articles(path, **options)[0]]


def test_other_dates_of_the_source_tell(write: Any, articles: Any) -> None:
    """Also those that come later, and each source for itself."""
    path = write("a.csv", table(("03/04/2023", "A"), ("03/04/2023", "B"), ("25/04/2023", "A"), ("04/25/2023", "B")))
    found, report = articles(path)
    assert [article.date for article in found] == ["2023-04-03", "2023-03-04", "2023-04-25", "2023-04-25"]
    assert f"{path}: dates of A such as 03/04/2023 are read day first, as 1 others show" in report.notes
    assert f"{path}: dates of B such as 03/04/2023 are read month first, as 1 others show" in report.notes


def test_a_source_without_such_dates_goes_by_its_file(write: Any, articles: Any) -> None:
    """An export writes all dates alike."""
    assert days(articles, write("a.csv", table(("03/04/2023", "A"), ("25/04/2023", "B")))) == [
        "2023-04-03",
        "2023-04-25",
    ]


def test_what_cannot_be_told_is_asked(write: Any, articles: Any) -> None:
    """Nothing shows it, or the dates contradict each other: as written, with the options that settle it."""
    for rows in ([("03/04/2023", "A")], [("03/04/2023", "A"), ("25/04/2023", "A"), ("04/25/2023", "A")]):
        path = write("a.csv", table(*rows))
        found, report = articles(path)
        assert (found[0].date, found[0].extra["date_text"]) == (None, "03/04/2023")
        assert any("--day-first or --month-first" in note for note in report.notes)
        assert days(articles, path, day_first=True)[0] == "2023-04-03"
        assert days(articles, path, day_first=False)[0] == "2023-03-04"


def test_one_wrong_date_among_many_decides_nothing(write: Any, articles: Any) -> None:
    """A typing error."""
    rows = [("03/04/2023", "A"), *[("25/04/2023", "A")] * 99, ("04/25/2023", "A")]
    assert days(articles, write("a.csv", table(*rows)))[0] == "2023-04-03"


def test_a_file_before_tells_for_its_source(write: Any, articles: Any) -> None:
    """And a file after, of which nothing was known, decides for itself."""
    one = write("1.csv", table(("03/04/2023", "A"), ("25/04/2023", "A")))
    two = write("2.csv", table(("05/06/2023", "A"), ("05/06/2023", "B")))
    assert [article.date for article in articles(one, two)[0]] == ["2023-04-03", "2023-04-25", "2023-06-05", None]
    assert [article.date for article in articles(two, one)[0]] == [None, None, "2023-04-03", "2023-04-25"]


def test_pipes_damage_and_windows(write: Any, articles: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is read twice; what comes before damage is used; a source may come after the first window."""
    text = table(
        ("03/04/2023", "A"), ("25/04/2023", "A"), *[("2023-01-01", "A")] * 50, ("04/03/2023", "B"), ("04/25/2023", "B")
    )
    monkeypatch.setattr(date_order, "WINDOW", 5)
    reading = read(["-"], options=ReadOptions(format="csv"), stdin=io.BytesIO(text.encode()))
    found = [article.date for article in reading]
    assert (found[0], found[-2:], len(found)) == ("2023-04-03", ["2023-04-03", "2023-04-25"], 54)
    packed = gzip.compress(text.encode())
    found, report = articles(write("a.csv.gz", packed[:-10]))
    assert found[0].date == "2023-04-03"
    assert list(report.reasons) == ["damaged or cut short"]


def test_a_date_is_asked_for_once(write: Any, articles: Any) -> None:
    """Whatever keys a record has: one that is empty, a source that is no name."""
    rows = [
        {"text": "x", "date": "03/04/2023", "": "A"},
        {"text": "x", "date": ["03/04/2023"], "source": {"name": "B"}},
    ]
    rows += [{"text": "x", "date": "03/04/2023", "source": {"x": 1}}, {"text": "x", "date": "25/04/2023"}]
    found, report = articles(write("a.jsonl", rows))
    assert [article.date for article in found] == ["2023-04-03", "2023-04-03", "2023-04-25"]
    assert report.skipped == 1
