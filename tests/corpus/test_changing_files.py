"""Promises of files that change, shrink, grow or go while they are read."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from topics.corpus import Reading, read, sources
from topics.errors import MachineError

# Longer than what is taken from a file at a time.
ROWS = [{"id": str(number), "text": f"{number} " + "x" * 1000} for number in range(500)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def begun(path: Path) -> tuple[Reading, Iterator[Any]]:
    """A reading that has given its first article."""
    reading = read([str(path)])
    articles = iter(reading)
    next(articles)
    return reading, articles


def test_a_file_that_shrinks_gives_what_was_read(tmp_path: Path) -> None:
    """The articles before the cut, and a note of the change."""
    path = tmp_path / "a.jsonl"
    path.write_text(LINES)
    reading, articles = begun(path)
    os.truncate(path, 200_000)
    kept = 1 + sum(1 for _ in articles)
    assert 100 < kept < 250
    assert reading.report.reasons == {"broken JSON": 1}
    (note,) = reading.report.notes
    assert f"changed while it was read (it had {len(LINES):,} bytes, now 200,000)" in note


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.zip", "a.csv"])
def test_a_file_emptied_under_way_is_reported(tmp_path: Path, name: str) -> None:
    """Whatever the format, what came before is kept, and nothing but a report comes of it."""
    path = tmp_path / name
    if name == "a.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.jsonl", LINES)
    elif name == "a.csv":
        path.write_text("id,text\n" + "".join(f"{row['id']},{row['text']}\n" for row in ROWS))
    else:
        path.write_bytes(gzip.compress(LINES.encode(), 0) if name.endswith("gz") else LINES.encode())
    reading, articles = begun(path)
    os.truncate(path, 0)
    kept = 1 + sum(1 for _ in articles)
    assert 1 < kept < 500
    assert sum("changed while it was read" in note for note in reading.report.notes) == 1


def test_a_file_that_grows_is_read_as_long_as_it_was(tmp_path: Path) -> None:
    """A writer that never stops does not keep the reading from its end."""
    path = tmp_path / "a.jsonl"
    path.write_text(LINES)
    reading, articles = begun(path)
    kept = 1
    with path.open("a") as file:
        for kept, _ in enumerate(articles, 2):
            file.write(json.dumps({"id": f"later {kept}", "text": "y" * 5000}) + "\n")
            file.flush()
    assert kept == 500
    assert "changed while it was read" in reading.report.notes[0]


def test_a_file_put_in_the_place_of_another_is_not_mixed_with_it(tmp_path: Path) -> None:
    """The one that was opened is read to its end."""
    path, other = tmp_path / "a.jsonl", tmp_path / "b"
    path.write_text(LINES)
    other.write_text(LINES.replace("x", "y"))
    reading, articles = begun(path)
    other.replace(path)
    assert {article.text[-1] for article in articles} == {"x"}
    assert (reading.report.kept, reading.report.skipped) == (500, 0)


def test_a_file_that_goes_before_its_turn_is_left_out(tmp_path: Path) -> None:
    """The others of its folder are read; named by itself it is an error with its name."""
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.jsonl").write_text(LINES.replace('"id": "', f'"id": "{name}'))
    reading, articles = begun(tmp_path)
    (tmp_path / "b.jsonl").unlink()
    assert sum(1 for _ in articles) == 999
    assert (reading.report.reasons, reading.report.examples[0].where) == ({"gone": 1}, str(tmp_path / "b.jsonl"))
    reading = read([str(tmp_path / "c.jsonl")])
    (tmp_path / "c.jsonl").unlink()
    with pytest.raises(MachineError, match=r"c\.jsonl"):
        list(reading)


def test_a_file_that_goes_while_its_folder_is_listed_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(LINES.replace('"id": "', f'"id": "{name}'))
    walk = sources._walk

    def walked(folder: str) -> list[tuple[str, str]]:
        found = walk(folder)
        (tmp_path / "a.jsonl").unlink()
        return found

    monkeypatch.setattr(sources, "_walk", walked)
    reading = read([str(tmp_path)])
    assert sum(1 for _ in reading) == 500
    assert "it may have gone while the folder was read" in reading.report.notes[0]
