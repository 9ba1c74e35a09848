"""Plain text: one file is one article, but for exports of LexisNexis; messages of wires are taken apart.

The first line is the title when it is short and a blank line follows; otherwise all is text.
"""

from __future__ import annotations

from collections.abc import Iterator

from topics.corpus import lexisnexis, wire
from topics.corpus.articles import BadRecord
from topics.corpus.encodings import LONGEST_LINE
from topics.corpus.formats import Input, Numbered

# Headlines of wire services stay below 200 characters; a first paragraph is seldom so short.
_LONGEST_TITLE = 200


def read(source: Input) -> Iterator[Numbered]:
    """One record, numbered 0: the whole file is meant."""
    blocks: list[str] = []
    size = 0
    for block in source.text:
        blocks.append(block)
        size += len(block)
        if size > LONGEST_LINE:
            yield (
                0,
                BadRecord("too long for one article", f"(over {LONGEST_LINE >> 20} MiB); is it of another --format?"),
            )
            return
    whole = "".join(blocks)
    if wire.is_wire(whole):
        yield 0, wire.parse(whole)
        return
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    if lexisnexis.is_export(whole):
        yield from ((0, row) for row in lexisnexis.documents(whole))
        return
    title, text = split(whole)
    if not title and not text:
        yield 0, BadRecord("empty", "the file holds no text")
        return
    yield 0, {"title": title, "text": text}


def split(text: str) -> tuple[str, str]:
    """Title ("" when there is none) and text."""
    text = text.strip("\n")
    first, _, rest = text.partition("\n")
    second, _, body = rest.partition("\n")
    if second.strip() or not body.strip() or len(first) > _LONGEST_TITLE:
        return "", text
    return first.strip(), body.strip("\n")
