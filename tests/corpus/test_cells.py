"""Promises of splitting a table without csv.reader: what is split is what csv.reader gives, on the same lines."""

from __future__ import annotations

import csv

from hypothesis import example, given, settings
from hypothesis import strategies as st

from topics.corpus.cells import grid_of
from topics.corpus.encodings import lines_of

CELL = st.sampled_from(
    ["", "a", " ", "bc", '"x"', '""', '"y,z"', '"1\n2"', '"3\r\n4"', '"say ""no"""', '"""a"', '"\n\n"']
)
ROW = st.tuples(CELL, CELL).map(",".join)
# Every way to get it wrong.
STRAY = st.sampled_from(
    ['d"e', 'd"e"', '"f', 'g"', '"h"i', '"h" ', ' "j"', '"k\r"', "k\rl", "\r", "\n", "m,n", "é", "\u2028", '"o"""p"']
)
ODD = st.tuples(CELL, STRAY).map(",".join) | st.tuples(STRAY, CELL).map(",".join) | STRAY
ENDS = st.sampled_from(["\n", "\n", "\r\n", "\r\n", "\r"])
TEXTS = st.builds(
    lambda before, odd, after, end, other, behind: (
        (
            "".join(row + end for row in before)
            + "".join(row + other for row in odd)
            + "".join(row + end for row in after)
        )
        + behind
    ),
    st.lists(ROW, max_size=3),
    st.lists(ROW | ODD, max_size=1),
    st.lists(ROW, max_size=3),
    ENDS,
    ENDS,
    st.sampled_from(["", "", "", "a", 'a,"', 'a,"b\n', '"c\r\nd",', '"e""', ',"f"', '"g","h']),
)


def parsed(text: str, delimiter: str, quoted: bool) -> tuple[list[list[str]], list[int]]:
    """The slow way: the rows, and how many lines above each."""
    quoting = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(lines_of(text), delimiter=delimiter, quoting=quoting)
    rows, begins = [], [0]
    for row in reader:
        rows.append(row)
        begins.append(reader.line_num)
    return rows, begins


@settings(max_examples=500)
@given(
    TEXTS | st.text('ab",;\n\r\t'),
    st.sampled_from(",,,;\t"),
    st.sampled_from([True, True, False]),
    st.sampled_from([2, 2, 2, 1, 3]),
)
@example('"a""",b\n', ",", True, 2)
@example('a,b\r\n"c\r\nd",e\r\nf,"g', ",", True, 2)
@example('a,"b"c,"d"\n', ",", True, 2)
@example("a\r,b\r\n", ",", True, 2)
@example('a,b\nc,d"e\nf,g\n', ",", True, 2)
@example('a,"\nb,c\n', ",", False, 2)
def test_rows_that_are_split_are_those_of_csv_reader(text: str, delimiter: str, quoted: bool, width: int) -> None:
    """Quotes doubled, stray and open, line ends of three kinds, rows of any width; and the rest follows on."""
    text = text.replace(",", delimiter)
    grid = grid_of(text, delimiter, width, quoted=quoted)
    rows, begins = parsed(text, delimiter, quoted)
    if grid is None:
        return
    assert text.endswith(grid.rest)
    behind, more = parsed(grid.rest, delimiter, quoted)
    assert grid.rows + behind == rows
    assert len(behind) <= 1 or "\r" in grid.rest  # or a stray quote would have the rest held until it is too long
    assert [*grid.offsets, *(grid.lines + line for line in more)] == begins
    assert {len(row) for row in grid.rows} == {width}


@given(st.lists(st.lists(st.text('a",\n ') | st.text(), min_size=2, max_size=2), min_size=1), st.booleans())
def test_what_a_csv_writer_writes_is_split(rows: list[list[str]], always: bool) -> None:
    r"""Or the test above would compare nothing with nothing; but for NULs and old Macs' line ends."""
    rows = [[cell.replace("\0", "").replace("\r", "") for cell in row] for row in rows]
    lines: list[str] = []

    class File:
        write = lines.append

    csv.writer(File(), quoting=csv.QUOTE_ALL if always else csv.QUOTE_MINIMAL).writerows(rows)
    grid = grid_of("".join(lines), ",", 2, quoted=True)
    assert grid is not None
    assert (grid.rows, grid.rest) == (rows, "")


def test_no_quote_makes_splitting_slow() -> None:
    """Each place of a text is looked at once or twice, whatever quotes are in it: nothing here takes seconds."""
    for piece in ('"', '""', ',"', ',""', ',"""', '"x', 'x,"\n', ',"a""b', '"\n"'):
        for text in (piece * 80_000, '"' + piece * 80_000, piece * 80_000 + "\n"):
            grid_of(text, ",", 2, quoted=True)
