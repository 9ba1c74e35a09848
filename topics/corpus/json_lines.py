"""JSON lines: one object a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import chain
from json import JSONDecodeError, JSONDecoder
from math import isfinite
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.blocks import Block, block_of
from topics.corpus.encodings import Text
from topics.corpus.formats import Input, Numbered

# Deeper than any news record; a caller who writes it out again must not run out of stack.
_DEEPEST = 100

# So many lines that are no JSON, and hardly any that is, are another kind of file; a bomb of them would take hours.
_MOST_BAD = 10_000

# Keys of items of ninjs and of a JSON Feed.
_NOT_USUAL = frozenset(("uri", "guid", "content_html", "content_text"))
# Sets of keys remembered; records of one file have a handful.
_MOST_SHAPES = 1000

# Escapes of what no text may hold: NUL and halves of surrogate pairs (whole pairs too, which pass unharmed).
_NESTED = frozenset((dict, list))
_ODD = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


# Raw line ends and tabs in strings are let through, as many writers put them; NaN and 1e999 become null, for no
# JSON that we print may hold them.
DECODER = JSONDecoder(strict=False, parse_constant=lambda _: None, parse_float=_finite)


# What nearly all records hold, and needs no second look but for NULs; {"id": ..., "name": ...} is a source's form.
_Scalar = str | int | float | bool | None
_Flat = dict[str, _Scalar | list[str] | dict[str, _Scalar]]
_STRINGS, _LISTS = {str, type(None)}, {list, type(None)}
# A longer block holds one long line; it is not copied about.
_LONGEST_BLOCK = 1 << 18

# Lines, and what gives the text of one of them; or a block that is done.
_Lines = tuple["list[str] | list[bytes]", Callable[[int], str]] | Block


def read(source: Input) -> Iterator[Numbered]:
    return _rows(_in_bytes(source.text))


def rows(blocks: Iterable[str]) -> Iterator[Numbered]:
    """(line, object or BadRecord) of text that comes in blocks of whole lines; blank lines are passed over."""
    return _rows((lines, lines.__getitem__) for lines in (block.split("\n") for block in blocks))


def _in_bytes(text: Text) -> Iterator[_Lines]:
    """Lines that are not decoded where they may be UTF-8: JSON is parsed from bytes, and each line decoded in that."""
    from msgspec.json import Decoder

    decode = Decoder(_Flat).decode
    for block in text.blocks():
        if text.is_utf8 and len(block) <= _LONGEST_BLOCK and (found := _flat(block, decode)) is not None:
            if not block.isascii():
                text.proven()
            yield found
            continue
        if not text.is_utf8:
            lines = text.decoded(block).split("\n")
            yield lines, lines.__getitem__
            continue
        lazily = _Lazily(text, block)
        yield block.split(b"\n"), lazily
        if lazily.lines is None and not block.isascii():
            text.proven()


def _flat(block: bytes, decode: Callable[[bytes], Any]) -> Block | None:
    """The records of a block; None where one line is no record, or not a usual one."""
    from msgspec import MsgspecError

    try:
        found = block_of(list(map(decode, BytesIO(block))))
    except (MsgspecError, ValueError, RecursionError):
        return None
    usual = all(map(_is_usual, found.shapes)) and not any(map(_has_nul, found.columns.values()))
    return found if usual else None


def _has_nul(values: Sequence[Any]) -> bool:
    try:
        return "\0" in "".join(values)
    except TypeError:  # not all are strings
        kinds = set(map(type, values))
    if kinds <= _STRINGS:
        return "\0" in "".join(filter(None, values))
    if kinds <= _LISTS:
        return "\0" in "".join(chain.from_iterable(filter(None, values)))
    texts: list[str] = []
    for value in values:
        if type(value) is str:
            texts.append(value)
        elif type(value) is list:
            texts += value
        elif type(value) is dict:
            texts += [part for item in value.items() for part in item if type(part) is str]
    return "\0" in "".join(texts)


def _is_usual(keys: tuple[str, ...]) -> bool:
    return _NOT_USUAL.isdisjoint(keys) and "\0" not in "".join(keys)


class _Lazily:
    """The text of the lines of a block, decoded when the first is asked for."""

    def __init__(self, text: Text, block: bytes) -> None:
        self._text = text
        self._block = block
        self.lines: list[str] | None = None

    def __call__(self, at: int) -> str:
        if self.lines is None:
            self.lines = self._text.decoded(self._block).split("\n")
        return self.lines[at]


def _rows(blocks: Iterable[_Lines]) -> Iterator[Numbered]:
    # Here, for look-ups come past this module.  It is three times as fast as DECODER and stricter: what it takes is
    # what DECODER makes of it (a test holds that), the rest goes there.
    import msgspec

    from topics.corpus import news_json

    quick = msgspec.json.Decoder().decode
    shapes: dict[tuple[str, ...], bool] = {}
    number = bad = 0
    for block in blocks:
        first = number + 1
        if isinstance(block, Block):
            number += len(block)
            yield first, block
            continue
        lines, text_of = block
        if not lines[-1]:
            del lines[-1]
        for line in lines:
            number += 1
            if not line:
                continue
            try:
                row = quick(line)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                found = _slowly(text_of(number - first), number)
                if found is not None:
                    yield number, found
                    bad += type(found) is BadRecord
                    if bad > _MOST_BAD and bad > 0.99 * number:
                        yield (
                            number,
                            BadRecord("not JSON lines", f"({bad:,} of {number:,} lines); the rest was not read"),
                        )
                        return
                continue
            if type(row) is dict:
                keys = tuple(row)
                usual = shapes.get(keys)
                if usual is None:
                    if len(shapes) > _MOST_SHAPES:
                        shapes.clear()
                    usual = shapes[keys] = _is_usual(keys)
                if usual and _is_plain(row):
                    yield number, row
                    continue
            found = checked(row, text_of(number - first))
            yield number, found if isinstance(found, BadRecord) else news_json.plain(found)


def _is_plain(row: dict[str, Any]) -> bool:
    """Whether `checked` need not look at values that were decoded quickly: no NUL, at most lists of strings inside."""
    for value in row.values():
        kind = type(value)
        if kind is str:
            if "\0" in value:
                return False
        elif kind is list:
            for item in value:
                if type(item) is not str or "\0" in item:
                    return False
        elif kind is dict:
            return False
    return True


def checked(row: Any, text: str) -> dict[str, Any] | BadRecord:
    """A decoded record, without NULs and lone surrogates, or what is wrong with it.  text : what it came from."""
    if type(row) is not dict:
        return BadRecord("not a JSON object", f"(it is {_kind(row)}); each article is an object with a text or title")
    if _is_deep(row):
        return BadRecord("JSON nested too deep", f"at most {_DEEPEST} levels are read")
    return _plain(row) if "\\u" in text and _ODD.search(text) else row


def _slowly(line: str, number: int) -> dict[str, Any] | BadRecord | None:
    """A line that did not decode at once; None when it is blank."""
    stripped = line.strip().strip("\ufeff \t\r\n")
    if not stripped:
        return None
    try:
        return checked(DECODER.decode(stripped), stripped)
    except JSONDecodeError as error:
        if number == 1 and stripped.startswith("["):
            return BadRecord("broken JSON", "(an array over several lines?) try --format json")
        hint = "the line may be cut short" if error.pos >= len(stripped) - 1 else "each line must be one whole object"
        return BadRecord("broken JSON", f"({error.msg}, column {error.pos + 1}); {hint}")
    except RecursionError:
        return BadRecord("JSON nested too deep", f"at most {_DEEPEST} levels are read")
    except ValueError as error:  # a number of more digits than Python turns into an int
        return BadRecord("broken JSON", f"({str(error).split(';')[0]})")


def strip_text(text: str) -> str:
    """Text without NULs and lone surrogates."""
    try:
        text.encode()  # a third of the time that the pattern takes, of ASCII a twentieth
    except UnicodeEncodeError:
        return _NOT_TEXT.sub("", text)
    return text.replace("\0", "")


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return strip_text(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {strip_text(key): _plain(item) for key, item in value.items()}
    return value


def _is_deep(value: Any) -> bool:
    inner = [item.values() if type(item) is dict else item for item in value.values() if type(item) in _NESTED]
    if all(_NESTED.isdisjoint(map(type, items)) for items in inner):  # lists of tags and the like: nearly all there is
        return False
    level = [value]
    for _ in range(_DEEPEST):
        inner = [outer.values() if type(outer) is dict else outer for outer in level]
        level = [item for items in inner for item in items if type(item) in _NESTED]
        if not level:
            return False
    return True


def _kind(value: Any) -> str:
    return {list: "an array", str: "a string", type(None): "null", bool: "true or false"}.get(type(value), "a number")
