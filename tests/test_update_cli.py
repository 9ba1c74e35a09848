"""topics add and topics remove."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import topics
from topics.cli import run

Call = Callable[..., tuple[int, str, str]]
ARTICLES = [
    {"id": f"a{i}", "text": f"The dock strike at Saltmere, day {i % 5}, pay talks", "date": f"2031-01-{i + 1:02}"}
    for i in range(20)
]


def lines(path: Path, *articles: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(article) + "\n" for article in articles), "utf-8")
    return path


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs `topics` in a folder with a model, "news", of twenty articles."""
    monkeypatch.chdir(tmp_path)
    topics.train(ARTICLES, "news", n_topics=2)
    capsys.readouterr()

    def run_it(*args: str) -> tuple[int, str, str]:
        code = run(list(args))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it


def test_added_articles_are_found_and_counted(call: Call, tmp_path: Path) -> None:
    """New, changed and equal ones, of a file whose second record is of no use."""
    file = lines(tmp_path / "new.jsonl", ARTICLES[0], {"id": "bad"}, {"id": "b", "text": "Quorvax landed"},
                 {"id": "a1", "text": "The Quorvax strike"})  # fmt: skip
    code, out, err = call("add", "news", str(file))
    assert (code, out) == (0, "1 added, 1 replaced, 1 unchanged\n")
    assert "1 record" in err
    code, out, err = call("add", "news", str(file), "--json")
    assert (code, json.loads(out), err) == (0, {"added": 0, "replaced": 0, "unchanged": 3}, "")
    code, out, _ = call("search", "news", "quorvax", "--json")
    assert sorted(json.loads(line)["id"] for line in out.splitlines()) == ["a1", "b"]


def test_a_day_unlike_the_fit_says_train_again(call: Call, tmp_path: Path) -> None:
    """When adding, and in info beside the two shares."""
    other = [{"id": f"c{i}", "text": f"zeppelin quorvax brindlemoor {i} airship"} for i in range(60)]
    code, _, err = call("add", "news", str(lines(tmp_path / "new.jsonl", *other)))
    assert code == 0
    assert "train again" in err
    code, out, _ = call("info", "news", "--json")
    row = json.loads(out)
    assert (row["articles"], row["added"]) == (80, 60)
    assert row["unknown_terms"]["added"] > row["unknown_terms"]["fitted"]
    assert "60 articles were added to 20" in row["retrain"]


def test_removing_by_id_and_by_filter(call: Call) -> None:
    """Ids at once; filters only with --yes, after saying how many."""
    assert call("remove", "news", "--id", "a3", "--id", "a4", "--json")[1] == '{"removed": 2}\n'
    code, out, err = call("remove", "news", "--since", "2031-01-11")
    assert (code, out) == (2, "")
    assert "10 of 18 articles pass; add --yes" in err
    assert call("remove", "news", "--since", "2031-01-11", "--yes")[1] == "10 removed\n"
    assert len(topics.load("news")) == 8
    assert call("verify", "news")[0] == 0


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["remove", "news", "--id", "a33"], 4, "a3"),
        (["remove", "news"], 2, "--id"),
        (["remove", "news", "--id", "a3", "--since", "2031", "--yes"], 2, "one of the two"),
        (["remove", "nows", "--id", "a3"], 4, "news"),
        (["add", "nows", "new.jsonl"], 4, "news"),
        (["add", "news", "nothing.jsonl"], 3, "nothing.jsonl"),
    ],
)
def test_bad_input_is_answered_and_changes_nothing(call: Call, args: list[str], code: int, said: str) -> None:
    """Unknown ids, models and sources; neither or both ways of choosing."""
    found, out, err = call(*args)
    assert (found, out) == (code, "")
    assert said in err
    assert len(topics.load("news")) == 20


def test_the_same_from_python(call: Call) -> None:
    """topics.add and topics.remove take what train takes, and say what they did."""
    counts = topics.add(
        "news", [ARTICLES[2], {"id": "b", "text": "Quorvax landed"}, {"id": "b", "text": "Quorvax left"}]
    )
    assert counts == topics.Added(1, 0, 1)
    assert topics.load("news").reader.get([topics.load("news").find("b")])[0].text == "Quorvax left"
    assert topics.remove("news", "b") == 1
    assert topics.remove("news", filters=topics.Filters(since="2031-01-20")) == 1
    assert len(topics.load("news")) == 19
