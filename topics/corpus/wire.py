"""Text as wires send it, with control characters: IPTC 7901 and ANPA 1312.  Both begin with SOH."""

from __future__ import annotations

import re
from typing import Any

_SYN_SOH = re.compile(r"[\x16\s]*\x01")
_HEADS = re.compile(r"\^([^\n]*)(?:\n|\Z)")
_BYLINE = re.compile(r"By\s+(.+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
# 131137 GMT Nov 13: day and time, month, year of two digits.
_IPTC_TIME = re.compile(r"(\d\d)(\d\d)(\d\d)\s+(?:GMT|UTC)\s+([A-Z][a-z]{2})\s+(\d\d)\b")
# AP-WF-08-29-16 1626GMT
_AP_TIME = re.compile(r"(\d\d)-(\d\d)-(\d\d)\s+(\d\d)(\d\d)GMT")
_NOT_BODY = re.compile(r"(?m)^#+ *(?:\w+ )?(?:NOTEBOOK|Notebook)\b.*", re.DOTALL)


def is_wire(text: str) -> bool:
    return _SYN_SOH.match(text) is not None


def parse(text: str) -> dict[str, Any]:
    """The record of one message; fields that it does not tell are left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    header, _, rest = text.partition("\x02")
    body, _, trailer = rest.partition("\x03")
    row = _anpa(header, body, trailer) if body.startswith("^") or "\x13" in header else _iptc(header, body, trailer)
    return {key: value for key, value in row.items() if value}


def _iptc(header: str, body: str, trailer: str) -> dict[str, Any]:
    """Header line, slug, STX, headline lines up to "=", text, ETX, time."""
    head, equals, text = body.partition("=\n")
    if not equals or len(head) > 500:
        head, text = "", body
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    authors = [match[1] for line in lines if (match := _BYLINE.match(line))]
    titles = [line for line in lines if not _BYLINE.match(line) and not line.isupper()] or lines
    first = header.partition("\n")[0].split()
    slug = _clean(header.partition("\n")[2])
    time = _IPTC_TIME.search(trailer)
    return {
        "title": _clean(" ".join(titles)),
        "text": _clean(_NOT_BODY.sub("", text)),
        "date": f"20{time[5]}-{time[4]}-{time[1]} {time[2]}:{time[3]} GMT" if time else None,
        "source": first[-2] if len(first) > 2 else None,
        "section": slug.partition("/")[0],
        "slug": slug,
        "authors": authors,
    }


def _anpa(header: str, body: str, trailer: str) -> dict[str, Any]:
    """Lines that begin with ^ are headings: slug, headline, credits; the rest is the text."""
    heads = [_without_mark(head.strip()) for head in _HEADS.findall(body)]
    text = _HEADS.sub("", body)
    named = [head for head in heads[1:] if not re.match(r"(?:By|Eds|AP Photo|EDITOR)\b", head, re.IGNORECASE)]
    authors = [match[1] for head in heads if (match := _BYLINE.match(head))]
    slug = heads[0].rpartition(",")[0] or heads[0] if heads else ""
    time = _AP_TIME.search(trailer)
    date = f"20{time[3]}-{time[1]}-{time[2]} {time[4]}:{time[5]} GMT" if time else None
    agency = "Associated Press" if trailer.lstrip().startswith("AP-") or "Associated Press" in heads else None
    text = text.replace("``", "“").replace("''", "”")
    return {
        "title": _clean(named[0] if named else slug),
        "text": _clean(text),
        "date": date,
        "source": agency,
        "slug": _clean(slug),
        "authors": authors,
    }


def _without_mark(head: str) -> str:
    return head[:-1].rstrip() if head.endswith(("<", "=")) else head


def _clean(text: str) -> str:
    lines = (_CONTROL.sub("", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
