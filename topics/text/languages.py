"""Which language a text is in, told by its letters and its function words; no model to load.

Function words make up a third to a half of running text in any language, so a paragraph holds plenty of them, and the
lists are shipped as stop words anyway.  (A character model such as py3langid's takes a second to load and a
millisecond an article, and is no surer of headlines.)
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from zlib import crc32

from topics.text.terms import STEMMERS, stop_words

# Beginning of a text that is looked at.
LOOKED_AT = 1500
# Articles of a corpus that are looked at.
SAMPLE = 500
# A language that fewer articles are in is no part of a corpus but a mistake or a quotation.
LEAST_SHARE = 0.05
LEAST_ARTICLES = 3
# Of the words, each counted as a share of the languages that have it.  Headlines hold few function words.
_LEAST_SCORE = 0.04
_LEAD = 1.15

_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
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


@cache
def known() -> tuple[str, ...]:
    """Languages with a list of stop words."""
    names = (entry.name for entry in files("topics.text").joinpath("stop_words").iterdir())
    return tuple(sorted(name.removesuffix(".txt") for name in names if name.endswith(".txt")))


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    """Function word -> the languages that have it."""
    owners: dict[str, list[str]] = {}
    for language in known():
        for word in stop_words(language):
            owners.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in owners.items()}


def detect(text: str) -> str | None:
    """The language of a text as ISO 639-1; None when it does not tell."""
    text = text[:LOOKED_AT]
    words = _LETTERS.findall(text)
    letters = sum(map(len, words))
    if not letters:
        return None
    if not text.isascii():
        for language, pattern in _SCRIPTS:
            # Japanese is half Han, so its kana come first and need be few.
            if len(pattern.findall(text)) > (0.1 if language == "ja" else 0.4) * letters:
                return language
    owners = _owners()
    scores: dict[str, float] = {}
    for word in words:
        languages = owners.get(word.lower().replace("’", "'"))
        if languages is not None:
            for language in languages:
                scores[language] = scores.get(language, 0.0) + 1 / len(languages)
    best = sorted(((language, score) for language, score in scores.items()), key=lambda pair: (-pair[1], pair[0]))
    if not best or best[0][1] < _LEAST_SCORE * len(words) or best[0][1] < 1:
        return None
    return best[0][0] if len(best) < 2 or best[0][1] >= _LEAD * best[1][1] else None


def base(tag: str | None) -> str | None:
    """The language of a tag as sources write it: "en-GB", "de_AT", "EN"; None for what is no such tag."""
    if tag is None:
        return None
    first = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    first = {"nb": "no", "nn": "no", "iw": "he", "eng": "en", "deu": "de", "ger": "de"}.get(first, first)
    return first if first in known() or first in STEMMERS else None


class Sample:
    """The languages of a corpus, from some of its articles: those whose ids hash lowest, so in any order the same."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, str, str | None, str]] = []

    def add(self, id_: str, lang: str | None, title: str, text: str) -> None:
        """Another article.  lang : as its source tells."""
        rank = -crc32(id_.encode("utf-8", "surrogatepass"))
        if len(self._kept) < SAMPLE:
            heapq.heappush(self._kept, (rank, id_, lang, f"{title}\n{text[:LOOKED_AT]}"))
        elif rank > self._kept[0][0]:
            heapq.heapreplace(self._kept, (rank, id_, lang, f"{title}\n{text[:LOOKED_AT]}"))

    def _languages(self) -> Iterator[str]:
        for _, _, lang, text in self._kept:
            # What is written goes before what is said of it: all pages of a site are often tagged alike.
            found = detect(text) or base(lang)
            if found is not None:
                yield found

    def shares(self) -> dict[str, float]:
        """The languages of a part of the corpus worth naming, largest first, with their shares of what was told."""
        count = Counter(self._languages())
        total = count.total()
        return {
            language: number / total
            for language, number in sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))
            if number >= LEAST_SHARE * total and number >= min(LEAST_ARTICLES, total)
        }


def joined(shares: dict[str, float]) -> str:
    """The setting for a corpus: "de", "en+de" for one in two languages; English where nothing tells."""
    return "+".join(shares) or "en"
