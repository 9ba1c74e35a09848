"""Listings: a table for people, JSON lines and CSV for programs."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from unicodedata import combining, east_asian_width

import click

Command = TypeVar("Command", bound=Callable[..., Any])

# A table off a terminal (a file, a pipe) is not cut to any width that matters.
WIDE = 10_000


def listing(command: Command) -> Command:
    """Adds --json and --csv; the command gets `output`: "table", "json" or "csv"."""
    command = click.option("--csv", "output", flag_value="csv", help="CSV that opens in a spreadsheet.")(command)
    return click.option("--json", "output", flag_value="json", default=None, help="JSON, one object a line.")(command)


def show(
    output: str | None,
    rows: Iterable[Mapping[str, Any]],
    table: Callable[[list[Mapping[str, Any]]], None],
    flat: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda row: row,
    columns: Sequence[str] | None = None,
) -> None:
    """Print rows as asked.  table : prints them for people.  flat : a row as CSV cells.  columns : the CSV's header."""
    if output == "json":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False, allow_nan=False))
    elif output == "csv":
        write_csv((flat(row) for row in rows), columns)
    else:
        table(list(rows))


def write_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] | None = None) -> None:
    """CSV on stdout, with the mark by which spreadsheets know UTF-8."""
    writer = None
    out = _Out()
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(columns or row), extrasaction="ignore")
            out.write("\ufeff")
            writer.writeheader()
        writer.writerow({key: cell(value) for key, value in row.items()})
    if writer is None and columns:
        out.write("\ufeff")
        csv.writer(out).writerow(columns)


class _Out:
    def write(self, text: str) -> None:
        click.echo(text, nl=False)


def cell(value: Any) -> Any:
    """A value as a cell: lists of texts joined, other structures as JSON."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False)


def width() -> int:
    """Columns to print in."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE


def columns_of(text: str) -> int:
    """Columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, columns: int) -> str:
    """A text in at most so many columns, with an ellipsis where it was cut; one line, no control characters."""
    text = " ".join(text.split())
    text = "".join(char for char in text if char.isprintable())
    if columns_of(text) <= columns:
        return text
    while text and columns_of(text) > columns - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), stretch: int = -1) -> None:
    """Print an aligned table.  right : columns set to the right.  stretch : the column that is cut to fit the width."""
    cells = [[" ".join(text.split()) for text in row] for row in rows]
    widths = [max(map(columns_of, column)) for column in zip(header, *cells, strict=True)]
    spare = width() - sum(widths) - 2 * (len(widths) - 1)
    widths[stretch] = max(8, widths[stretch] + min(0, spare))
    for row in (list(header), *cells):
        parts = []
        for i, text in enumerate(row):
            text = cut(text, widths[i])
            space = " " * (widths[i] - columns_of(text))
            parts.append(space + text if i in right else text + space)
        click.echo("  ".join(parts).rstrip())


def day(row: Mapping[str, Any]) -> str:
    """The day of a row's date, for a table."""
    return (row["date"] or "")[:10]
