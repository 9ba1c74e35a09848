"""Exports of LexisNexis: text files of "1 of 100 DOCUMENTS", and paragraphs of the newer .docx ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from topics.corpus import dates

_DOCUMENT = re.compile(r"^[ \t]*\d+ (?:of|von|de|sur) \d+ DO[CK]UMENT[SEO]{0,2}[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"([A-Z][A-Z-]{3,24}|[A-Z][a-z]+(?:-[A-Z][a-z]+)?): *(.*)", re.DOTALL)
_WEEKDAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b,?")
_HEAD_KEYS = ("BYLINE", "SECTION", "LENGTH", "DATELINE", "HIGHLIGHT", "SERIES", "URL")
# What stands behind the text.
_TAIL_KEYS = (
    "LOAD-DATE", "LANGUAGE", "GRAPHIC", "PUBLICATION-TYPE", "JOURNAL-CODE", "SUBJECT", "NOTES", "CORRECTION",
    "CLASSIFICATION", "PERSON", "COUNTRY", "CITY", "STATE", "COMPANY", "ORGANIZATION", "GEOGRAPHIC", "TYPE", "ACC-NO",
    "INDUSTRY", "TICKER", "DOCUMENT-TYPE", "CORRECTION-DATE", "DISTRIBUTION", "PUB-TYPE",
)  # fmt: skip
_END = "End of Document"


def is_export(text: str) -> bool:
    return _DOCUMENT.search(text[:20_000]) is not None


def documents(text: str) -> Iterator[dict[str, Any]]:
    """The documents of a text export; what stands before the first is the order's cover."""
    for document in _DOCUMENT.split(text)[1:]:
        paragraphs = [block.strip("\n") for block in re.split(r"\n[ \t]*\n", document) if block.strip()]
        yield _of_text(paragraphs)


def _of_text(paragraphs: list[str]) -> dict[str, Any]:
    """Source and date stand centred, then the headline and KEY: value paragraphs, the text, and keys again."""
    row: dict[str, Any] = {}
    body: list[str] = []
    in_body = False
    for paragraph in paragraphs:
        line = " ".join(paragraph.split())
        key = _KEY.match(line)
        name = key[1].upper() if key else ""
        if key and name in _TAIL_KEYS and (in_body or body):
            in_body = False
            _set(row, name, key[2])
        elif in_body:
            body.append(line)
        elif key and name in _HEAD_KEYS:
            _set(row, name, key[2])
            in_body = name == "LENGTH"
        elif body or name:
            continue
        elif paragraph[:1] in " \t":
            _set_centred(row, paragraph)
        elif "title" not in row:
            row["title"] = line
        else:
            body.append(line)
    return row | {"text": "\n\n".join(body)}


def _set_centred(row: dict[str, Any], paragraph: str) -> None:
    first = " ".join(paragraph.strip().split("\n")[0].split())
    date = _WEEKDAY.sub("", first).strip(" ,")
    if "date" not in row and dates.parse(" ".join(date.split())) is not None:
        row["date"] = " ".join(date.split())
    elif "source" not in row and not first.startswith("Copyright"):
        row["source"] = first


def _set(row: dict[str, Any], name: str, value: str) -> None:
    value = " ".join(value.split())
    if name == "BYLINE":
        row["authors"] = [part.strip() for part in re.split(r"; ?| and ", value) if part.strip()]
    elif name == "SECTION":
        row["section"] = value.partition(";")[0].strip()
    elif name == "LANGUAGE":
        row["lang"] = value.partition(";")[0].strip().casefold()
    elif name in ("GRAPHIC", "DATELINE", "HIGHLIGHT", "URL"):
        row[name.casefold()] = value


def of_paragraphs(paragraphs: list[str]) -> Iterator[dict[str, Any]]:
    """The documents of a .docx export; none when it is no such export."""
    start = 0
    for at, paragraph in enumerate(paragraphs):
        if paragraph.strip() == _END:
            if row := _of_docx([line.strip() for line in paragraphs[start:at]]):
                yield row
            start = at + 1


def _of_docx(lines: list[str]) -> dict[str, Any] | None:
    """Headline, source and date, then Key: value lines, "Body", the text."""
    if "Body" not in lines:
        return None
    at = lines.index("Body")
    row: dict[str, Any] = {}
    for i in range(at - 1, 0, -1):
        when = " ".join(_WEEKDAY.sub("", lines[i]).split())
        if dates.parse(when) is not None:
            row["date"] = when
            above = [line for line in lines[:i] if line]
            row["source"] = above[-1] if above else ""
            row["title"] = above[-2] if len(above) > 1 else ""
            break
    for line in lines[:at]:
        if (key := _KEY.match(line)) and key[1].upper() in _HEAD_KEYS:
            _set(row, key[1].upper(), key[2])
    body: list[str] = []
    for line in lines[at + 1 :]:
        key = _KEY.match(line)
        if line in ("Classification", "Graphic") or (key and key[1].upper() in ("LOAD-DATE",)):
            break
        if line:
            body.append(line)
    return row | {"text": "\n\n".join(body)}
