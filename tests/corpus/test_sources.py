"""Promises of finding files, of plain text, of ids and of the report."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from topics.corpus import ReadOptions, read
from topics.errors import MachineError, SettingError, SourceError

ROW = {"text": "x"}


def test_a_folder_is_read_through_in_order(write: Any, articles: Any, tmp_path: Path) -> None:
    """All kinds we know, at any depth; hidden files are not there, others are counted."""
    write("f/b/2.jsonl", [{"id": "2", **ROW}])
    write("f/a.csv", "id,text\n1,x\n")
    write("f/c.json.gz", gzip.compress(b'[{"id": "3", "text": "x"}]'))
    for name in ("f/.hidden.jsonl", "f/.git/x.jsonl", "f/picture.jpg", "f/page.pdf"):
        write(name, b"\xff\xd8")
    found, report = articles(str(tmp_path / "f"))
    assert [article.id for article in found] == ["1", "2", "3"]
    assert [(file.format, file.articles) for file in report.files] == [("csv", 1), ("jsonl", 1), ("json", 1)]
    assert report.passed_over == 2
    assert "2 files of other kinds were passed over" in report.notes


def test_text_files_are_articles_named_by_their_path(write: Any, articles: Any, tmp_path: Path) -> None:
    """The first line is the title when a blank line follows; the id is the path below SOURCE."""
    write("f/a/1.txt", "Title\r\n\r\nFirst.\r\n\r\nSecond.\r\n")
    write("f/a/2.txt", "No title\nbut text")
    write("f/b.txt.gz", gzip.compress("Nur ein Satz über Köln".encode("cp1252")))
    write("f/empty.txt", "\n \n")
    found, report = articles(str(tmp_path / "f"))
    assert [(article.id, article.title, article.text) for article in found] == [
        ("a/1.txt", "Title", "First.\n\nSecond."),
        ("a/2.txt", "", "No title\nbut text"),
        ("b.txt.gz", "", "Nur ein Satz über Köln"),
    ]
    assert [(file.path, file.files, file.articles) for file in report.files] == [(str(tmp_path / "f"), 4, 3)]
    assert report.skipped == 1


def test_ids_of_paths_never_drop_an_article(write: Any, articles: Any, tmp_path: Path) -> None:
    """Two folders with the same names: -2."""
    for folder in "fg":
        write(f"{folder}/1.txt", folder)
    found, report = articles(str(tmp_path / "f"), str(tmp_path / "g"))
    assert [(article.id, article.text) for article in found] == [("1.txt", "f"), ("1.txt-2", "g")]
    assert report.skipped == 0


def test_globs_and_files_named_twice(write: Any, articles: Any, tmp_path: Path) -> None:
    """A glob's ids are paths below its fixed part; a file is read once however often it is named."""
    for name in ("a/x/1.txt", "a/y/1.txt", "a/y/2.jpg"):
        write(name, name)
    found, report = articles(str(tmp_path / "a" / "*" / "*"), str(tmp_path / "a" / "x" / "1.txt"))
    assert [article.id for article in found] == ["x/1.txt", "y/1.txt"]
    assert any("named twice, read once" in note for note in report.notes)
    assert report.passed_over == 1
    special = write("a/[1].txt", "literal")
    assert [article.text for article in articles(special)[0]] == ["literal"]


def test_what_is_missing_is_named_with_the_nearest(write: Any, articles: Any, tmp_path: Path) -> None:
    """File, folder, glob, nothing of a kind we know, no format."""
    write("news/january.jsonl", [ROW])
    for source, message in (
        (tmp_path / "news" / "januar.jsonl", r"no such file or folder; did you mean .*january\.jsonl\?"),
        (tmp_path / "new" / "january.jsonl", r"no such file or folder; did you mean .*news\?"),
        (tmp_path / "news" / "*.csv", r"no file matches; check the spelling"),
        (tmp_path / "nowhere" / "x" / "y", r"no such file or folder"),
        ("https://news.test/feed.xml", r"an address, and nothing is fetched; download it"),
    ):
        with pytest.raises(SourceError, match=message):
            read([source])
    write("pictures/a.jpg", b"x")
    (tmp_path / "bare").mkdir()
    with pytest.raises(SourceError, match=r"holds 1 files of other kinds; readable are \.jsonl .*\.txt"):
        read([tmp_path / "pictures"])
    with pytest.raises(SourceError, match="holds no file"):
        read([tmp_path / "bare"])
    with pytest.raises(SourceError, match="does not tell the format; add --format"):
        read([tmp_path / "pictures" / "a.jpg"])


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few people make links")
def test_a_link_that_leads_nowhere_is_named_so(tmp_path: Path) -> None:
    """Not as a file that is missing beside one of its very name."""
    (tmp_path / "news.jsonl").symlink_to(tmp_path / "gone.jsonl")
    (tmp_path / "round.jsonl").symlink_to(tmp_path / "round.jsonl")
    for name in ("news.jsonl", "round.jsonl"):
        with pytest.raises(SourceError, match="a link that leads nowhere"):
            read([tmp_path / name])


