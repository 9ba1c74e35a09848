"""JSON files: an array of articles, an object that holds such an array, or objects one after the other.

Arrays are read element by element: a file of any size takes the memory of its largest article.  An object around an
array (as news services answer) is read whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from json import JSONDecodeError
from typing import Any

from topics.corpus import news_json
from topics.corpus.articles import BadRecord
from topics.corpus.encodings import LONGEST_LINE
from topics.corpus.fields import listed, make_plan
from topics.corpus.formats import Input, Numbered
from topics.corpus.json_lines import DECODER, checked, rows

_SPACE = " \t\r\n\ufeff"

# {"response": {"results": [...]}} is two deep; deeper than this no service hides its articles.
_ENVELOPES = 3


class _BrokenJSON(Exception):
    """position : where in the buffer."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class _Buffer:
    """Text of which values are taken from the front.  line : the number of the line at `at`."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self.blocks = blocks
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """As much text again as is unread, so that trying a long value again and again stays linear."""
        wanted = max(len(self.text) - self.at, 1)
        new: list[str] = []
        while wanted > 0 and not self.ended:
            block = next(self.blocks, None)
            self.ended = block is None
            new.append(block or "")
            wanted -= len(new[-1])
        start = self.text.rfind("\n", 0, self.at)
        if start < 0 or self.text[start : self.at].strip():
            start = self.at
        self.text = self.text[start:] + "".join(new)  # with the space that the line begins with, for `indent`
        self.at -= start
        return any(new)

    def move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def peek(self) -> str:
        """The next character that is not space, "" at the end."""
        while True:
            at, size = self.at, len(self.text)
            while at < size and self.text[at] in _SPACE:
                at += 1
            self.move(at)
            if at < size:
                return self.text[at]
            if not self.more():
                return ""

    def value(self) -> tuple[Any, str]:
        """The next JSON value and its text.  Raises _BrokenJSON."""
        self.peek()
        while True:
            size = len(self.text)
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
                break  # only a number could go on in text not there yet, and a number is no article
            except JSONDecodeError as error:
                # Text that is merely not there yet fails at its end, or where its last string began.
                final = error.pos < size - 16 and not error.msg.startswith("Unterminated")
                ahead = error.pos - self.at  # looking for more lets go of what was read
                if final or size - self.at > LONGEST_LINE or not self.more():
                    raise _BrokenJSON(error.msg, self.at + ahead) from error
            except (ValueError, RecursionError) as error:
                raise _BrokenJSON("nested too deep, or a number too long", self.at) from error
        text = self.text[self.at : end]
        self.move(end)
        return value, text

    def resume(self, indent: str, after: int) -> bool:
        """Move to the next object that begins a line as `indent` does; False when there is none."""
        self.move(min(after, len(self.text)))
        while True:
            found = self.text.find("\n" + indent + "{", self.at)
            if found >= 0:
                self.move(found + 1 + len(indent))
                return True
            self.move(max(self.at, len(self.text) - len(indent) - 1))
            if not self.more():
                return False

    def indent(self) -> str:
        """What stands between the line's beginning and `at`, when it is only space."""
        start = self.text.rfind("\n", 0, self.at) + 1
        before = self.text[start : self.at]
        return before if start and not before.strip() else "\0"


def read(source: Input) -> Iterator[Numbered]:
    buffer = _Buffer(iter(source.text))
    first = buffer.peek()
    if first == "{" and _is_json_lines(buffer):
        before = "\n" * (buffer.line - 1)  # keeps the line numbers
        yield from rows(chain([before + buffer.text[buffer.at :]], buffer.blocks))
        return
    while first:
        line = buffer.line
        try:
            if first == "[":
                yield from _elements(buffer)
            else:
                value, text = buffer.value()
                for row in _articles_in(value, text):
                    yield line, row
        except _BrokenJSON as error:
            place = buffer.line + buffer.text.count("\n", buffer.at, error.position)
            yield place, BadRecord("broken JSON", f"({error}); the rest of the file was not read")
            return
        first = buffer.peek()


def _is_json_lines(buffer: _Buffer) -> bool:
    """Whether the first line is one whole object and something follows."""
    while "\n" not in buffer.text[buffer.at :] and len(buffer.text) < LONGEST_LINE and buffer.more():
        pass
    line, _, rest = buffer.text[buffer.at :].partition("\n")
    try:
        DECODER.decode(line)
    except (ValueError, RecursionError):
        return False
    return bool(rest.strip()) or not buffer.ended


def _elements(buffer: _Buffer) -> Iterator[Numbered]:
    """The elements of the array that begins at the buffer's front; goes on after a broken one where it can."""
    buffer.move(buffer.at + 1)
    indent: str | None = None
    while (char := buffer.peek()) != "]":
        if char == ",":
            buffer.move(buffer.at + 1)
            continue
        if not char:
            yield buffer.line, BadRecord("broken JSON", "(the array is not closed); the file may be cut short")
            return
        indent = buffer.indent() if indent is None else indent
        line = buffer.line
        try:
            value, text = buffer.value()
            yield line, _plain(checked(value, text))
        except _BrokenJSON as error:
            yield line, BadRecord("broken JSON", f"({error}); up to the next object on a line of its own was not read")
            if indent == "\0" or not buffer.resume(indent, max(error.position, buffer.at + 1)):
                return
    buffer.move(buffer.at + 1)


def _articles_in(value: Any, text: str) -> Iterator[dict[str, Any] | BadRecord]:
    """The articles of one top-level value: itself, or the one list of objects that it holds."""
    row = checked(value, text)
    if isinstance(row, BadRecord):
        yield row
        return
    if news_json.is_feed(row):
        for item in news_json.feed_items(row):
            yield _plain(checked(item, ""))
        return
    if news_json.is_ninjs(row) or _is_article(row):
        yield _plain(row)
        return
    lists = list(_lists_in(row, "", _ENVELOPES))
    if len(lists) > 1:
        names = listed(name for name, _ in lists)
        yield BadRecord("several lists of objects", f"({names}); keep the one that holds the articles")
    elif not lists:
        yield row
    else:
        for item in lists[0][1]:
            yield _plain(checked(item, ""))


def _plain(row: dict[str, Any] | BadRecord) -> dict[str, Any] | BadRecord:
    return row if isinstance(row, BadRecord) else news_json.plain(row)


def _is_article(row: dict[str, Any]) -> bool:
    plan = make_plan(tuple(row), {})
    holds = [row[key] for key in (plan.title, plan.text) if key is not None]
    return any(isinstance(value, str) and value for value in holds)


def _lists_in(row: dict[str, Any], above: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    for key, value in row.items():
        if isinstance(value, list) and any(isinstance(item, dict) for item in value):
            yield above + key, value
        elif isinstance(value, dict) and depth > 1:
            yield from _lists_in(value, f"{above}{key}.", depth - 1)
