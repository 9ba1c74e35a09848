"""The sample corpus keeps the promises that corpora/README.md makes."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

CORPORA = Path(__file__).parents[1] / "corpora"
Rows = list[dict[str, Any]]


def read(name: str) -> Rows:
    return [json.loads(line) for line in (CORPORA / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def articles() -> Rows:
    return read("sample.jsonl")


@pytest.fixture(scope="module")
def truth() -> Rows:
    return read("sample-truth.jsonl")


def own_words(article: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    """The words of an article without its furniture and dateline."""
    lines = [line for line in article["text"].splitlines() if line not in truth["furniture"]]
    text = "\n".join(lines).removeprefix(truth["dateline"] or "")
    return re.findall(r"\w+", f"{article.get('title', '')}\n{text}".lower())


def test_every_article_has_its_truth_in_the_same_order(articles: Rows, truth: Rows) -> None:
    """The two files go line by line, and no id repeats."""
    assert [a["id"] for a in articles] == [t["id"] for t in truth]
    assert len({a["id"] for a in articles}) == len(articles) >= 300


def test_every_furniture_line_stands_in_its_article(articles: Rows, truth: Rows) -> None:
    """A truth that names a line the article lacks could not be found by any cleaner."""
    for article, known in zip(articles, truth, strict=True):
        assert set(known["furniture"]) <= set(article["text"].splitlines()), article["id"]
        assert (known["dateline"] or "") in article["text"], article["id"]


def test_events_outlets_sections_and_copies_are_as_many_as_said(articles: Rows, truth: Rows) -> None:
    """At least 40 events, 8 outlets, 10 sections, 20 copies, 5 corrections; all of one year."""
    events = Counter(t["event"] for t in truth if t["event"])
    assert len([event for event, n in events.items() if n >= 2]) >= 40
    assert len({a.get("source") for a in articles}) >= 8
    assert len({t["section"] for t in truth}) >= 10
    kinds = Counter(t["kind"] for t in truth)
    assert (kinds["copy"], kinds["correction"]) == (20, 5)
    ids = {a["id"] for a in articles}
    assert all(t["copy_of"] in ids for t in truth if t["kind"])
    assert {a["date"][:4] for a in articles if "date" in a} == {"2031"}


def test_a_dozen_articles_lack_something(articles: Rows) -> None:
    """Real exports have holes."""
    assert sum(1 for a in articles if not {"title", "date", "section"} <= a.keys()) >= 12


def test_the_vocabulary_is_rich(articles: Rows) -> None:
    """At least 9,000 distinct words."""
    words = {word for a in articles for word in re.findall(r"\w+", f"{a.get('title', '')} {a['text']}".lower())}
    assert len(words) >= 9000


def test_it_is_written_and_not_made_by_a_template(articles: Rows, truth: Rows) -> None:
    """Less than 1 % of the five-word runs come back in an article of another event."""
    events_of_run: dict[tuple[str, ...], set[str]] = defaultdict(set)
    runs: Counter[tuple[str, ...]] = Counter()
    for article, known in zip(articles, truth, strict=True):
        if known["kind"]:
            continue
        words = own_words(article, known)
        for i in range(len(words) - 4):
            run = tuple(words[i : i + 5])
            runs[run] += 1
            events_of_run[run].add(known["event"] or known["id"])
    repeated = sum(n for run, n in runs.items() if len(events_of_run[run]) > 1)
    assert repeated / sum(runs.values()) < 0.01


def test_copies_share_most_of_their_words(articles: Rows, truth: Rows) -> None:
    """A copy keeps its original's sentences; only the headline, the ending or a figure differ."""
    words = {a["id"]: own_words(a, t) for a, t in zip(articles, truth, strict=True)}
    for known in truth:
        if known["kind"] == "copy":
            ours, theirs = Counter(words[known["id"]]), Counter(words[known["copy_of"]])
            assert sum((ours & theirs).values()) >= 0.75 * sum(ours.values()), known["id"]
