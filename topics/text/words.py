"""Text to words: the plain way, which the compiled one is held to.

A word is a run of letters, digits and combining marks with inner joiners (``al-Aqsa``, ``don't``, ``AT&T``,
``COVID-19``, ``1,000``), or single letters with periods (``U.S.``). Scripts that set no spaces give overlapping pairs
of letters, each with its marks (Lucene's CJK bigrams). Words come out as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from topics.text.unicode import pattern

# Apostrophes, hyphens (not the dash), "&", and what is not seen: soft hyphen, zero-width non-joiner and joiner.
JOINERS = "'’‐‑&\u00ad\u200c\u200d-"


class Word(NamedTuple):
    """A word as written.  breaks : something other than plain space stands between it and the word before."""

    word: str
    breaks: bool


# one line end is a wrapped line; two are a new paragraph
_space = re.compile(r"[ \t\u00a0]*(?:\r?\n[ \t\u00a0]*)?").fullmatch
_astral = re.compile("[\U00010000-\U0010ffff]").search


@cache
def _patterns(last: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A word, and a letter with its marks, in text without code points above `last`: small sets match faster."""
    letter, number, word, run = (pattern(kinds, last) for kinds in ("L", "N", "LNM", "S"))
    mark = pattern("M", last)
    acronym = rf"[{letter}](?:\.[{letter}])+(?![{word}])\.?"
    plain = rf"[{word}]+(?:(?:[{JOINERS}]|(?<=[{number}])[.,](?=[{number}]))[{word}]+)*"
    unspaced = rf"(?P<unspaced>[{run}][{run}{mark}]*)"
    return re.compile(f"{acronym}|{plain}|{unspaced}"), re.compile(rf"[{run}][{mark}]*")


def split(text: str) -> Iterator[Word]:
    """The words of a text in order.  The first one breaks."""
    words, letters = _patterns(0x7F if text.isascii() else 0x10FFFF if _astral(text) else 0xFFFF)
    end = -1
    for match in words.finditer(text):
        start = match.start()
        breaks = end < 0 or (text[end:start] != " " and _space(text, end, start) is None)
        end = match.end()
        if match.lastgroup is None:
            yield Word(match.group(), breaks)
            continue
        clusters = letters.findall(match.group())
        if len(clusters) == 1:
            yield Word(clusters[0], breaks)
        for left, right in pairwise(clusters):
            yield Word(left + right, breaks)
            breaks = False
