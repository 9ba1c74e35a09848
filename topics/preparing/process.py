"""The process that prepares articles for another, and what the two say to each other over pipes.

It imports little (17 MB and a third of a second, no NumPy), ends when its pipe does, however the other process ended,
and speaks `marshal`: plain values only, in less time than pickled Articles take.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import IO

from topics.preparing.article import How, Prepared, prepare
from topics.records import Article, made

READY = b"ready"
# What the interpreter is given: it finds modules where the other process does.
CODE = (
    "import marshal, sys; sys.path[:] = marshal.load(open(0, 'rb', 0, closefd=False)); "
    "from topics.preparing.process import serve; serve()"
)
_LENGTH = 8
_READ = 1 << 20

_values = attrgetter(*(field.name for field in fields(Article)))


def serve() -> None:
    """Answer batches of articles until there are no more; each answer is given once the next message has come.

    An empty message is no batch: whoever sends it waits for the answer that is left.
    """
    source, sink = open(0, "rb", 0, closefd=False), open(1, "wb", 0, closefd=False)  # noqa: SIM115 - ends with the process
    sys.stdout = sys.stderr  # nothing but answers goes there
    how = How(*marshal.loads(receive(source)))
    send(sink, READY)
    left = b""
    try:
        while True:
            batch = receive(source)
            if left:
                send(sink, left)
            left = answer(batch, how) if batch else b""
    except (EOFError, OSError):  # nobody is there any more
        pass


def question(articles: Iterable[Article]) -> bytes:
    """A batch as it is sent.  Raises ValueError when an article holds anything but plain values."""
    return marshal.dumps(list(map(_values, articles)))


def answer(batch: bytes, how: How) -> bytes:
    """What is told of each article of a batch; of the article itself only what is new."""
    rows = []
    for values in marshal.loads(batch):
        article = made(*values)
        kept, *told, digest = prepare(article, how)
        extra = None if kept.extra is article.extra else dict(kept.extra)
        rows.append((kept.section, extra, kept.lang, *told, digest.to_bytes(32)))
    return marshal.dumps(rows)


def understood(articles: Iterable[Article], answer: bytes) -> list[Prepared]:
    """The answer to a batch."""
    found = []
    for article, (section, extra, lang, nothing_cut, trusted, language, digest) in zip(
        articles, marshal.loads(answer), strict=True
    ):
        if extra is not None or (section, lang) != (article.section, article.lang):
            article = article.changed(section=section, lang=lang, extra=article.extra if extra is None else extra)
        found.append(Prepared(article, nothing_cut, trusted, language, int.from_bytes(digest)))
    return found


def send(sink: IO[bytes], message: bytes) -> None:
    """Write a message and its length."""
    rest = memoryview(len(message).to_bytes(_LENGTH) + message)
    while rest:
        rest = rest[sink.write(rest) :]


def receive(source: IO[bytes]) -> bytes:
    """Read a message.  Raises EOFError where there is none, or a part of one."""
    return _exactly(source, int.from_bytes(_exactly(source, _LENGTH)))


def _exactly(source: IO[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = source.read(min(size, _READ))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
