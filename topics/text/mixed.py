"""Words of articles in several languages: "die" is grammar in German and a verb in English.

Stop words and stems follow the language of the article.  Articles are tagged, and a word that stands in articles of two
languages becomes two words; a corpus of one language is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from topics.records import Article
from topics.text import languages
from topics.text.tokens import Tokens, Words


class LanguageWords:
    """Distinct words, each of one language.  languages : of each word, "" where nothing tells."""

    def __init__(self, words: Sequence[str], tongues: Sequence[str]) -> None:
        self._words = words
        self.languages = tongues

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)


class Tagger:
    """Tells the language of one article after the other.

    language : of the corpus, as in the settings; "en+de" are several.  trusted : no article's own tag speaks against
    its text, so texts that have a tag need not be looked at again.
    names, codes : the languages met ("" for the corpus's own, or an unknown one), and for each article which.
    """

    def __init__(self, language: str, *, trusted: bool = False) -> None:
        self._mains = tuple(language.split("+"))
        self._trusted = trusted
        self.names = [""]
        self.codes = bytearray()

    def add(self, article: Article) -> None:
        """The next article."""
        language = self._tag(article)
        if language not in self.names:
            self.names.append(language)
        self.codes.append(self.names.index(language))

    def _tag(self, article: Article) -> str:
        given = languages.base(article.lang)
        told = self._trusted and (given is not None or article.lang is None)  # one that tells nothing has no tag
        found = given if told else languages.of_article(article) or given
        if len(self._mains) == 1:
            return "" if found is None or found == self._mains[0] else found
        return found or languages.nearest(f"{article.title}\n{article.text}", self._mains)

    def split(self, blocks: Sequence[Tokens], words: Words) -> tuple[list[Tokens], Words | LanguageWords]:
        """Tokens of the tagged articles, in their order, with a word for each language that it stands in."""
        if len(self.names) == 1:
            return list(blocks), words
        codes, n = np.frombuffer(bytes(self.codes), np.uint8).astype(np.int64), len(self.names)
        firsts = np.cumsum([0, *map(len, blocks)])

        def pairs(tokens: Tokens, first: int) -> NDArray[np.int64]:
            """Word and language of each place in one number."""
            code = np.repeat(codes[first : first + len(tokens)], np.diff(tokens.starts))
            return tokens.ids.astype(np.int64) * n + code

        met = np.zeros(len(words) * n, np.bool_)
        for tokens, first in zip(blocks, firsts, strict=False):
            met[pairs(tokens, first)] = True
        kept, number = np.flatnonzero(met), np.cumsum(met, dtype=np.int32) - 1
        plain = list(words)
        found = LanguageWords(
            [plain[word] for word in (kept // n).tolist()],
            [self.names[code] for code in (kept % n).tolist()],
        )
        split = (
            replace(tokens, ids=number[pairs(tokens, first)]) for tokens, first in zip(blocks, firsts, strict=False)
        )
        return list(split), found
