"""Proof by people: what coders are given, and what their answers come to."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import topics
from topics import sheets
from topics.errors import SettingError, SourceError
from topics.sheets import krippendorff


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def fill(source: Path, target: Path, answers: dict[str, str], delimiter: str = ",") -> Path:
    """A sheet as a coder gives it back."""
    rows = rows_of(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(row | {"answer": answers.get(row["item"], "")} for row in rows)
    return target


@pytest.fixture(scope="module")
def written(sample: topics.Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets") / "for coders"
    sheets.write(sample, folder)
    return folder


@pytest.fixture(scope="module")
def key(written: Path) -> dict[str, dict[str, str]]:
    return {row["item"]: row for row in rows_of(written / "key.csv")}


def test_word_intrusion_mixes_one_stranger_in(sample: topics.Model, written: Path, key: dict) -> None:
    """Five of the topic's words and one that is none of its ten; a row for each topic."""
    keywords = {topic.slug: [term.term for term in topic.keywords] for topic in sample.topics()}
    rows = rows_of(written / "word-intrusion.csv")
    assert len(rows) == len(keywords)
    for row in rows:
        words = [row[f"word {i}"] for i in range(1, 7)]
        truth = key[row["item"]]
        assert sorted(words) == sorted([*keywords[truth["topic"]][:5], truth["truth"]])
        assert truth["truth"] not in keywords[truth["topic"]]


def test_topic_intrusion_shows_a_topic_that_the_article_does_not_have(
    sample: topics.Model, written: Path, key: dict
) -> None:
    """And only one."""
    labels = {topic.label: topic.topic for topic in sample.topics()}
    texts = {f"{a.title} | {a.text}"[:60].split("|")[0]: row for row, a in enumerate(sample.reader.scan())}
    rows = rows_of(written / "topic-intrusion.csv")
    assert len(rows) == sheets.INTRUDED
    for row in rows:
        [place] = [texts[start] for start in texts if start and row["article"].startswith(start)][:1]
        shown = [row[f"topic {i}"].rpartition(" (")[0] for i in range(1, 5)]
        own = set(sample.weights_of(place)[0].tolist())
        strangers = {str(i) for i, label in enumerate(shown, 1) if label and labels[label] not in own}
        assert strangers == {key[row["item"]]["truth"]}


def test_right_answers_score_one_and_the_key_is_found_above(sample: topics.Model, written: Path, key: dict) -> None:
    """Whatever spreadsheet saved them: commas, semicolons, numbers of words, capitals."""
    right = {item: row["truth"] for item, row in key.items()}
    by_number = {
        row["item"]: str([row[f"word {i}"] for i in range(1, 7)].index(right[row["item"]]) + 1)
        for row in rows_of(written / "word-intrusion.csv")
    }
    files = [
        fill(written / "coding.csv", written / "ann" / "coding.csv", right),
        fill(written / "word-intrusion.csv", written / "ann" / "word-intrusion.csv", by_number, ";"),
        fill(written / "topic-intrusion.csv", written / "ann" / "topic-intrusion.csv", right),
    ]
    found = sheets.coded(sample, files)
    assert [one.topic for one in found] == [*range(len(sample.topics())), None]
    overall = found[-1]
    assert (overall.precision, overall.word_intrusion, overall.topic_intrusion) == (1, 1, 1)
    assert overall.answers == len(key)
    assert overall.alpha is None  # one coder agrees with nobody


def test_precision_per_topic_and_agreement_of_two_coders(sample: topics.Model, written: Path, key: dict) -> None:
    """One coder says no to all of a topic, the other yes to everything."""
    first = sample.topics()[0]
    codings = [item for item in key if item[0] == "c"]
    ann = {item: "no" if key[item]["topic"] == first.slug else "YES" for item in codings}
    ben = dict.fromkeys(codings, "1")
    files = [fill(written / "coding.csv", written / who / "c.csv", a) for who, a in (("a", ann), ("b", ben))]
    found = sheets.coded(sample, files)
    assert found[0].precision == 0.5
    assert all(one.precision in (1, None) for one in found[1:-1])
    assert found[-1].alpha == pytest.approx(krippendorff([ann, dict.fromkeys(ben, "YES")]))


def test_krippendorff_of_the_textbook() -> None:
    """Four observers, twelve units, missing data: alpha for names is .743 (Krippendorff 2011)."""
    table = ["1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 ."]
    coders = [{str(i): v for i, v in enumerate(line.split()) if v != "."} for line in table]
    assert krippendorff(coders) == pytest.approx(0.743, abs=5e-4)
    assert krippendorff([{"a": "1"}, {"a": "1"}]) is None
    assert krippendorff([{"a": "1", "b": "2"}, {"a": "1", "b": "2"}]) == 1


def test_bad_sheets_say_where_and_what(sample: topics.Model, written: Path, key: dict, tmp_path: Path) -> None:
    """An answer nobody can read, a key that is missing, a sheet that is there already."""
    item = next(item for item in key if item[0] == "c")
    with pytest.raises(SourceError, match=r"coding.csv:\d+: answer 'perhaps'; write yes or no"):
        sheets.coded(sample, [fill(written / "coding.csv", written / "x" / "coding.csv", {item: "perhaps"})])
    lonely = fill(written / "coding.csv", tmp_path / "a" / "b" / "coding.csv", {})
    with pytest.raises(SourceError, match=r"no key\.csv beside it"):
        sheets.coded(sample, [lonely])
    with pytest.raises(SettingError, match="there already"):
        sheets.write(sample, written)
    (tmp_path / "empty.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SourceError, match="no column 'item'"):
        sheets.coded(sample, [tmp_path / "empty.csv"], written / "key.csv")
