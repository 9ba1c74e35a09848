"""How a term is written: the commonest of its spellings."""

from __future__ import annotations

from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from topics.strings import StringTable
from topics.text.mixed import LanguageWords
from topics.text.tokens import Words


def display(word: str) -> str:
    """A word as it is shown: no possessive, plain apostrophe, composed accents."""
    if word.isascii() and "'" not in word:
        return word
    word = normalize("NFC", word.replace("’", "'").replace("\u00ad", ""))
    return word[:-2] if word[-2:] in ("'s", "'S") else word


def commonest(
    words: Words | LanguageWords, term: NDArray[np.int32], weight: NDArray[np.float64], n_terms: int
) -> StringTable:
    """The commonest spelling of each term; ties go to the earlier in the alphabet.

    term : (n_words,), the term of each word or -1.  weight : (n_words,), how much a word's places count.
    """
    best: list[str] = [""] * n_terms
    rivals: dict[int, dict[str, float]] = {}
    alone = (np.bincount(term[term >= 0], minlength=n_terms) == 1).tolist()  # no rivals to weigh
    for word, number, value in zip(words, term.tolist(), weight.tolist(), strict=True):
        if number < 0:
            continue
        if alone[number]:
            best[number] = display(word)
        else:
            spellings = rivals.setdefault(number, {})
            spelling = display(word)
            spellings[spelling] = spellings.get(spelling, 0.0) + value
    for number, spellings in rivals.items():
        best[number] = min(spellings, key=lambda spelling: (-spellings[spelling], spelling))
    return StringTable.pack(best)