def test_a_wrong_call_is_a_setting_error() -> None:
    """A format that is not there, a path for a list, nothing at all, a pipe without a format."""
    with pytest.raises(SettingError, match=r"'jsnl' is not one of jsonl, .*did you mean 'jsonl'"):
        ReadOptions(format="jsnl")
    with pytest.raises(SettingError, match="expected a list"):
        read("x.jsonl")
    with pytest.raises(SettingError, match="no SOURCE"):
        read([])
    with pytest.raises(SettingError, match="add --format"):
        read(["-"])
    with pytest.raises(SettingError, match="on_repeat"):
        ReadOptions(on_repeat="replace")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_as_a_file(articles: Any, pack: Any) -> None:
    """With a format, packed or not; its places begin with -."""
    data = pack(b'{"id": "1", "text": "x"}\nbad\n')
    found, report = articles("-", stdin=io.BytesIO(data), format="jsonl")
    assert [article.id for article in found] == ["1"]
    assert report.examples[0].where == "-:2"
    assert (report.bytes_read, report.bytes_total) == (len(data), None)
    [plain], _ = articles("-", stdin=io.BytesIO(pack(b"Head\n\nBody")), format="txt")
    assert (plain.title, plain.text, plain.id[0]) == ("Head", "Body", "x")


def test_the_content_tells_whether_it_is_packed(write: Any, articles: Any) -> None:
    """A .gz that was unpacked on the way, and a packed file without the suffix."""
    line = b'{"text": "x"}\n'
    assert len(articles(write("a.jsonl.gz", line), write("b.jsonl", gzip.compress(line)))[0]) == 2


