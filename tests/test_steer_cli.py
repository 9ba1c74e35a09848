"""Steering and scoring from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from topics.cli import run

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    tmp_path: Path, sample_models: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs `topics` beside a copy of the sample's model: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOPICS_MODELS", raising=False)
    copytree(sample_models / "sample", tmp_path / "models" / "sample")

    def command(*args: object) -> tuple[int, str, str]:
        code = run([str(arg) for arg in args])
        return code, *capsys.readouterr()

    return command


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_topics_are_renamed_merged_dropped_and_hidden(call: Call) -> None:
    """By number, slug or label; every command prints the topics it leaves."""
    code, out, _ = call("rename", "sample", 1, "Politics", "--json")
    assert code == 0
    assert rows(out)[1]["label"] == "Politics"
    slug = rows(out)[3]["slug"]
    assert len(rows(call("merge", "sample", "politics", slug, "--json")[1])) == 19
    assert len(rows(call("drop", "sample", 0, 1, "--json")[1])) == 17
    assert rows(call("hide", "sample", 2, "--json")[1])[2]["hidden"] is True
    code, out, _ = call("keywords", "sample")
    assert "(hidden)" in out
    assert "(hidden)" not in call("hide", "sample", 2, "--undo")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("rename", "sample", "99", "x"), "topics run from 0 to 19"),
        (("rename", "sample", "nobody", "x"), "no topic has the slug or label 'nobody'"),
        (("merge", "sample", "1"), "two or more"),
        (("drop", "sample"), "Missing argument"),
        (("hide", "nothing", "1"), "nothing"),
    ],
)
def test_what_cannot_be_done_says_what_to_try(call: Call, arguments: tuple[str, ...], said: str) -> None:
    """And exits with 2, or 4 for a model that is not there."""
    code, _, err = call(*arguments)
    assert code == (4 if "nothing" in arguments else 2)
    assert said in err


def test_training_with_guides_and_stop_words_from_files(call: Call, tmp_path: Path) -> None:
    """Notes and empty lines in the files are passed over; what is wrong with them is said."""
    lines = (Path(__file__).parents[1] / "corpora" / "sample.jsonl").read_text("utf-8").splitlines()
    (tmp_path / "news.jsonl").write_text("\n".join(lines[:120]), "utf-8")
    (tmp_path / "guides.txt").write_text("# mine\n\nCourts=jury, tribunal\n", "utf-8")
    (tmp_path / "stop.txt").write_text("people\nLane # a street\n", "utf-8")
    command = ("train", "news.jsonl", "--topics", 6, "--stop-words", "stop.txt")
    code, out, _ = call(*command, "--guide", "guides.txt", "--guide", "Sport=coach,final")
    assert code == 0
    assert [line.split()[3] for line in out.splitlines()[1:3]] == ["Courts", "Sport"]
    code, out, _ = call("info", "news", "--methods")
    assert "Courts by jury, tribunal; Sport by coach, final" in out
    assert "2 further stop words" in out
    for wrong, said in (("Sport=", "write a name and words"), ("no-file.txt", "no-file.txt")):
        code, _, err = call(*command, "--replace", "--guide", wrong)
        assert code == 2
        assert said in err
    assert call("train", "news.jsonl", "--topics", "many", "--replace")[0] == 2


def test_names_live_on_in_a_newer_model(call: Call, tmp_path: Path) -> None:
    """--replace alone would lose them; --like keeps them and says what is new; --force loses them."""
    source = Path(__file__).parents[1] / "corpora" / "sample.jsonl"
    call("rename", "sample", 1, "Politics")
    code, _, err = call("train", source, "--name", "sample", "--replace")
    assert code == 4
    assert "'Politics'" in err
    assert "--force" in err
    code, _, err = call("train", source, "--name", "sample", "--replace", "--like", "sample")
    assert code == 0
    assert "20 topics of the older model live on" in err
    assert rows(call("keywords", "sample", "--json")[1])[1]["label"] == "Politics"
    assert call("train", source, "--name", "sample", "--replace", "--force")[0] == 0


def test_keywords_show_their_strongest_articles(call: Call) -> None:
    """As rows of their own in the table, as a list in the JSON."""
    found = rows(call("keywords", "sample", "--articles", 2, "--json")[1])
    assert all(len(row["articles"]) == 2 for row in found)
    assert found[4]["articles"][0]["id"] in call("keywords", "sample", "--topic", 4, "--articles", 1)[1]


def test_scores_and_sheets(call: Call, tmp_path: Path) -> None:
    """A row for each topic and one overall; sheets written once."""
    found = rows(call("evaluate", "sample", "--resamples", 0, "--json")[1])
    assert [row["topic"] for row in found] == [*range(20), None]
    assert found[-1]["siblings"] == 0
    assert "diversity" in call("evaluate", "sample", "--resamples", 0)[1]
    assert call("evaluate", "sample", "--sheet", "proof")[0] == 0
    assert call("evaluate", "sample", "--sheet", "proof")[0] == 2
    code, out, _ = call("evaluate", "sample", "--coded", "proof/coding.csv", "proof/word-intrusion.csv", "--json")
    assert code == 0
    assert rows(out)[-1]["answers"] == 0
    assert call("evaluate", "sample", "proof/coding.csv")[0] == 2
