"""Promises of reading CSV and TSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from topics.corpus import read
from topics.errors import SettingError, SourceError

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(CELL.filter(str.strip), CELL), min_size=1, max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_cells_come_back(
    write: Any, cells: list[tuple[str, str]], delimiter: str, encoding: str, line_end: str
) -> None:
    """Whatever is in them, in every encoding and with every delimiter, as the csv module writes them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=line_end)
    writer.writerow(["id", "Full Text", "note"])
    writer.writerows([number, text, note] for number, (text, note) in enumerate(cells))
    reading = read([write("a.csv", buffer.getvalue(), encoding)])
    found = list(reading.records())
    assert [(record.row["Full Text"], record.row["note"]) for record in found] == cells
    assert [record.article.id for record in found] == [str(number) for number in range(len(cells))]
    assert reading.report.files[0].delimiter == delimiter
    assert reading.report.header == ["id", "Full Text", "note"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_from_the_header(write: Any, articles: Any, delimiter: str) -> None:
    """Also when the text is full of the others."""
    content = "id|title|text\n1|A, b; c|x, y, z; w\n2|D, e|u; v, w, x\n".replace("|", delimiter)
    content = content if delimiter in "\t|" else '"id"|"title"|"text"\n1|"A, b; c"|"x, y; z"\n'.replace("|", delimiter)
    found, report = articles(write("a.csv", content))
    assert found[0].title == "A, b; c"
    assert report.files[0].delimiter == delimiter


def test_a_single_column_keeps_its_commas(write: Any, articles: Any) -> None:
    """Quoted or not."""
    found, report = articles(write("a.csv", 'Text\nfirst, second; third\n"quoted, too"\n'))
    assert [article.text for article in found] == ["first, second; third", "quoted, too"]
    assert report.files[0].delimiter is None


def test_excels_sep_line_is_followed(write: Any, articles: Any) -> None:
    """And counted among the lines."""
    path = write("a.csv", "\ufeffsep=;\r\ntitle;text\r\na;b\r\n")
    [record] = read([path]).records()
    assert (record.article.title, record.article.text, record.where) == ("a", "b", f"{path}:3")


def test_quotes_line_ends_and_nuls_in_cells(write: Any, articles: Any) -> None:
    r"""Doubled quotes, \r\n in a cell, a NUL, Unicode's other line ends; the place is where the row begins."""
    path = write("a.csv", 'id,text\r\n1,"say ""no""\r\nand go\u2028on"\r\n2,\0x\x85y\r\n')
    reading = read([path])
    records = list(reading.records())
    assert [record.article.text for record in records] == ['say "no"\nand go\u2028on', "x\x85y"]
    assert [record.where for record in records] == [f"{path}:2", f"{path}:4"]
    assert any("1 NUL characters left out" in note for note in reading.report.notes)


def test_ragged_rows_are_reported(write: Any, articles: Any) -> None:
    """Too long: skipped, unless what is too much is empty.  Too short: read, and noted.  All empty: passed over."""
    path = write("a.csv", "id,title,text\n1,a,b,c\n2,a,b,,\n3,a\n,,\n\n4,a,b\n")
    found, report = articles(path)
    assert [article.id for article in found] == ["2", "3", "4"]
    assert [str(skip) for skip in report.examples] == [
        f"{path}:2: more cells than columns (4 for 3); a cell that holds the delimiter or a line end needs quotes"
    ]
    assert any("1 rows with fewer cells" in note for note in report.notes)


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(write: Any, articles: Any) -> None:
    """The row is named, the rows behind it are read."""
    rows = "".join(f"{n},text {n}\n" for n in range(3, 2000))
    path = write("a.csv", f'id,text\n1,fine\n2,"open\n{rows}')
    reading = read([path])
    records = list(reading.records())
    assert [record.article.id for record in records] == ["1", *map(str, range(3, 2000))]
    assert records[1].where == f"{path}:4"
    assert str(reading.report.examples[0]).startswith(f"{path}:3: a quote that is never closed (it took 1,997 lines")
    found, _ = articles(write("b.csv", 'id,text\n1,fine\n2,"open'))
    assert [article.id for article in found] == ["1"]


def test_names_of_columns_are_each_once(write: Any) -> None:
    """Empty and repeated ones get a name, and the user's own row keeps all cells."""
    reading = read([write("a.csv", "text,,text,text_2, \na,b,c,d,e\n")])
    [record] = reading.records()
    assert reading.report.header == ["text", "column 2", "text_2", "text_2_2", "column 5"]
    assert list(record.row.values()) == ["a", "b", "c", "d", "e"]
    assert record.article.text == "a"


def test_the_header_is_known_with_the_first_row(write: Any) -> None:
    """For a caller who prints while reading; a later table does not change it."""
    reading = read([write("a.csv", "id,text\n1,x\n2,y\n"), write("b.csv", "text,more\nz,1\n")])
    next(iter(reading))
    assert reading.report.header == ["id", "text"]


def test_a_header_repeated_below_is_no_article(write: Any, articles: Any) -> None:
    """Exports put together with cat."""
    found, _ = articles(write("a.csv", "id,text\n1,a\nid,text\n2,b\n"))
    assert [article.id for article in found] == ["1", "2"]


def test_a_table_without_text_names_its_columns(write: Any, articles: Any) -> None:
    """And what to type; in a folder it is skipped with that reason."""
    path = write("a/a.csv", "name,teaser\nx,y\n")
    with pytest.raises(
        SourceError, match=r"no column is a text or a title \(columns: name, teaser\); try --field text="
    ):
        articles(path)
    [article], _ = articles(path, fields={"text": "Teaser"})
    assert article.text == "y"
    with pytest.raises(SettingError, match=r"--field text=tease: no such column \(there are: name, teaser\).*'teaser'"):
        articles(path, fields={"text": "tease"})
    write("a/b.csv", "text\ngood\n")
    found, report = articles(path.removesuffix("/a.csv"))
    assert [article.text for article in found] == ["good"]
    assert report.examples[0].where == path


def test_cells_that_a_spreadsheet_cut_are_noted(write: Any, articles: Any) -> None:
    """Of exactly 32,767 characters; longer ones, of any length, are whole."""
    cells = "\n".join(f"{n},{'x' * size}" for n, size in enumerate((32_767, 32_766, 32_767, 500_000)))
    found, report = articles(write("a.csv", f"id,text\n{cells}\n"))
    assert len(found[3].text) == 500_000
    assert any("2 cells of exactly 32,767 characters, probably cut by a spreadsheet" in note for note in report.notes)


def test_tsv_with_quotes_of_its_own(write: Any, articles: Any) -> None:
    """Unescaped quotes at the beginning of cells are text."""
    rows = "".join(f'{n}\t"No" to Europe {n}\t"We go", she said\n' for n in range(5))
    found, _ = articles(write("a.tsv", "id\ttitle\ttext\n" + rows))
    assert len(found) == 5
    assert (found[4].title, found[4].text) == ('"No" to Europe 4', '"We go", she said')
    [quoted], _ = articles(write("b.tsv", 'id\ttext\n1\t"a\tb\nc"\n'))
    assert quoted.text == "a\tb\nc"


def test_old_macs_line_ends(write: Any, articles: Any) -> None:
    r"""A lone \r ends a row."""
    found, _ = articles(write("a.csv", "id,text\r1,a\r2,b\r"))
    assert [article.text for article in found] == ["a", "b"]
