"""Excel workbooks (.xlsx), by openpyxl, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from topics.corpus.archives import ZIP_ERRORS, checked_zip
from topics.corpus.articles import BadRecord
from topics.corpus.containers import seekable
from topics.corpus.extras import needed
from topics.corpus.fields import listed, make_plan
from topics.corpus.formats import Input, Numbered
from topics.corpus.tables import CELL_LIMIT, column_names


def read(source: Input) -> Iterator[Numbered]:
    """Rows of every sheet that has a column of texts or titles, as dicts; the line is the row of its sheet."""
    openpyxl: Any = needed("openpyxl", "xlsx", "an .xlsx file")
    file = seekable(source.stream)
    try:
        with checked_zip(file):
            pass
        file.seek(0)
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            yield from _sheet(sheet, source)
    except (*ZIP_ERRORS, ParseError, KeyError, TypeError, AttributeError, IndexError) as error:
        yield 0, BadRecord("not an Excel workbook, or a damaged one", f"({error}); save it as CSV")
    finally:
        file.close()


def _sheet(sheet: Any, source: Input) -> Iterator[Numbered]:
    rows = enumerate(sheet.iter_rows(values_only=True), 1)
    header: list[str] | None = None
    for number, cells in rows:
        values = [_value(cell) for cell in cells]
        if not any(values):
            continue
        if header is None:
            header = column_names([str(value or "") for value in values])
            plan = make_plan(tuple(header), source.told)
            if plan.text is None and plan.title is None:
                columns = listed(header)
                why = f"(sheet {sheet.title!r}; columns: {columns}); try --field text=COLUMN"
                yield number, BadRecord("no column is a text or a title", why)
                return
            if not source.header:
                source.header[:] = header
            continue
        if any(isinstance(value, str) and len(value) == CELL_LIMIT for value in values):
            source.note("cells of exactly 32,767 characters, probably cut by a spreadsheet")
        yield number, {name: value for name, value in zip(header, values, strict=False) if value is not None}


def _value(cell: Any) -> Any:
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, str):
        return cell.strip() or None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell if cell == cell and abs(cell) != float("inf") else None
    return cell if cell is None or isinstance(cell, int) else str(cell)
