"""A file of articles is the list of articles that went in."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.errors import DamagedModel, MachineError
from topics.records import Article
from topics.store import files
from topics.store.articles import ArticleFile, ArticleWriter

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | TEXT
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
ARTICLE = st.builds(
    Article, id=TEXT, title=TEXT, text=TEXT, date=MAYBE, source=MAYBE, section=MAYBE, url=MAYBE,
    authors=st.lists(TEXT, max_size=3).map(tuple), lang=MAYBE, extra=st.dictionaries(TEXT, JSON, max_size=3),
)  # fmt: skip


def write(path: Path, articles: list[Article]) -> ArticleFile:
    with ArticleWriter(path) as writer:
        for article in articles:
            writer.add(article)
    return ArticleFile(path)


@pytest.fixture
def some(tmp_path: Path) -> list[Article]:
    return [
        Article(f"id-{i}", f"Title {i % 700}", f"text {i}", url=f"https://news.test/{i % 900}" if i % 2 else None)
        for i in range(1300)
    ]


@settings(deadline=None, max_examples=60)
@given(st.lists(ARTICLE, max_size=6, unique_by=lambda article: article.id))
def test_articles_come_back_as_they_were(articles: list[Article]) -> None:
    """Any Unicode, NUL included, in every field; None and "" stay apart where they mean something."""
    with tempfile.TemporaryDirectory() as folder:
        file = write(Path(folder, "articles-1.sqlite"), articles)
        assert list(file.scan()) == articles
        assert len(file) == len(articles)
        assert file.order() == sorted(range(len(articles)), key=lambda row: articles[row].id)
        assert file.rows_by_id(article.id for article in articles) == {a.id: i for i, a in enumerate(articles)}
        for row, article in enumerate(articles):
            if article.url:
                assert row in file.find_url(article.url)
            if article.title:
                assert row in file.find_title(article.title)
        file.close()


def test_get_keeps_the_order_asked_for(tmp_path: Path, some: list[Article]) -> None:
    """Rows may repeat, descend, be NumPy integers and more than fit in one query."""
    file = write(tmp_path / "a-1.sqlite", some)
    rows = np.random.default_rng(0).integers(0, len(some), 2000)
    assert file.get(rows) == [some[row] for row in rows]
    assert file.get([]) == []
    assert [article.text for article in file.get([5, 4], text=False)] == ["", ""]
    file.close()


def test_scan_gives_any_part(tmp_path: Path, some: list[Article]) -> None:
    """From, to, beyond the end; with and without texts."""
    file = write(tmp_path / "a-1.sqlite", some)
    for start, stop in [(0, None), (0, 0), (3, 3), (499, 501), (1299, 5000), (5000, None)]:
        assert list(file.scan(start, stop)) == some[start:stop]
    assert {article.text for article in file.scan(text=False)} == {""}
    file.close()


def test_look_ups_by_url_title_and_id(tmp_path: Path, some: list[Article]) -> None:
    """All rows of a URL or title, ascending; case and spaces of a title do not matter; unknown ones give nothing."""
    file = write(tmp_path / "a-1.sqlite", some)
    assert file.find_url("https://news.test/1") == [1, 901]
    assert file.find_title("  title   5 ") == [5, 705]
    assert file.find_url("https://news.test/") == file.find_title("nothing") == file.find_title("") == []
    assert file.rows_by_id(["id-9", "none", "id-1", "id-9", "\udce9"]) == {"id-9": 9, "id-1": 1}
    assert file.find_url("\udce9") == file.find_title("\udce9") == []
    file.close()


def test_nearest_ids_are_near(tmp_path: Path, some: list[Article]) -> None:
    """A typing error finds what was meant, and any text at all finds something or nothing."""
    file = write(tmp_path / "a-1.sqlite", [*some, Article("zebra-crossing"), Article("x" * 999)])
    assert file.nearest_ids("zebra-crosing")[0] == "zebra-crossing"
    assert "id-100" in file.nearest_ids("di-100", 5)
    assert file.nearest_ids("\udce9\0") == file.nearest_ids("") == []
    file.close()


def test_the_first_of_equal_ids_is_kept(tmp_path: Path) -> None:
    """The second is reported by None, and rows stay without a gap."""
    with ArticleWriter(tmp_path / "a-1.sqlite") as writer:
        assert [writer.add(Article(name, title)) for name, title in [("a", "1"), ("a", "2"), ("b", "3")]] == [
            0,
            None,
            1,
        ]
        assert len(writer) == 2
    file = ArticleFile(tmp_path / "a-1.sqlite")
    assert [article.title for article in file.scan()] == ["1", "3"]
    file.close()


def test_a_copy_without_texts_holds_no_word_of_them(tmp_path: Path) -> None:
    """Neither the text nor the source's other keys are anywhere in the file; the rest is."""
    whole = Article(
        "a", "Title", "secret words", "2024-01-01", "S", "X", "https://u.test", ("Ann",), "en", {"body": "secret"}
    )
    file = write(tmp_path / "a-1.sqlite", [whole, Article("b", text="secret")])
    file.copy(tmp_path / "a-2.sqlite", text=False)
    assert b"secret" not in (tmp_path / "a-2.sqlite").read_bytes()
    copy = ArticleFile(tmp_path / "a-2.sqlite")
    assert list(copy.scan()) == [
        Article("a", "Title", "", "2024-01-01", "S", "X", "https://u.test", ("Ann",), "en"), Article("b"),
    ]  # fmt: skip
    file.copy(tmp_path / "a-3.sqlite", rows=[1])
    part = ArticleFile(tmp_path / "a-3.sqlite")
    assert list(part.scan()) == [Article("b", text="secret")]
    assert b"secret words" not in (tmp_path / "a-3.sqlite").read_bytes()
    for opened in (file, copy, part):
        opened.close()


