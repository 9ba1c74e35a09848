"""Lines that are paragraphs, and how they end."""

from __future__ import annotations

import re

from topics.records import Article

# What ends a sentence, also in Chinese, Hindi, Arabic and Urdu; a quotation may end behind it.
STOPS = frozenset(".!?…。！？।؟۔")
QUOTES = frozenset("\"”»“’'」』")

_AFTER_STOPS = QUOTES | frozenset(")]")

# A line below 160 characters may be one row of hard-wrapped text (wire archives, mail), where "said." or "Net profit"
# stands alone on thousands of rows and is news.  Articles whose lines are paragraphs nearly all have a longer one.
WRAPPED = 160

# Measured on pages: the longest appeals and cookie notices come to about 350 characters, paragraphs of news to 200-600.
LONGEST = 400

_DOUBLE_QUOTES = re.compile('["“”„«»「」『』]')
_SCORE = re.compile(r"(?<![\d:.-])\d{1,3} ?[-–:] ?\d{1,3}(?![\d:.-])|\b\d+\b[^\d]+\b\d+\b\W*$")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}\b")


def paragraphs(stripped: list[str]) -> list[int]:
    """Positions of the lines that are a paragraph each; ``stripped`` are lines without the space around them.

    All that are not blank; but where every line is short and the text may be hard-wrapped, only those between blanks.
    """
    if len(stripped) < 2 or max(map(len, stripped)) > WRAPPED:
        return [i for i, line in enumerate(stripped) if line]
    if all(stripped):
        return []
    around = [*stripped, ""]  # a blank behind the last line, which is also before the first: around[-1]
    return [i for i, line in enumerate(stripped) if line and not around[i - 1] and not around[i + 1]]


def ends_sentence(line: str) -> bool:
    """Does the line end as a sentence does?  ``line`` is stripped and not empty."""
    return line[-1] in STOPS or (line[-1] in _AFTER_STOPS and line[-2:-1] in STOPS)


def is_news(line: str) -> bool:
    """Could a line that repeats still be news: a quotation, or a score?"""
    if _DOUBLE_QUOTES.search(line):
        return True
    return len(line) <= 80 and bool(_SCORE.search(_CLOCK.sub("", line)))


def folded(line: str) -> str:
    """For comparing a headline with a line: letters and digits only, without case."""
    return "".join(filter(str.isalnum, line)).casefold()


def group_of(article: Article) -> str:
    """Whose page it is: the source, else the host of the URL, else "" for all such together."""
    if article.source:
        return article.source
    if not article.url:
        return ""
    host = article.url.partition("//")[2].partition("/")[0].rpartition("@")[2]
    return host.lower().removeprefix("www.")
