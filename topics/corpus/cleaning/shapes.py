"""The part of a line that stays when the rest changes: "Picture: NAME / The Courier", "Updated at 14:05"."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\b\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\b)?|\b\d{1,2}([./-])\d{1,2}\1\d{2,4}\b|\b(?:19|20)\d{2}\b")
_DIGIT = re.compile(r"\d")
_END = re.compile(r"(?:.*\S)(\s+[(\[][^()\[\]]{3,50}[)\]]|(?:\s+[/|–—-]\s+|,\s+)[^/|–—,()\[\]]{3,40})$")
_TITLE_END = re.compile(r".*\S(\s+[|–—·-]\s+[^|–—·]{2,40})$")

_TITLE_MARK = re.compile(r"\s[|–—·-]\s")
_LONGEST_LABEL = 40
_LONGEST_PART = 200  # of a paragraph, at its beginning or end
_SHORTEST_PART = 12


def masked(line: str) -> str | None:
    """The line with each time, date and year as 00:00; None when it has none.  Other figures are news."""
    if _DIGIT.search(line) is None:
        return None
    mask = _VARIABLE.sub("00:00", line)
    return mask if mask != line else None


def start_of(line: str) -> str | None:
    """The label before a colon, with it."""
    at = line.find(":", 2, _LONGEST_LABEL)
    return line[: at + 1] if at > 0 and at + 1 < len(line) else None


def end_of(line: str) -> str | None:
    """What stands behind the last slash, bar, dash or comma, or in brackets at the end; with the mark."""
    found = _END.match(line) if len(line) <= 400 else None
    return found[1].strip() if found else None


def title_end(title: str) -> str | None:
    """The outlet behind a title: " | The Courier"; with the mark and the space before it."""
    if len(title) > 400 or _TITLE_MARK.search(title) is None:
        return None
    found = _TITLE_END.match(title)
    return found[1] if found else None


def opening_of(paragraph: str) -> str | None:
    """The first sentence of a longer paragraph, when it is short."""
    at = paragraph.find(". ", _SHORTEST_PART, _LONGEST_PART)
    return paragraph[: at + 1] if at > 0 else None


def ending_of(paragraph: str) -> str | None:
    """The last sentence of a longer paragraph, when it is short."""
    at = paragraph.rfind(". ", max(1, len(paragraph) - _LONGEST_PART), -_SHORTEST_PART)
    return paragraph[at + 2 :] if at > 0 else None
