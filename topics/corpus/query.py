"""One article out of a file or a pipe, to look up its neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from topics.corpus import read
from topics.corpus.formats import format_of
from topics.corpus.reading import ReadOptions
from topics.errors import SourceError
from topics.records import Article


def article_of(source: Path | BinaryIO) -> Article:
    """The only article of a file of any kind that can be read, or of a pipe of plain text.

    A file whose suffix says nothing is plain text.  Raises SourceError when it holds none, or several.
    """
    if isinstance(source, Path):
        name, stdin = str(source), None
        options = ReadOptions(format=None if format_of(name) else "txt")
    else:
        name, stdin, options = "-", source, ReadOptions(format="txt")
    articles = iter(read([name], options=options, stdin=stdin))
    first = next(articles)
    if next(articles, None) is not None:
        raise SourceError(f"{name}: several articles, and one is looked up at a time; put it in a file of its own")
    return first
