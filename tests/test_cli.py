"""The command line: what it prints, and what it says to bad input."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from topics.cli import COMMANDS, run

ROOT = Path(__file__).parents[1]
SAMPLE = str(ROOT / "corpora" / "sample.jsonl")


@dataclass
class Done:
    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `topics` in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*args: object) -> Done:
        code = run([str(arg) for arg in args])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture
def with_sample(cli: Run, sample_models: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, with the sample's model in the folder of models."""
    monkeypatch.setenv("TOPICS_MODELS", str(sample_models))
    return cli


def corpus(path: Path, n: int = 30) -> Path:
    """A small file of articles."""
    lines = Path(SAMPLE).read_text("utf-8").splitlines()[:n]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_training_offers_other_numbers_of_topics_only_where_there_are(cli: Run, tmp_path: Path) -> None:
    """No fewer than one, no more than articles."""
    path = tmp_path / "two.jsonl"
    path.write_text('{"text": "Dockers walked out over cranes."}\n{"text": "A creamery lost its cheese."}', "utf-8")
    offered = [("more topics", "--topics 2"), ("fewer topics", "--topics 1")]
    for number, (this, other) in enumerate((offered, offered[::-1]), 1):
        done = cli("train", path, "--topics", str(number), "--replace")
        assert this[0] in done.err
        assert this[1] in done.err
        assert other[0] not in done.err


def test_train_tells_what_it_read_what_it_found_and_what_to_do_next(cli: Run, tmp_path: Path) -> None:
    """Columns, number of articles, dates, topics, next commands."""
    done = cli("train", corpus(tmp_path / "news.jsonl"))
    assert done.code == 0
    assert "30 articles, 2031-01-05 to 2031-" in done.err
    assert "title, text, date" in done.err
    assert "--topics 3 --replace" in done.err
    assert "topics similar news --id" in done.err
    assert done.out.startswith("topic  share  support  label")
    assert cli("models", "--json").rows()[0] == {
        **cli("models", "--json").rows()[0],
        "model": "news",
        "articles": 30,
        "topics": 6,
    }


def test_train_json_is_one_row(cli: Run, tmp_path: Path) -> None:
    """Nothing else on stdout, nothing on stderr."""
    done = cli("train", corpus(tmp_path / "news.jsonl"), "--json", "--name", "other", "--topics", 4)
    [row] = done.rows()
    assert {**row, "seconds": 0} == {"model": "other", "articles": 30, "topics": 4, "seconds": 0, "skipped": 0}
    assert done.err == ""


def test_quiet_leaves_only_the_topics(cli: Run, tmp_path: Path) -> None:
    """--quiet talks to nobody."""
    done = cli("train", corpus(tmp_path / "news.jsonl"), "--quiet")
    assert done.err == ""
    assert len(done.out.splitlines()) == 7


def test_a_csv_as_people_export_it(cli: Run, tmp_path: Path) -> None:
    """Semicolons, CP1252, other names of columns: read, and told which column became what."""
    rows = ["Headline;Body;Publication", *(f"Grève {i};Les dockers sont à Saltmere, n° {i};Écho" for i in range(6))]
    (tmp_path / "export.csv").write_bytes("\r\n".join(rows).encode("cp1252"))
    done = cli("train", "export.csv", "--topics", 1)
    assert done.code == 0, done.err
    assert "title from 'Headline'" in done.err
    assert "source from 'Publication'" in done.err
    assert cli("articles", "export", "--json").rows()[0]["source"] == "Écho"


