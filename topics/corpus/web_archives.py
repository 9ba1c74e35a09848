"""WARC and ARC, the web archives' files (Common Crawl's news set among them), by warcio: HTML pages one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from topics.corpus import html_pages
from topics.corpus.articles import BadRecord
from topics.corpus.extras import needed
from topics.corpus.formats import Input, Numbered

_LZ4 = b"\x04\x22\x4d\x18"


def read(source: Input) -> Iterator[Numbered]:
    """Numbered by record, from 1.  What is not an HTML page that was answered with 200 is counted, not reported."""
    iterator = needed("warcio.archiveiterator", "warc", "a WARC or ARC file")
    stream: Any = _Readable(source.stream)
    number = pages = 0
    try:
        records = iterator.ArchiveIterator(stream, arc2warc=True)
        records.INC_RECORD = ""  # its way to say on stderr that a record ends oddly
        for record in records:
            number += 1
            if (found := _page(record, source)) is not None:
                pages += 1
                yield number, found
    except (EOFError, OSError):
        raise
    except Exception as error:
        yield number, BadRecord("damaged web archive", f"({error or type(error).__name__}) behind this record")
        return
    if not pages:
        yield number, BadRecord("no article", f"(of {number:,} records none is an HTML page answered with 200)")


class _Readable:
    """What warcio wants of a stream: read(size), and tell for its messages."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._first = True

    def read(self, size: int) -> bytes:
        data: bytes = self._stream.read1(size)
        if self._first and data.startswith(_LZ4):
            raise ValueError("packed with lz4; unpack it first")
        self._first = False
        return data


def _page(record: Any, source: Input) -> dict[str, Any] | BadRecord | None:
    if record.rec_type not in ("response", "resource"):
        return None
    headers, status = record.http_headers, ""
    kind = record.rec_headers.get_header("Content-Type") or ""
    if record.rec_type == "response" and headers is not None:
        status, kind = headers.get_statuscode() or "", headers.get_header("Content-Type") or ""
    if (status and status != "200") or "html" not in kind.casefold():
        source.note("records that are no HTML page answered with 200 were passed over")
        return None
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    body = record.content_stream().read(html_pages.LONGEST + 1)
    if len(body) > html_pages.LONGEST:
        return BadRecord("too long for one article", f"(over {html_pages.LONGEST >> 20} MiB)")
    row = html_pages.row(body, url or None)
    if isinstance(row, dict):
        row.setdefault("url", url)
        row.setdefault("source", urlsplit(url).hostname)
        crawled = record.rec_headers.get_header("WARC-Date")
        return {key: value for key, value in {**row, "crawled": crawled}.items() if value}
    return row