def test_threads_read_side_by_side(tmp_path: Path, some: list[Article]) -> None:
    """A scan in one thread and look-ups in others do not disturb each other."""
    file = write(tmp_path / "a-1.sqlite", some)
    wrong: list[int] = []

    def read(seed: int) -> None:
        rows = np.random.default_rng(seed).integers(0, len(some), 50)
        for _ in range(20):
            if file.get(rows) != [some[row] for row in rows]:
                wrong.append(seed)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    assert list(file.scan()) == some
    for thread in threads:
        thread.join()
    assert not wrong
    file.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open file")
def test_a_reader_outlives_its_file(tmp_path: Path, some: list[Article]) -> None:
    """A writer who deletes the file disturbs nobody who has it open."""
    file = write(tmp_path / "a-1.sqlite", some)
    (tmp_path / "a-1.sqlite").unlink()
    assert list(file.scan()) == some
    file.close()


def test_a_failed_writer_leaves_no_file(tmp_path: Path) -> None:
    """Ctrl-C while a corpus is read leaves nothing; nor is anything overwritten."""

    def interrupted() -> None:
        with ArticleWriter(tmp_path / "a-1.sqlite") as writer:
            writer.add(Article("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
    (tmp_path / "a-1.sqlite").write_bytes(b"")
    with pytest.raises(MachineError):
        ArticleWriter(tmp_path / "a-1.sqlite")


def test_a_disk_that_fills_up_is_said_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While there is still room, and without leaving a file."""
    usage = namedtuple("usage", "total used free")
    free = iter([10**9, 10**6])
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage(1, 1, next(free)))
    with pytest.raises(MachineError, match="free"):
        write(tmp_path / "a-1.sqlite", [Article(str(i), text="x" * (1 << 20)) for i in range(40)])
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_a_machine_error(tmp_path: Path) -> None:
    """What SQLite says of a full disk comes out as exit code 5."""
    writer = ArticleWriter(tmp_path / "a-1.sqlite")
    writer._db.execute("PRAGMA max_page_count = 10")
    with pytest.raises(MachineError, match="full"):
        writer.add(Article("a", text="x" * 99_999))
    writer.discard()


def damaged(path: Path) -> None:
    """Opening or reading all of it says DamagedModel."""

    def read_all() -> None:
        file = ArticleFile(path)
        try:
            list(file.scan())
            file.get(range(len(file)))
            file.rows_by_id(["a"])
        finally:
            file.close()

    with pytest.raises(DamagedModel) as caught:
        read_all()
    assert str(path) in str(caught.value)


def test_cut_and_foreign_files_are_damage(tmp_path: Path, some: list[Article]) -> None:
    """A file cut short, emptied, overwritten, or of another kind."""
    path = tmp_path / "a-1.sqlite"
    write(path, some).close()
    whole = path.read_bytes()
    cuts = [whole[:length] for length in (0, 50, 100, 4096, len(whole) // 2, len(whole) - 4096)]
    middle = len(whole) // 2
    for raw in [*cuts, b"x" * 9999, whole[:middle] + b"\xff" * 20000 + whole[middle + 20000 :]]:
        path.write_bytes(raw)
        damaged(path)


@pytest.mark.parametrize(
    "script",
    [
        "DROP TABLE article; CREATE VIEW article AS "
        "WITH RECURSIVE n(row) AS (SELECT 0 UNION ALL SELECT row + 1 FROM n) SELECT row, 'a' AS id FROM n",
        "CREATE TRIGGER t AFTER INSERT ON article BEGIN DELETE FROM article; END",
        "CREATE TABLE other (x)",
        "CREATE INDEX more ON article (length(text))",
        "DROP INDEX article_url",
        "ALTER TABLE article ADD COLUMN evil TEXT GENERATED ALWAYS AS (zeroblob(1000000000))",
        "UPDATE article SET row = -1",
        "UPDATE article SET row = 1",
        "UPDATE article SET row = 9223372036854775806",
        "UPDATE article SET title = x'ff'",
        "UPDATE article SET text = CAST(x'ff' AS TEXT)",
        "UPDATE article SET authors = '[1]'",
        "UPDATE article SET authors = '{}'",
        "UPDATE article SET extra = '[]'",
        "UPDATE article SET extra = '{'",
        "UPDATE article SET extra = '" + "[" * 100_000 + "'",
    ],
)
def test_forged_contents_are_damage(script: str, tmp_path: Path) -> None:
    """Views, triggers, generated columns, rows out of place, values of another kind: refused where they are met."""
    path = tmp_path / "a-1.sqlite"
    write(path, [Article("a", "t", "x")]).close()
    with sqlite3.connect(path) as forger:
        forger.executescript(script)
    forger.close()
    damaged(path)


def test_a_journal_beside_the_file_is_not_played_back(tmp_path: Path, some: list[Article]) -> None:
    """A stranger's journal or log of the same name changes nothing, and none is made."""
    file = write(tmp_path / "a-1.sqlite", some)
    file.close()
    for suffix in ("-journal", "-wal"):
        (tmp_path / f"a-1.sqlite{suffix}").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(9000))
    before = sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir())
    file = ArticleFile(tmp_path / "a-1.sqlite")
    assert list(file.scan()) == some
    file.close()
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == before


def test_a_link_is_refused(tmp_path: Path) -> None:
    """A model's file is in the model's folder."""
    write(tmp_path / "a-1.sqlite", []).close()
    try:
        (tmp_path / "a-2.sqlite").symlink_to(tmp_path / "a-1.sqlite")
    except OSError:
        pytest.skip("this system lets no user make links")
    damaged(tmp_path / "a-2.sqlite")
    with pytest.raises(FileNotFoundError):
        ArticleFile(tmp_path / "a-3.sqlite")


@pytest.mark.parametrize("name", ["a b", "100%", "q?mode=rwc", "x#y", "né"])
def test_any_folder_name_will_do(name: str, tmp_path: Path) -> None:
    """The path is no address: signs that mean something in one are only signs."""
    (tmp_path / name).mkdir()
    file = write(tmp_path / name / "a-1.sqlite", [Article("a")])
    assert len(file) == 1
    file.close()
