"""CSV and TSV as spreadsheets, databases and media archives export them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from topics.corpus.articles import BadRecord
from topics.corpus.blocks import Block
from topics.corpus.cells import grid_of
from topics.corpus.encodings import LONGEST_LINE, lines_of
from topics.corpus.fields import find_told, listed, make_plan, unknown_column
from topics.corpus.formats import Input, Numbered
from topics.errors import SourceError

if TYPE_CHECKING:
    from _csv import Reader  # what csv.reader returns; Python 3.11 does not hand out the name

# For a table of one column: text full of commas must stay whole, and this stands in no text.
_NO_DELIMITER = "\x1f"

# What Excel and its kin let into one cell; a cell of exactly this size was cut.
CELL_LIMIT = 32_767

# Rows that the delimiter is judged by.
_SAMPLE_ROWS = 50

# Fed behind the last line.  NULs are taken out of all text before, so this can come from nowhere else: found inside
# a cell, it shows that a quote was never closed and that the cell holds the rest of the file.
_END = "\0"

# Each open quote has the rest of the file read again.
_MOST_OPEN_QUOTES = 20


# A row that is longer (of more than a few blocks) is not parsed again with each block that it goes on in.
_LONGEST_HELD = 1 << 18

_Rows = Iterator[tuple[int, list[str] | BadRecord]]

# A line, how many lines below it each row begins, and the rows.
_Part = tuple[int, Sequence[int], Sequence[list[str] | BadRecord]]


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    quoted: bool = True

    def reader(self, lines: Iterable[str]) -> Reader:
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def read(source: Input) -> Iterator[Numbered]:
    """Rows as dicts; the line is where the row begins.  Rows of empty cells and repeated headers are passed over.

    Raises SourceError when no column is a text or a title, SettingError when a column that the user named is missing.
    """
    if csv.field_size_limit() < LONGEST_LINE:  # a setting of the whole process: only ever raised
        csv.field_size_limit(LONGEST_LINE)
    blocks = iter(source.text)
    first = next(blocks, "")
    first_line = first.partition("\n")[0].rstrip("\r")
    told = first_line[4:] if first_line[:4].lower() == "sep=" and len(first_line) == 5 else ""
    if told:  # Excel's own way to say it; a line of its own above the header
        first = first[first.find("\n") + 1 :]
    dialect = _Dialect(told) if told else _sniff(first, source)
    source.report.delimiter = None if dialect.delimiter == _NO_DELIMITER else dialect.delimiter
    table: _Table | None = None
    for line, offsets, rows in _parts(chain((first,), blocks), dialect, 1 if told else 0):
        behind = 0
        if table is None:
            behind = next((n for n, row in enumerate(rows, 1) if isinstance(row, list) and any(map(str.strip, row))), 0)
            if not behind:
                continue
            header = rows[behind - 1]
            assert isinstance(header, list)
            table = _Table(header, source)
        if behind < len(rows):
            yield from table.records(line, offsets[behind:], rows[behind:])


class _Table:
    """From rows to records.  Raises what `read` does."""

    def __init__(self, raw_header: list[str], source: Input) -> None:
        self._raw_header = raw_header
        self._source = source
        self._header = source.header[:] = column_names(raw_header)
        self._text = _text_column(self._header, source)

    def records(self, line: int, offsets: Sequence[int], rows: Sequence[list[str] | BadRecord]) -> Iterator[Numbered]:
        """line, offsets, rows : of a part."""
        if (block := self._block(offsets, rows)) is not None:
            yield line, block
            return
        for below, row in zip(offsets, rows, strict=True):
            if isinstance(row, BadRecord):
                yield line + below, row
            elif any(row) and row != self._raw_header:
                yield line + below, self._record(row)

    def _block(self, offsets: Sequence[int], rows: Sequence[Any]) -> Block | None:
        """None where one of the rows is not as usual, or there is but one."""
        if len(rows) < 2:
            return None
        try:
            columns = dict(zip(self._header, zip(*rows, strict=True), strict=True))
        except (TypeError, ValueError):  # a row that is none, or of another width
            return None
        if self._raw_header[0] in columns[self._header[0]] and self._raw_header in rows:
            return None
        texts = columns[self._header[self._text]]
        if CELL_LIMIT in map(len, texts) or (not all(texts) and not all(map(any, rows))):
            return None
        return Block([tuple(columns)], columns, offsets=offsets)

    def _record(self, row: list[str]) -> dict[str, Any] | BadRecord:
        width = len(self._header)
        if len(row) != width:
            if any(row[width:]):
                detail = f"({len(row)} for {width}); a cell that holds the delimiter or a line end needs quotes"
                return BadRecord("more cells than columns", detail)
            if len(row) < width:
                self._source.note("rows with fewer cells than columns, read as far as they go")
            row = (row + [""] * width)[:width]
        if len(row[self._text]) == CELL_LIMIT:
            self._source.note("cells of exactly 32,767 characters, probably cut by a spreadsheet")
        return dict(zip(self._header, row, strict=True))


def _parts(blocks: Iterator[str], dialect: _Dialect, before: int) -> Iterator[_Part]:
    """The rows of one block of text after the other, the first behind `before` lines.

    A row that a block does not end is parsed again with the next.  From one that grows long, or is no CSV, all rows
    come one by one.
    """
    held = ""
    width = 0
    for block in blocks:
        text = held + block
        if len(text) <= _LONGEST_HELD:
            width = width or len(next(dialect.reader(lines_of(text)), ()))
            grid = grid_of(text, dialect.delimiter, width, quoted=dialect.quoted)
            if grid is not None:
                yield before + 1, grid.offsets, grid.rows
                before += grid.lines
                held = grid.rest
                continue
        lines = list(lines_of(text))
        reader = dialect.reader(chain(lines, (_END,)))
        rows: list[list[str]] = []
        begins = [0]
        try:
            for row in reader:
                rows.append(row)
                begins.append(reader.line_num)
        except csv.Error:
            held = text
            break
        last, end = rows.pop(), begins[-2]
        if rows:
            yield before + 1, begins[:-2], rows
            width = len(rows[-1])
        held = "" if last == [_END] else "".join(lines[end:])
        before += end if held else len(lines)
        if len(held) > _LONGEST_HELD:
            break
    if held:
        rest = chain(lines_of(held), chain.from_iterable(map(lines_of, blocks)), (_END,))
        for start, row_or_bad in _rows(rest, dialect, before):
            yield start, [0], [row_or_bad]


def _rows(lines: Iterable[str], dialect: _Dialect, before: int) -> _Rows:
    """(line where it begins, cells), after `before` lines.  What an open quote swallowed is read again."""
    for _ in range(_MOST_OPEN_QUOTES):
        swallowed: str | None = None
        reader = dialect.reader(lines)
        start = before + 1
        while swallowed is None:
            try:
                for row in reader:
                    if row and row[-1][-1:] == _END:
                        swallowed = row[-1][:-1]
                        break
                    yield start, row
                    start = before + reader.line_num + 1
            except csv.Error as error:  # a cell beyond the limit; the reader goes on behind it
                yield start, BadRecord("not CSV", f"({error}); look for a quote that is not closed")
                start = before + reader.line_num + 1
        if len(row) == 1 and not swallowed:
            return
        rest = swallowed.partition("\n")[2]
        count = rest.count("\n") + (not rest.endswith("\n") and rest != "")
        detail = f"(it took {count:,} lines as one cell, which were read again); close it or double it"
        yield start, BadRecord("a quote that is never closed", detail)
        before += reader.line_num - 1 - count
        lines = chain(lines_of(rest), (_END,))
    yield before + 1, BadRecord("quotes that are never closed", "the rest of the file was not read; is it CSV?")


def _sniff(first: str, source: Input) -> _Dialect:
    """The delimiter that makes sense of the header: known columns first, then rows as wide as it."""
    sample = first[: 1 << 16]
    best: tuple[tuple[bool, int, float, int], str] | None = None
    for delimiter in "\t,;|" if source.report.format == "tsv" else ",;\t|":
        rows = filter(any, islice(_Dialect(delimiter).reader(lines_of(sample)), _SAMPLE_ROWS))
        header = next(rows, [])
        if len(header) < 2:
            continue
        plan = make_plan(tuple(column_names(header)), source.told)
        widths = [len(header), *map(len, rows)]
        alike = widths.count(len(header)) / len(widths)
        score = (bool(plan.text or plan.title), len(plan.columns()), alike, len(header))
        if best is None or score > best[0]:
            best = (score, delimiter)
    if best is None:
        return _Dialect(_NO_DELIMITER)
    return _Dialect(best[1], quoted=best[1] != "\t" or _is_quoted(sample))


def _is_quoted(sample: str) -> bool:
    """Whether quotes in tab-separated text wrap cells, or are the text's own, as in ``"No" to Europe, says May``."""
    header = sample.partition("\n")[0].rstrip("\r").split("\t")
    if all(len(cell) > 1 and cell[0] == '"' == cell[-1] for cell in header):  # nobody names a column so
        return True
    cells = [cell for line in sample.split("\n") for cell in line.rstrip("\r").split("\t") if len(cell) > 1]
    opened = sum(cell[0] == '"' != cell[-1] for cell in cells)
    closed = sum(cell[0] != '"' == cell[-1] for cell in cells)
    return opened <= closed + 1  # one may be open where the sample ends


def column_names(row: list[str]) -> list[str]:
    """Column names, each once: an empty one is ``column 3``, a second ``text`` is ``text_2``."""
    seen: Counter[str] = Counter()
    names: list[str] = []
    for number, cell in enumerate(row, start=1):
        name = base = cell.strip().strip("\ufeff") or f"column {number}"
        while name in seen:
            seen[base] += 1
            name = f"{base}_{seen[base]}"
        seen[name] += 1
        names.append(name)
    return names


def _text_column(header: list[str], source: Input) -> int:
    """The position of the column whose cells are likely to be cut: the text, else the title."""
    for field, column in source.told.items():
        if find_told(column, header) is None:
            raise unknown_column(field, column, header, source.path)
    plan = make_plan(tuple(header), source.told)
    name = plan.text or plan.title
    if name is None:
        raise SourceError(
            f"{source.path}: no column is a text or a title (columns: {listed(header)}); try --field text=COLUMN"
        )
    return header.index(name)
