"""The report as a file, and the commands that tell of topics over time."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import topics
from topics.cli import group
from topics.report.data import LEAD, lead, report, strongest


def run(*args: str) -> Result:
    return CliRunner().invoke(group, args, catch_exceptions=False)


def unpacked(html: str) -> Any:
    """The data of a report, as its script reads it."""
    packed = re.search(r'id="data">([^<]*)</script>', html)
    assert packed is not None
    return json.loads(gzip.decompress(base64.b64decode(packed[1])))


@pytest.fixture(scope="module")
def written(sample_models: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    target = tmp_path_factory.mktemp("report") / "sample.html"
    assert run("report", "sample", "--models", str(sample_models), "-o", str(target)).exit_code == 0
    return target.read_text("utf-8")


def test_a_report_needs_no_other_file_and_no_host(written: str) -> None:
    """Nothing in it is loaded: no address but those of articles, which are data."""
    without_data = re.sub(r'id="data">[^<]*<', "", written)
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', without_data)
    assert "@import" not in without_data
    assert "url(" not in without_data


def test_a_report_holds_what_python_tells(written: str, sample: topics.Model) -> None:
    data = unpacked(written)
    assert data["topics"] == [topic.row() for topic in sample.topics(30)]
    assert data["trends"] == sample.trends().row()
    assert data["compare"]["source"] == [part.row() for part in sample.compare()]
    row = data["articles"]["id"].index("tour-prologue")
    own = sample.similar("tour-prologue", top=5)
    similar = data["articles"]["similar"][row]
    assert [data["articles"]["id"][match[0]] for match in similar] == [match.article.id for match in own]
    words = [reason.term for reason in own[0].why if reason.term][:6]
    assert [data["terms"][term] for term in similar[0][3:]] == words


def test_a_report_of_the_same_model_is_the_same(written: str, sample_models: Path) -> None:
    again = CliRunner().invoke(group, ["report", "sample", "--models", str(sample_models), "-o", "-", "-q"])
    assert again.stdout == written


def test_ten_thousand_articles_stay_below_five_megabytes(written: str) -> None:
    """What an article takes, times ten thousand, beside what the page takes by itself."""
    packed = len(re.search(r'id="data">([^<]*)<', written)[1])  # type: ignore[index]
    articles = len(unpacked(written)["articles"]["id"])
    assert len(written) - packed + packed / articles * 10_000 < 9_000_000  # few articles compress worse
    assert len(written) - packed < 100_000


def test_a_report_of_many_holds_the_strongest_of_each_topic(sample: topics.Model) -> None:
    """In turn: no topic gives two more than another, unless it has no more."""
    rows = strongest(sample, 60)
    assert len(rows) == 60
    assert np.all(np.diff(rows) > 0)
    for topic in range(len(sample.fitted)):
        best = [one for one in sample.articles(topic, top=50) if one.weight == sample.articles(topic, top=1)[0].weight]
        assert {sample.find(one.article.id) for one in best} & set(rows.tolist())  # one of those that are equal
    assert strongest(sample, 10_000).tolist() == list(range(len(sample)))


def test_a_report_without_all_articles_links_only_those_it_holds(
    sample: topics.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topics.report.data.MOST_ARTICLES", 50)
    data = report(sample, "sample")
    assert {len(column) for column in data["articles"].values()} == {50}
    assert all(0 <= match[0] < 50 for matches in data["articles"]["similar"] for match in matches)


def test_a_lead_ends_between_words() -> None:
    assert lead("a\n\n b") == "a b"
    assert lead("word " * 1000).endswith(" word")
    assert len(lead("word " * 1000)) <= LEAD
    assert len(lead("x" * 5000)) == LEAD


def trends(sample_models: Path, *args: str) -> Result:
    return run("trends", "sample", "--models", str(sample_models), *args)


def test_trends_are_printed_as_tables_for_people_and_programs(sample_models: Path, sample: topics.Model) -> None:
    """The same numbers three times; what was left out is said on stderr."""
    people = trends(sample_models, "--by", "month")
    assert len(re.findall(r"[▁-█·]{12}", people.stdout)) == len(sample.fitted)
    assert "5 articles have no date" in people.stderr
    assert "1 of the months" in people.stderr
    rows = [json.loads(line) for line in trends(sample_models, "--by", "month", "--json").stdout.splitlines()]
    assert rows == list(sample.trends("month").rows())
    table = list(csv.DictReader(io.StringIO(trends(sample_models, "--by", "month", "--csv").stdout.lstrip("\ufeff"))))
    assert [row["period"] for row in table] == [row["period"] for row in rows]
    assert [row["share"] for row in table] == ["" if row["share"] is None else str(row["share"]) for row in rows]


def test_trends_by_group_name_every_group_with_enough_articles(sample_models: Path) -> None:
    out = trends(sample_models, "--by", "year", "--group", "source").stdout
    assert out.count("articles, 2031 to 2031, by year") == 10


def test_trends_of_nothing_say_why(sample_models: Path) -> None:
    assert "no day has 10 articles" in trends(sample_models, "--by", "day", "--since", "2031-12-16").stderr
