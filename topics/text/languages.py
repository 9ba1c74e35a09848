"""Which language a text is in, told by its letters and its function words; no model to load.

Function words make up a third to a half of running text in any language, so a paragraph holds plenty of them, and the
lists are shipped as stop words anyway.  (A character model such as py3langid's takes a second to load and a
millisecond an article, and is no surer of headlines.)
"""

from __future__ import annotations

import re
import struct
from collections import Counter
from functools import cache
from importlib.resources import files
from itertools import repeat
from math import lcm

from topics.records import Article
from topics.text.terms import STEMMERS, stop_words

# Beginning of a text that is looked at, and the part of it that mostly tells already.
LOOKED_AT = 1500
_FIRST_LOOK = 300
# Characters from which on the language of one article is certain enough to be put down as its own: of headlines (60
# characters) 3 % are told wrongly, of posts of this length .4 %.  Letters of one language tell sooner.
LONG_ENOUGH = 120
LETTERS_ENOUGH = 20
# Fewer words are names of things, not a sentence: "war" is a subject to look for, though grammar in German.
FEW = 4
# A language that fewer articles are in is no part of a corpus but a mistake or a quotation.
LEAST_SHARE = 0.05
LEAST_ARTICLES = 3
# Of the words, each counted as a share of the languages that have it.  Headlines hold few function words.
_LEAST_SCORE = 0.04
_LEAD = 1.15
# What ends it after the first look.
_CLEAR_SCORE = 0.1
_CLEAR_LEAD = 2

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Where words of ASCII are cut: at what is neither a letter nor an apostrophe.
_CUTS = "".join(chr(code) if chr(code).isalpha() or chr(code) == "'" else " " for code in range(128))
# No letter below or between these is in one of the scripts below.
_FOREIGN = re.compile("[\u0370-\u1fff\u2e80-\uffff]")
# Letters that one language (of those with much news) is written in.
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (language, re.compile(f"[{letters}]"))
    for language, letters in (
        ("ja", "\u3041-\u30ff"),
        ("ko", "\uac00-\ud7a3"),
        ("zh", "\u4e00-\u9fff"),
        ("th", "\u0e01-\u0e5b"),
        ("my", "\u1000-\u109f"),
        ("he", "\u05d0-\u05ea"),
        ("el", "\u0386-\u03ff"),
        ("hy", "\u0531-\u0587"),
        ("ka", "\u10a0-\u10ff"),
        ("ta", "\u0b80-\u0bff"),
        ("bn", "\u0980-\u09ff"),
        ("hi", "\u0900-\u097f"),
    )
)

_BY_LETTERS = frozenset(language for language, _ in _SCRIPTS)


