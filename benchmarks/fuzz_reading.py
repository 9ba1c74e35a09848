"""Feeds altered files to every reader for as long as told; prints what was no article and no error of ours.

    python -m benchmarks.fuzz_reading [SECONDS PER READER] [FORMAT ...]

Seeds are small files of each kind (those of the tests).  A find is printed with the bytes that made it; put it into the
tests.  Seconds are of this process's own time.  The exit code is the number of finds.
"""

from __future__ import annotations

import importlib.util
import io
import json
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from topics.corpus import ReadOptions, read
from topics.errors import TopicsError

TESTS = Path(__file__).parents[1] / "tests" / "corpus"
# Longer than this for a file of a few kilobytes is a hang in the making.
SLOW = 5.0


def seeds() -> list[tuple[str, bytes]]:
    """(format, content)."""
    spec = importlib.util.spec_from_file_location("seeds", TESTS / "news_samples.py")
    assert spec is not None
    assert spec.loader is not None
    tests: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    rows = b'{"id": "1", "title": "T", "text": "x y", "date": "03/04/2023"}\n{"text": "\\u00e9", "url": "u"}\n'
    found: list[tuple[str, bytes]] = [
        ("xml", tests.NITF.encode()),
        ("xml", tests.G2.encode()),
        ("xml", tests.NEWSML.encode()),
        ("xml", tests.RSS.encode()),
        ("xml", tests.ATOM.encode()),
        ("html", tests.page().encode()),
        ("warc", tests.warc([("https://x.example/", tests.page().encode(), "text/html")])),
        ("docx", tests.docx(["Head", "First.", "Body", "End of Document"])),
        ("txt", tests.IPTC.encode()),
        ("txt", tests.ANPA.encode()),
        ("json", json.dumps(tests.JSON_FEED).encode()),
        *(("json", json.dumps(item).encode()) for item in tests.NINJS),
        ("jsonl", rows),
        ("json", b"[" + rows.replace(b"\n", b",", 1) + b"]"),
        ("csv", b'id,title,text,date\n1,"a ""b""",x,03/04/2023\n2,c,"y\nz",25/04/2023\n'),
        ("tsv", b"id\ttext\n1\tx\n"),
    ]
    return found + binary_seeds()


def binary_seeds() -> list[tuple[str, bytes]]:
    import bz2
    import gzip
    import lzma
    import tarfile
    import zipfile

    import openpyxl
    import pyarrow
    import pyarrow.parquet
    import zstandard

    lines = b'{"text": "x"}\n' * 20
    table, sheet, zipped, tarred = io.BytesIO(), io.BytesIO(), io.BytesIO(), io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"id": ["1", "2"], "text": ["x", "y"]}), table)
    book = openpyxl.Workbook()
    book.active.append(["title", "text"])
    book.active.append(["a", "b"])
    book.save(sheet)
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.jsonl", lines)
        archive.writestr("b.txt", "text")
    with tarfile.open(fileobj=tarred, mode="w") as tar:
        info = tarfile.TarInfo("a.jsonl")
        info.size = len(lines)
        tar.addfile(info, io.BytesIO(lines))
    packed = [bz2.compress(lines), gzip.compress(lines), lzma.compress(lines), zstandard.compress(lines)]
    return [
        ("parquet", table.getvalue()),
        ("xlsx", sheet.getvalue()),
        ("zip", zipped.getvalue()),
        ("tar", tarred.getvalue()),
        *(("jsonl", data) for data in packed),
    ]


def altered(draw: random.Random, data: bytes) -> bytes:
    """A few bytes changed, put in, taken out, repeated, or pieces of it swapped."""
    content = bytearray(data)
    for _ in range(draw.randint(1, 6)):
        at, size = draw.randrange(len(content) + 1), draw.choice((1, 1, 1, 2, 4, 16, 100))
        match draw.randrange(5):
            case 0:
                content[at : at + size] = draw.randbytes(size)
            case 1:
                del content[at : at + size]
            case 2:
                content[at:at] = content[at : at + size] * draw.randint(1, 50)
            case 3:
                content[at:at] = draw.choice((b"\0", b"<", b'"', b"&#0;", b"]]>", b"\xff", b"\x02", b"\r", b"{" * 200))
            case 4:
                other = draw.randrange(len(content) + 1)
                content[at : at + size] = content[other : other + size]
    return bytes(content)


def attempt(call: Callable[[], object]) -> str | None:
    """What went wrong, None for nothing."""
    began = time.process_time()
    try:
        call()
    except KeyboardInterrupt:
        raise
    except BaseException:
        return traceback.format_exc(limit=-6)
    taken = time.process_time() - began
    return f"{taken:.1f} seconds" if taken > SLOW else None


def hunt(name: str, seconds: float, draw: Callable[[], bytes], use: Callable[[bytes], object], finds: set[str]) -> None:
    """Use what is drawn for so long; prints and adds to `finds` what went wrong in a way not seen before."""
    runs, end = 0, time.process_time() + seconds
    while time.process_time() < end:
        data = draw()
        runs += 1
        wrong = attempt(partial(use, data))
        if wrong is not None and wrong.splitlines()[-1] not in finds:
            finds.add(wrong.splitlines()[-1])
            print(f"{name}: {wrong}\n{data!r}\n", flush=True)
    print(f"{name}: {runs:,} tried in {seconds:,.0f} s, {len(finds)} finds so far", flush=True)


def read_all(form: str, data: bytes) -> None:
    """Read a file; an error of ours is an answer."""
    try:
        for article in read(["-"], options=ReadOptions(format=form), stdin=io.BytesIO(data)):
            json.dumps(article.row(), allow_nan=False, ensure_ascii=False).encode()
    except TopicsError:
        pass


def main() -> int:
    warnings.simplefilter("error")
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300
    finds: set[str] = set()
    for form in sorted({form for form, _ in seeds()} & set(sys.argv[2:] or [form for form, _ in seeds()])):
        mine, use, chance = (
            [data for kind, data in seeds() if kind == form],
            partial(read_all, form),
            random.Random(form),
        )
        for data in mine:  # what a library loads at its first use is not the file's fault
            attempt(partial(use, data))
        hunt(form, seconds, partial(one_of, chance, mine), use, finds)
    return len(finds)


def one_of(draw: random.Random, mine: list[bytes]) -> bytes:
    """One of some seeds, altered."""
    return altered(draw, draw.choice(mine))


if __name__ == "__main__":
    sys.exit(main())
