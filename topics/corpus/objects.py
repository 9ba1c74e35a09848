"""Articles that are in memory already: strings, dicts, Articles, rows of a pandas or polars table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.json_lines import strip_text
from topics.errors import SettingError
from topics.records import Article

# Rows of a pandas table turned into dicts at a time; all at once would double the memory.
_CHUNK = 1000

Objects = Iterator[tuple[int, "dict[str, Any] | Article | BadRecord"]]


def rows(articles: Iterable[object]) -> Objects:
    """(position from 0, record).  Raises SettingError when `articles` is one article or no iterable."""
    if isinstance(articles, str | bytes | Path | dict | Article):
        kind = type(articles).__name__
        hint = "read() takes paths" if isinstance(articles, str | bytes | Path) else "put it into a list"
        raise SettingError(f"articles: expected an iterable of strings, dicts or Articles, got one {kind}; {hint}")
    if not hasattr(articles, "__iter__"):
        raise SettingError(
            f"articles: expected an iterable of strings, dicts or Articles, got {type(articles).__name__}"
        )
    return _numbered(_items(articles))


def _items(articles: Iterable[object]) -> Iterator[object]:
    table: Any = articles
    if hasattr(table, "iter_rows"):  # polars
        yield from table.iter_rows(named=True)
    elif hasattr(table, "iloc") and hasattr(table, "columns"):  # pandas
        for start in range(0, len(table), _CHUNK):
            yield from table.iloc[start : start + _CHUNK].to_dict("records")
    else:
        yield from articles


def _numbered(items: Iterable[object]) -> Objects:
    for number, item in enumerate(items):
        if isinstance(item, Article):
            yield number, item
        elif isinstance(item, str):
            yield number, {"text": strip_text(item)}
        elif isinstance(item, dict):
            yield number, record(item)
        else:
            yield (
                number,
                BadRecord("not an article", f"(it is {type(item).__name__}); give a string, a dict or an Article"),
            )


def record(row: dict[Any, Any]) -> dict[str, Any] | BadRecord:
    """A dict of whatever values as one of JSON values, or what is wrong with it."""
    try:
        return {strip_text(str(key)): _json(value, 0) for key, value in row.items()}
    except BadRecord as bad:
        return bad


def _json(value: Any, depth: int) -> Any:
    """A JSON value for what Python, numpy and pandas put into a cell; None for NaN and NaT."""
    if depth > 100:
        raise BadRecord("nested too deep", "at most 100 levels are read")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return strip_text(value)
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dict):
        return {strip_text(str(key)): _json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item, depth + 1) for item in value]
    return _from_library(value, depth)


def _from_library(value: Any, depth: int) -> Any:
    if isinstance(value, date | datetime):
        return None if value != value else value.isoformat()  # NaT alone differs from itself
    if hasattr(value, "tolist"):  # numpy's scalars and arrays
        return _json(value.tolist(), depth + 1)
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, Decimal):
        return str(value)
    raise BadRecord(f"a value of type {type(value).__name__}", "give strings, numbers, dates and lists of them")
