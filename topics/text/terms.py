"""Words to terms: the normal form under which the spellings of a word are counted as one.

Everything here works on distinct words, not on the stream of text, so it may take its time.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from copy import copy
from functools import cache
from importlib.resources import files
from typing import Any

# Longer "words" are encoded attachments and lines of dashes, never terms.
LONGEST_WORD = 60

_SAME = str.maketrans({"’": "'", "‐": "-", "‑": "-", "\u00ad": None, "\u200c": None, "\u200d": None})

# The only capitals that matter enough to be told from the pronoun; in shouted headlines "IT" and "WHO" are pronouns.
_CAPITALS = {"US": "u.s.", "USA": "u.s."}

# Snowball's names; languages without a stemmer here keep their words as they are.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


# Persian and Urdu keyboards write some letters with code points of their own, and Arabic writers use the forms of alef,
# the final yeh and the short vowels as they please: one form for each, so that the spellings of a name are one term.
_ARABIC = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ۀ": "ه", "ـ": None}
    | {chr(code): None for code in (*range(0x64B, 0x660), 0x670)}
)
# Pairs of letters that hold one of these are grammar; Japanese writes grammar in hiragana.
_GRAMMAR = frozenset("的了们這这那吗嗎呢吧着們")


@cache
def stop_words(language: str) -> frozenset[str]:
    """Stop words of a language, case folded; none where no list is shipped.  "en+de" : of both."""
    if "+" in language:
        return frozenset().union(*map(stop_words, language.split("+")))
    path = files(__package__).joinpath("stop_words", f"{language}.txt")
    if not path.is_file():
        return frozenset()
    lines = path.read_text("utf-8").splitlines()
    words = (word.translate(_SAME) for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(word.translate(_ARABIC) if "\u0600" <= word[0] <= "\u06ff" else word for word in words)


@cache
def _stemmer(language: str) -> Any:
    if language not in STEMMERS:
        return None
    import Stemmer

    return Stemmer.Stemmer(STEMMERS[language], 0)  # no cache of its own: each distinct word comes once


def fold(word: str, language: str = "en") -> str:
    """A word without what spelling and typesetting add: case, possessive, typographic marks, periods of an acronym.

    "U.N." and "UN" are one; "U.S." and "US" become "u.s.", apart from the pronoun. "" when nothing is left of it.
    """
    plain = word.isascii() and word.isalnum()  # most words: none of what follows can happen but the capitals
    if not plain:
        word = unicodedata.normalize("NFC", word.translate(_SAME))
    if len(word) > LONGEST_WORD:
        return ""
    if plain:
        return _CAPITALS.get(word) or word.lower() if language == "en" else word.lower()
    first = word[:1]
    if "\u0600" <= first <= "\u06ff":
        return word.translate(_ARABIC)
    if (
        len(word) == 2
        and "\u3041" <= first <= "\u9fff"
        and (not _GRAMMAR.isdisjoint(word) or all("\u3041" <= char <= "\u309f" for char in word))
    ):
        return ""
    stops = stop_words(language)
    lower = word.casefold().replace("i\u0307", "i")  # İ folds to i with a dot above
    if "." in lower and not lower[0].isnumeric():
        dotted = lower if lower.endswith(".") else lower + "."
        bare = lower.replace(".", "")
        return dotted if dotted in stops or bare in stops else bare
    if language == "en" and lower.endswith("'s"):
        word, lower = word[:-2], lower[:-2]
    return _CAPITALS.get(word, lower) if language == "en" else lower


# Scripts by the first code points of their letters; Latin where none fits.
_SCRIPT_OF = {
    "ru": "\u0400", "uk": "\u0400", "bg": "\u0400", "sr": "\u0400", "ar": "\u0600", "fa": "\u0600", "el": "\u0370",
    "hy": "\u0530", "hi": "\u0900", "ne": "\u0900", "ta": "\u0b80", "yi": "\u0590", "he": "\u0590",
}  # fmt: skip
_BLOCKS = tuple(sorted(set(_SCRIPT_OF.values())))


class Terms:
    """Words to terms for one language, or for a corpus of several.

    language : ISO 639-1; "en+de" for several, the first of which is the most frequent.  Their stop words hold
    together; a word has the stemmer of the first language of its script.  stem : join the inflected forms of a word
    (Snowball, Porter 2001).  extra : further stop words.
    """

    def __init__(self, language: str = "en", *, stem: bool = True, extra: Iterable[str] = ()) -> None:
        self.language, *others = language.split("+")
        self._mains = (self.language, *others) if others else ()
        self._stems, self._extra = stem, tuple(extra)
        self._own: dict[str, Terms] = {"": self}
        self.stop = stop_words(language) | {fold(word, self.language) for word in self._extra}
        self._stem = _stemmer(self.language) if stem else None
        # By script, of several languages; None where all are in one.
        self._by_script: dict[str, Any] | None = None
        if stem and others:
            self._by_script = {}
            for name in (self.language, *others):
                self._by_script.setdefault(_SCRIPT_OF.get(name, ""), _stemmer(name))

    def of(self, language: str) -> Terms:
        """What holds in articles of one language: its own stop words and stems where it is one of the corpus's; any
        other adds its stop words.  "" : nothing is known."""
        found = self._own.get(language)
        if found is None:
            if language in self._mains:
                found = Terms(language, stem=self._stems, extra=self._extra)
            else:
                found = copy(self)
                found.stop = self.stop | stop_words(language)
            self._own[language] = found
        return found

    def term(self, word: str) -> str:
        """The term of a word as written; "" when nothing is left of it."""
        return self.of_folded(fold(word, self.language))

    def of_folded(self, folded: str) -> str:
        """The term of a folded word."""
        if self._by_script is not None:
            stemmer = self._by_script.get(_script(folded))
            return folded if stemmer is None or folded in self.stop else stemmer.stemWord(folded)
        return folded if self._stem is None or folded in self.stop else self._stem.stemWord(folded)

    def is_stop(self, word: str) -> bool:
        """Whether a word as written is a stop word, or holds no letter."""
        folded = fold(word, self.language)
        return folded in self.stop or not any(char.isalpha() for char in folded) or len(folded) < 2


def _script(word: str) -> str:
    """The script of a word, as in `_SCRIPT_OF`."""
    first = word[:1]
    if first < _BLOCKS[0]:
        return ""
    block = max(block for block in _BLOCKS if block <= first)
    return block if ord(first) - ord(block) < 0x150 else ""
