"""What the tests of reading share: files written in place, and readings of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from topics.corpus import ReadOptions, Report, read
from topics.corpus.blocks import Block
from topics.records import Article

Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file and returns its path: bytes as they are, text as UTF-8, anything else as JSON lines."""

    def to(name: str, content: Any, encoding: str = "utf-8") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return str(path)

    return to


@pytest.fixture(scope="session")
def one_by_one() -> Callable[[Iterable[tuple[int, Any]]], Iterator[tuple[int, Any]]]:
    """What a reader yields, with the records of a Block in its place."""

    def of(rows: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        for line, row in rows:
            yield from row.records(line) if isinstance(row, Block) else ((line, row),)

    return of


@pytest.fixture
def articles() -> Callable[..., tuple[list[Article], Report]]:
    """All articles of sources, and the report."""

    def of(*sources: str, stdin: Any = None, **options: Any) -> tuple[list[Article], Report]:
        reading = read(list(sources), options=ReadOptions(**options), stdin=stdin)
        return list(reading), reading.report

    return of
