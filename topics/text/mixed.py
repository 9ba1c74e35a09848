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
        found = given if self._trusted and given is not None else languages.of_article(article) or given
        if len(self._mains) == 1:
            return "" if found is None or found == self._mains[0] else found
        return found or languages.nearest(f"{article.title}\n{article.text}", self._mains)

    def split(self, blocks: Sequence[Tokens], words: Words) -> tuple[list[Tokens], Words | LanguageWords]:
        """Tokens of the tagged articles, in their order, with a word for each language that it stands in."""
        if len(self.names) == 1:
            return list(blocks), words
        codes = np.frombuffer(bytes(self.codes), np.uint8).astype(np.int64)
        pairs: list[NDArray[np.int64]] = []
        first = 0
        for tokens in blocks:
            code = np.repeat(codes[first : first + len(tokens)], np.diff(tokens.starts))
            pairs.append(tokens.ids.astype(np.int64) * len(self.names) + code)
            first += len(tokens)
        kept = np.unique(np.concatenate([np.unique(block) for block in pairs]))
        ids = [np.searchsorted(kept, block).astype(np.int32) for block in pairs]
        plain = list(words)
        found = LanguageWords(
            [plain[number] for number in (kept // len(self.names)).tolist()],
            [self.names[code] for code in (kept % len(self.names)).tolist()],
        )
        return [replace(tokens, ids=block) for tokens, block in zip(blocks, ids, strict=True)], found