def test_a_packed_file_cut_short_gives_what_is_whole(write: Any, articles: Any) -> None:
    """And says so; damage inside too."""
    noise = random.Random(0)
    rows = [{"id": str(n), "text": noise.randbytes(200).hex()} for n in range(2000)]
    data = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    for broken in (data[: len(data) // 2], data[: len(data) // 2] + b"garbage" * 100, data + b"trailing"):
        found, report = articles(write("a.jsonl.gz", broken))
        assert [article.id for article in found] == [str(n) for n in range(len(found))]
        assert len(found) > 900
        assert any(reason.startswith("damaged or cut short") for reason in report.reasons)
    with pytest.raises(SourceError, match="damaged or cut short"):
        articles(write("b.jsonl.gz", data[:20]))


def test_ids_are_given_or_made(write: Any, articles: Any) -> None:
    """Made of url, title and text, as the design says; equal articles are told apart by -2, -3."""
    rows = [{"id": " a "}, {"id": ""}, {}, {"id": None}, {"url": "http://y"}]
    found, _ = articles(write("a.jsonl", [{**row, "title": "T", "text": "B"} for row in rows]))
    made = "x" + sha256(b"\x1fT\x1fB").hexdigest()[:16]
    other = "x" + sha256(b"http://y\x1fT\x1fB").hexdigest()[:16]
    assert [article.id for article in found] == ["a", made, f"{made}-2", f"{made}-3", other]


def test_an_id_that_repeats_keeps_the_first_or_passes(write: Any, articles: Any) -> None:
    """As told; counted in both cases."""
    path = write("a.jsonl", [{"id": "1", "text": "old"}, {"id": "2", "text": "x"}, {"id": "1", "text": "new"}])
    found, report = articles(path)
    assert [article.text for article in found] == ["old", "x"]
    assert report.reasons == {"an id that came before": 1}
    assert str(report.examples[0]) == f"{path}:3: an id that came before; the first of '1' is kept"
    found, report = articles(path, on_repeat="pass")
    assert [article.text for article in found] == ["old", "x", "new"]
    assert any("1 ids that came before" in note for note in report.notes)


def test_a_file_of_repeats_is_not_a_bad_file(write: Any, articles: Any) -> None:
    """Its articles were read; they are just known."""
    found, _ = articles(write("a.jsonl", [{"id": "1", **ROW}]), write("b.jsonl", [{"id": "1", **ROW}]))
    assert len(found) == 1


def test_each_source_must_give_articles(write: Any, articles: Any, tmp_path: Path) -> None:
    """An empty file among others of a folder is a skip; named by itself it is an error."""
    write("f/a.jsonl", [ROW])
    empty = write("f/b.jsonl", "")
    found, report = articles(str(tmp_path / "f"))
    assert len(found) == 1
    assert [str(skip) for skip in report.examples] == [f"{empty}: no article (the file is empty)"]
    bad = write("bad.jsonl", "x\n")
    for source in (empty, bad):
        with pytest.raises(SourceError, match=f"{re.escape(source)}: no article could be read .1 skipped; .*{source}"):
            articles(write("mixed.jsonl", '{"text": "x"}\nbroken\n'), source)


def test_a_reading_goes_one_way_and_shows_how_far_it_is(write: Any) -> None:
    """bytes_read grows to bytes_total; a second pass is refused rather than empty."""
    path = write("a.jsonl", [{"id": str(n), "text": "word " * 500} for n in range(1000)])
    reading = read([path])
    articles = iter(reading)
    next(articles)
    assert reading.report.bytes_total == Path(path).stat().st_size
    assert 0 < reading.report.bytes_read < reading.report.bytes_total
    assert len(list(articles)) == 999
    assert reading.report.bytes_read == reading.report.bytes_total
    with pytest.raises(SettingError, match=r"call read\(\) again"):
        next(iter(reading))


def test_links_out_of_a_folder_are_not_followed(write: Any, articles: Any, tmp_path: Path) -> None:
    """Links inside are; a pipe in a folder does not block."""
    write("f/a.txt", "inside")
    secret = write("secret.txt", "outside")
    try:
        (tmp_path / "f" / "b.txt").symlink_to(secret)
    except OSError:
        pytest.skip("this account may not make links")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "f" / "pipe.txt")
    found, report = articles(str(tmp_path / "f"))
    assert [article.text for article in found] == ["inside"]
    assert any("leads out of the folder" in note for note in report.notes)


def test_a_file_that_went_or_is_closed_to_us(write: Any, articles: Any) -> None:
    """The machine's error, with the path."""
    path = write("a.jsonl", [ROW])
    reading = read([path])
    Path(path).unlink()
    with pytest.raises(MachineError, match=r"a\.jsonl"):
        list(reading)


def test_a_format_that_is_told_reads_any_name(write: Any, articles: Any, tmp_path: Path) -> None:
    """In a folder: the files of that kind, or all of no known kind when there is none."""
    write("f/1001", "one")
    write("f/1002", "two")
    found, _ = articles(str(tmp_path / "f"), format="txt")
    assert [article.id for article in found] == ["1001", "1002"]
    write("f/a.txt", "three")
    found, report = articles(str(tmp_path / "f"), format="txt")
    assert ([article.id for article in found], report.passed_over) == (["a.txt"], 2)
    assert len(articles(write("g.dat", [ROW]), format="jsonl")[0]) == 1


def test_an_abandoned_reading_closes_its_file(write: Any) -> None:
    """No warning of an open file, which here would be an error."""
    articles = iter(read([write("a.jsonl", [{"id": str(n), **ROW} for n in range(9)])]))
    next(articles)
    del articles


def _data() -> Path:
    folder = os.environ.get("TOPICS_DATA")
    return Path(folder) if folder else Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.mark.parametrize(
    ("name", "kept", "undated"),
    [
        ("bbc", 2225, 2225),
        ("headlines-uci", 6366, 0),
        ("lee50", 350, 350),
        ("newsgroups-train", 11_313, 11_313),
        ("plagiarism", 2500, 2500),
        ("reuters-train", 14_667, 1),
        ("wikiref220", 220, 220),
    ],
)
def test_real_corpora_are_read_whole(articles: Any, name: str, kept: int, undated: int) -> None:
    """Every article that has words, every date but the one that is broken."""
    path = _data() / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path} is not there; set TOPICS_DATA to the folder of the real corpora")
    found, report = articles(str(path))
    assert (len(found), report.undated, report.repeated) == (kept, undated, 0)
    assert len({article.id for article in found}) == kept