@cache
def known() -> tuple[str, ...]:
    """Languages with a list of stop words."""
    names = (entry.name for entry in files("topics.text").joinpath("stop_words").iterdir())
    return tuple(sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt")))


@cache
def _owners() -> tuple[dict[str, int], int]:
    """Function word -> what it counts for each language, and the unit of that: a word of one language alone.

    A word of three languages counts a third of the unit for each.  Counts are 32 bits wide and lie side by side in one
    number, in the order of `known`, so that one sum adds up the words of a text for all languages at once.
    """
    owners: dict[str, list[int]] = {}
    for place, language in enumerate(known()):
        for word in stop_words(language):
            owners.setdefault(word, []).append(place)
    unit = lcm(*map(len, owners.values()))
    return {word: sum(unit // len(places) << 32 * place for place in places) for word, places in owners.items()}, unit


def detect(text: str) -> str | None:
    """The language of a text as ISO 639-1; None when it does not tell."""
    text = text[:LOOKED_AT]
    if not text.isascii() and (written := _by_letters(text)) is not None:
        return written
    return _by_words(text[:_FIRST_LOOK], _CLEAR_SCORE, _CLEAR_LEAD) or _by_words(text, _LEAST_SCORE, _LEAD)


def _by_letters(text: str) -> str | None:
    if len(_FOREIGN.findall(text)) < 0.02 * len(text):
        return None
    letters = sum(map(len, _LETTERS.findall(text)))
    for language, pattern in _SCRIPTS:
        # Japanese is half Han, so its kana come first and need be few.
        if len(pattern.findall(text)) > (0.1 if language == "ja" else 0.4) * letters:
            return language
    return None


def _by_words(text: str, least: float, lead: float) -> str | None:
    """The language with the most function words: so large a part of all words, and so much ahead of the second."""
    words, unit, scores = _scores(text)
    second, first = sorted(scores)[-2:]
    if first < unit or first < least * words * unit or first < lead * second:
        return None
    return known()[len(scores) - 1 - scores[::-1].index(first)]


def _scores(text: str) -> tuple[int, int, tuple[int, ...]]:
    """How many words; the unit of scores; for each known language its function words, each as its part of the unit."""
    owners, unit = _owners()
    words = _words(text)
    counts = sum(map(owners.get, words, repeat(0)))
    return len(words), unit, struct.unpack(f"<{len(known())}I", counts.to_bytes(4 * len(known()), "little"))


def _words(text: str) -> list[str]:
    """Runs of letters, an apostrophe between two of them included, in lower case: as `_LETTERS` finds them."""
    text = text.lower()
    if not text.isascii():
        return _LETTERS.findall(text.replace("’", "'"))
    words = text.translate(_CUTS).split()  # half the time of the pattern
    if "'" not in text:
        return words
    found: list[str] = []
    for word in words:
        if "'" in word:
            found += _LETTERS.findall(word)
        else:
            found.append(word)
    return found


def of_article(article: Article) -> str | None:
    """The language of an article that is long enough to tell it."""
    text = article.text or article.title
    found = detect(text)
    least = LETTERS_ENOUGH if found in _BY_LETTERS else LONG_ENOUGH
    return found if len(text) >= least else None


def nearest(text: str, among: tuple[str, ...]) -> str:
    """The one of some languages that has most function words in a text; "" for few words, and where two are equal."""
    words, _, scores = _scores(text[:LOOKED_AT])
    if words < FEW:
        return ""
    by_language = dict(zip(known(), scores, strict=True))
    found = sorted(((by_language.get(language, 0), language) for language in among), reverse=True)
    return found[0][1] if found[0][0] > found[1][0] else ""


def told(article: Article, language: str | None = None) -> Article:
    """The article with its language, where its source gives none: `language`, or as it tells itself."""
    if article.lang is not None:
        return article
    found = language or of_article(article)
    return article if found is None else article.changed(section=article.section, lang=found, extra=article.extra)


def base(tag: str | None) -> str | None:
    """The language of a tag as sources write it: "en-GB", "de_AT", "EN"; None for what is no such tag."""
    if tag is None:
        return None
    first = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    first = {"nb": "no", "nn": "no", "iw": "he", "eng": "en", "deu": "de", "ger": "de"}.get(first, first)
    return first if first in known() or first in STEMMERS else None


def main_language(article: Article, found: str | None) -> str | None:
    """What counts for the languages of a corpus, also of a short article.  found : what `of_article` tells of it."""
    # What is written goes before what is said of it: all pages of a site are often tagged alike.
    return found or detect(f"{article.title}\n{article.text[:LOOKED_AT]}") or base(article.lang)


class Languages:
    """The languages of a corpus, counted article by article."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def add(self, language: str | None) -> None:
        """The `main_language` of another article."""
        if language is not None:
            self._count[language] += 1

    def shares(self) -> dict[str, float]:
        """The languages of a part of the corpus worth naming, largest first, with their shares of what was told."""
        total = self._count.total()
        return {
            language: number / total
            for language, number in sorted(self._count.items(), key=lambda pair: (-pair[1], pair[0]))
            if number >= LEAST_SHARE * total and number >= min(LEAST_ARTICLES, total)
        }


def joined(shares: dict[str, float]) -> str:
    """The setting for a corpus: "de", "en+de" for one in two languages; English where nothing tells."""
    return "+".join(shares) or "en"