def test_every_listing_has_every_named_key(with_sample: Run) -> None:
    """The rows of the design, null when unknown."""
    keys = {
        ("keywords", "sample"): ["topic", "label", "share", "keywords"],
        ("articles", "sample", "--topic", "1"): ["id", "title", "date", "source", "url", "topic", "weight"],
        ("search", "sample", "strike"): ["id", "score", "title", "date", "source", "url", "why", "relation"],
        ("similar", "sample", "--id", "heron-launch"): [
            *("id", "score", "title", "date", "source", "url", "why", "relation")
        ],
        ("stories", "sample"): ["story", "title", "n", "first", "last", "sources", "terms", "ids"],
        ("duplicates", "sample"): ["ids", "score"],
        ("neighbours", "sample"): ["source", "target", "weight", "relation"],
        ("assign", "sample"): ["id", "title", "date", "source", "url", "topics"],
    }
    for command, expected in keys.items():
        done = with_sample(*command, "--json")
        assert done.code == 0, done.err
        for row in done.rows():
            assert list(row)[: len(expected)] == expected, command
        table = list(csv.reader(io.StringIO(with_sample(*command, "--csv").out.removeprefix("\ufeff"))))
        assert len(table) == len(done.rows()) + 1, command


def test_similar_by_argument_file_and_pipe_agree(
    with_sample: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One text, three ways to give it."""
    text = "Dockers at Saltmere walk out over automated cranes and lashing gangs"
    (tmp_path / "draft.txt").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outputs = [
        with_sample("similar", "sample", "--text", text, "--json").out,
        with_sample("similar", "sample", "--file", "draft.txt", "--json").out,
        with_sample("similar", "sample", "-", "--json").out,
    ]
    assert outputs[0].count("\n") == 10
    assert len(set(outputs)) == 1


def test_assign_gives_the_users_own_columns_back(with_sample: Run, tmp_path: Path) -> None:
    """In their order, with the topics behind; also columns that we do not know, and that are called like ours."""
    (tmp_path / "mine.csv").write_text(
        "Coder,topic,Headline,body\nann,x,Strike,Dockers and cranes at Saltmere\nbob,y,Cup,Penalties in the cup final\n"
    )
    done = with_sample("assign", "sample", "mine.csv", "--csv")
    assert done.code == 0, done.err
    rows = list(csv.DictReader(io.StringIO(done.out.removeprefix("\ufeff"))))
    assert list(rows[0]) == ["Coder", "topic", "Headline", "body", "assigned_topic", "label", "weight", "topics"]
    assert [row["Coder"] for row in rows] == ["ann", "bob"]
    assert [row["topic"] for row in rows] == ["x", "y"]
    keywords = with_sample("keywords", "sample", "--json").rows()
    assert "dockers" in str(keywords[int(rows[0]["assigned_topic"])])


def test_a_model_can_be_copied_and_verified(with_sample: Run, tmp_path: Path) -> None:
    """export makes a whole model; one changed byte and verify says which file."""
    assert with_sample("export", "sample", "./copy", "--no-text").code == 0
    assert with_sample("verify", "./copy", "--json").rows() == [{"model": "./copy", "ok": True, "problems": []}]
    [index] = (tmp_path / "copy").glob("index-*.joblib")
    raw = bytearray(index.read_bytes())
    raw[-1] ^= 1
    index.write_bytes(raw)
    done = with_sample("verify", "./copy", "--json")
    assert done.code == 4
    assert done.rows()[0]["problems"][0]["file"] == index.name


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["train", "corpora/nothere.jsonl"], 3, "no such file"),
        (["train", "empty.jsonl"], 3, "empty.jsonl"),
        (["train", "folder"], 3, "folder"),
        (["train", "nocolumn.csv"], 3, "--field"),
        (["train", "good.jsonl", "--topics", "0"], 2, "n_topics must be a whole number from 1"),
        (["train", "good.jsonl", "--topics", "400"], 2, "try 6 or fewer"),
        (["train", "good.jsonl", "--field", "text"], 2, "text=body"),
        (["train", "good.jsonl", "--field", "text=nothere"], 2, "nothere"),
        (["train", "good.jsonl", "--name", "a/../../b\0"], 2, "name"),
        (["train", "-"], 2, "--name"),
        (["train"], 2, "SOURCE"),
        (["train", "broken.jsonl", "--strict"], 3, "broken.jsonl:2"),
        (["keywords", "nothere"], 4, "nothere"),
        (["keywords", "sampel"], 4, "sample"),
        (["keywords", "sample", "--topic", "99"], 2, "topics run from 0 to"),
        (["keywords", "sample", "--top", "0"], 2, "--top"),
        (["similar", "sample"], 2, "--id"),
        (["similar", "sample", "--id", "tour-prolog"], 4, "tour-prologue"),
        (["similar", "sample", "--id", "tour-prologue", "--text", "x"], 2, "one of"),
        (["similar", "sample", "--id", "tour-prologue", "--since", "soon"], 2, "2026-03-04"),
        (["similar", "sample", "--id", "tour-prologue", "--section", "footbal"], 2, "football"),
        (["similar", "sample", "--file", "nothere.txt"], 3, "nothere.txt"),
        (["kewords", "sample"], 2, "keywords"),
        (["verify", "nothere"], 4, "nothere"),
        (["assign", "sample", "nothere.csv"], 3, "nothere.csv"),
    ],
)
def test_bad_input_is_told_what_to_do(with_sample: Run, tmp_path: Path, args: list[str], code: int, says: str) -> None:
    """Where, what, what to try, and the exit code of the design; never a traceback."""
    corpus(tmp_path / "good.jsonl")
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "nocolumn.csv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.jsonl").write_text('{"text": "fine words"}\n{"text": \n')
    done = with_sample(*args)
    assert done.code == code, done.err
    assert says in done.err
    assert "Traceback" not in done.err


def test_a_broken_record_is_skipped_counted_and_placed(cli: Run, tmp_path: Path) -> None:
    """Exit code 0: the good articles are trained on."""
    path = corpus(tmp_path / "news.jsonl")
    path.write_text(path.read_text("utf-8") + '\n{"text": \n{"title": null}\n', "utf-8")
    done = cli("train", "news.jsonl")
    assert done.code == 0
    assert "2 records left out" in done.err
    assert "news.jsonl:31" in done.err


def test_min_score_that_leaves_nothing_says_the_best(with_sample: Run) -> None:
    """So that the person knows how far to go down."""
    done = with_sample("similar", "sample", "--id", "tour-prologue", "--min-score", "0.99")
    assert done.code == 0
    assert done.out == ""
    assert "the best is 0." in done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(cli: Run, command: str) -> None:
    """--help works and shows how."""
    done = cli(command, "--help")
    assert done.code == 0
    assert "Example" in done.out


def test_a_closed_pipe_is_quiet(sample_models: Path) -> None:
    """`topics assign sample | head -1` ends without a word."""
    process = subprocess.Popen(
        [sys.executable, "-m", "topics", "assign", "sample", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TOPICS_MODELS": str(sample_models)},
        cwd=ROOT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_ctrl_c_says_so_and_leaves_nothing(cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, no half a model."""

    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("topics.training.fit_topics", interrupted)
    done = cli("train", corpus(tmp_path / "news.jsonl"))
    assert done.code == 130
    assert not (tmp_path / "models" / "news").exists()


def test_a_bug_of_ours_asks_for_a_report() -> None:
    """Exit code 1, with the traceback."""
    script = "import topics.cli as c; c.run = lambda args: 1 / 0; c.main(['models'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "Please report" in done.stderr


def test_read_explains_what_is_cut(cli: Run, tmp_path: Path) -> None:
    """Furniture that recurs, with how often; as a table, and each cut as JSON and CSV; articles stay as they were."""
    footer = "A voice of the harbour since the great flood"
    path = tmp_path / "a.jsonl"
    lines = Path(SAMPLE).read_text("utf-8").splitlines()[:30]
    texts = [json.loads(line)["text"].split("\n")[0] for line in lines]
    rows = [{"id": str(i), "source": "Quay", "text": f"{text}\n\n{footer}"} for i, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = cli("read", path, "--explain", "--json").rows()
    cuts = [cut for row in found for cut in row["cuts"] if cut["line"] == footer]
    assert len(cuts) == 30
    assert (cuts[0]["kind"], cuts[0]["certain"]) == ("furniture", True)
    assert "30 of the 30" in cuts[0]["why"]
    assert footer in cli("read", path, "--explain").out
    assert cli("read", path, "--explain", "--csv").out.splitlines()[0] == "\ufeffid,source,line,kind,why,certain"
    assert cli("read", path, "--json").rows()[0]["text"].endswith(footer)


def test_languages_are_shown(cli: Run, tmp_path: Path) -> None:
    """By `read`, in rows and as a sum; by `info` as counts."""
    german = (
        "Der Hafen war nach dem Sturm noch nicht offen, und die Schiffe lagen auf dem Meer vor der Stadt und warteten. "
    )
    english = (
        "The harbour was not open after the storm, and the ships lay at sea off the town, where they had to wait. "
    )
    path = tmp_path / "two.jsonl"
    texts = [text * 2 + str(i) for i, text in enumerate([german, german, english, english, english, "Short."])]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    assert [row["lang"] for row in cli("read", path, "--json").rows()] == ["de", "de", "en", "en", "en", None]
    assert "languages: en 3, de 2, unknown 1" in cli("read", path).err
    cli("train", path, "--topics", "2")
    (row,) = cli("info", "two", "--json").rows()
    assert row["languages"] == {"en": 3, "de": 2, "unknown": 1}


def test_queries_of_a_file_are_looked_up_one_by_one(with_sample: Run, tmp_path: Path) -> None:
    """Ids and texts, each row telling which query it answers; a bad line is placed."""
    lines = [
        '{"id": "heron-launch"}',
        '{"text": "Dockers walk out over cranes"}',
        '{"id": "q7", "title": "Lunar lander"}',
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(lines), "utf-8")
    done = with_sample("similar", "sample", "--queries", "queries.jsonl", "--top", 2, "--json")
    assert done.code == 0, done.err
    assert [row["query"] for row in done.rows()] == ["heron-launch", "heron-launch", "2", "2", "q7", "q7"]
    assert done.rows()[:2] == [
        {"query": "heron-launch", **row}
        for row in with_sample("similar", "sample", "--id", "heron-launch", "--top", 2, "--json").rows()
    ]
    (tmp_path / "queries.jsonl").write_text('{"id": "heron-launch"}\n{"body": "x"}', "utf-8")
    done = with_sample("similar", "sample", "--queries", "queries.jsonl")
    assert done.code == 3
    assert 'queries.jsonl:2: no "id"' in done.err


def test_sentences_are_shown_with_their_terms_marked(with_sample: Run) -> None:
    """Below a short table, and in JSON when asked for."""
    table = with_sample("similar", "sample", "--id", "tour-prologue", "--top", 1).out
    assert "*Tveit*" in table or "*Demchuk*" in table
    [row] = with_sample("similar", "sample", "--id", "tour-prologue", "--top", 1, "--json", "--explain").rows()
    assert row["sentences"][0]["terms"]
    assert "*" not in with_sample("similar", "sample", "--id", "tour-prologue", "--top", 9).out


def test_duplicates_tell_how_they_differ(with_sample: Run) -> None:
    """The words of the first that are gone, and those in their place."""
    rows = with_sample("duplicates", "sample", "--diff", "--json").rows()
    found = {change["id"]: change["changes"] for row in rows for change in row["changes"]}
    assert {"before": "94", "after": "49"} in found["tribunal-harcastle-remedy-2"]
    table = with_sample("duplicates", "sample", "--diff").out
    assert "\n  - 94\n  + 49\n" in table


def test_a_table_of_stories_is_short_and_says_so(with_sample: Run) -> None:
    """All of them for programs."""
    done = with_sample("stories", "sample")
    total = len(with_sample("stories", "sample", "--json").rows())
    assert len(done.out.splitlines()) == 21
    assert f"20 of {total} stories" in done.err


def test_a_source_can_be_left_out_everywhere(with_sample: Run) -> None:
    """--not-source, on listings of articles."""
    for command in (
        ["search", "sample", "Tour"],
        ["articles", "sample"],
        ["similar", "sample", "--id", "tour-prologue"],
    ):
        rows = with_sample(*command, "--top", 30, "--not-source", "Touchline", "--json").rows()
        assert rows
        assert "Touchline" not in {row["source"] for row in rows}
