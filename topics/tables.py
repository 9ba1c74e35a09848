"""Rows as tables for people and for data frames: what a notebook shows of a result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, TypeVar

from topics.errors import MissingExtra, SettingError

LIBRARIES = ("pandas", "polars")
# A notebook is read, not scrolled; the rest is in the list.
SHOWN = 50
# Columns that are drawn as a bar beside the number.
BARS = ("share", "score", "weight")


class HasRow(Protocol):
    """A record."""

    def row(self) -> dict[str, Any]: ...


Record = TypeVar("Record", bound=HasRow)


class Listing(list[Record]):
    """A list of records that a notebook shows as a table."""

    def _repr_html_(self) -> str:
        rest = f"<p>and {len(self) - SHOWN:,} more</p>" if len(self) > SHOWN else ""
        return html(record.row() for record in self[:SHOWN]) + rest

    def to_dataframe(self, library: str | None = None) -> Any:
        """A row for each record, as a pandas DataFrame (polars where that is not installed, or when asked for).

        Lists of terms become text.  Raises MissingExtra when neither is installed.
        """
        return dataframe((record.row() for record in self), library)


def dataframe(rows: Iterable[Mapping[str, Any]], library: str | None = None) -> Any:
    """Rows as a DataFrame of "pandas" or "polars"; None takes the first that is installed."""
    if library is not None and library not in LIBRARIES:
        raise SettingError(f"library must be pandas or polars; it is {library!r}")
    wanted = [library] if library else [name for name in LIBRARIES if find_spec(name)]
    if not wanted or not find_spec(wanted[0]):
        raise MissingExtra(
            f"a data frame needs {library or 'pandas or polars'}; try: pip install {library or 'pandas'}"
        )
    return import_module(wanted[0]).DataFrame([{key: flat(value) for key, value in row.items()} for row in rows])


def flat(value: Any) -> Any:
    """A value as one cell: terms joined, other lists as they are."""
    if isinstance(value, list) and value and all(isinstance(part, dict) and "term" in part for part in value):
        return ", ".join(part["term"] for part in value if part["term"] is not None)
    return value


def html(rows: Iterable[Mapping[str, Any]], draw: Mapping[str, Callable[[Any], str]] | None = None) -> str:
    """Rows as an HTML table.  draw : for a column, what makes markup of a value; all else is escaped."""
    every = list(rows)
    if not every:
        return "<p>nothing</p>"
    columns = [key for key in every[0] if any(row[key] is not None for row in every)]
    widest = {key: max((row[key] or 0 for row in every), default=0) for key in columns if key in BARS}
    head = "".join(f"<th style='text-align:left'>{escape(key)}</th>" for key in columns)
    lines = []
    for row in every:
        cells = []
        for key in columns:
            if draw and key in draw:
                made = draw[key](row[key])
            elif key in BARS and row[key] is not None:
                made = bar(row[key], widest[key])
            else:
                made = cell(row[key])
            cells.append(f"<td style='text-align:left;vertical-align:top'>{made}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def cell(value: Any) -> str:
    """A value as text in markup, cut where it is long."""
    value = flat(value)
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        parts = [str(part.get("label", part)) if isinstance(part, dict) else str(part) for part in value[:5]]
        value = ", ".join(parts) + (" …" if len(value) > 5 else "")
    text = str(value)
    return escape(text if len(text) <= 120 else text[:119] + "…")


def bar(value: float, widest: float) -> str:
    """A number with a bar that is as long as it is large."""
    part = 60 * value / widest if widest else 0
    return (
        f"<svg width='60' height='8' role='img' aria-label='{value:.3f}'>"
        f"<rect width='{part:.0f}' height='8' fill='#2f8296'/></svg> {value:.3f}"
    )


def curve(shares: Sequence[float | None]) -> str:
    """Shares over time as a small plot; gaps where they are unknown."""
    known = [share for share in shares if share is not None]
    if len(known) < 2:
        return ""
    top, step = max(known) or 1, 120 / (len(shares) - 1)
    parts: list[str] = []
    for i, share in enumerate(shares):
        if share is not None:
            starts = not i or shares[i - 1] is None
            parts.append(f"{'M' if starts else 'L'}{i * step:.1f} {22 - 20 * share / top:.1f}")
    return (
        f"<svg width='120' height='24' role='img' aria-label='over time'>"
        f"<path d='{''.join(parts)}' fill='none' stroke='#2f8296' stroke-width='1.5'/></svg>"
    )
