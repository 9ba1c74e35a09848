"""Articles out of a file or a pipe, to look up their neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from topics.corpus import from_objects, read
from topics.corpus.formats import format_of
from topics.corpus.json_lines import rows
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


def queries_of(path: Path) -> Iterator[tuple[str, str | Article]]:
    """The queries of a file of JSON lines: what each is called (its id, or its line), and the id or the article.

    A line with a text or a title is an article; one with an id alone names an article of the model.  Raises SourceError
    for a file that cannot be read, and for a line that is neither.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}); give a file of JSON lines in UTF-8") from error
    for line, row in rows([text]):
        if not isinstance(row, dict):
            raise SourceError(
                f'{path}:{line}: not a JSON object; write lines like {{"id": "..."}} or {{"text": "..."}}'
            )
        name = row.get("id")
        article = next(iter(from_objects([row])), None) if row.get("text") or row.get("title") else None
        if article is not None:
            yield (str(line) if name is None else str(name)), article
        elif name is not None:
            yield str(name), str(name)
        else:
            raise SourceError(f'{path}:{line}: no "id", "text" or "title" (keys: {", ".join(row) or "none"})')
