"""How a term is written: the commonest of its spellings."""

from __future__ import annotations

from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from topics.strings import StringTable
from topics.text.tokens import Words


def display(word: str) -> str:
    """A word as it is shown: no possessive, plain apostrophe, composed accents."""
    word = normalize("NFC", word.replace("’", "'").replace("\u00ad", ""))
    return word[:-2] if word[-2:] in ("'s", "'S") else word


def commonest(words: Words, term: NDArray[np.int32], weight: NDArray[np.float64], n_terms: int) -> StringTable:
    """The commonest spelling of each term; ties go to the earlier in the alphabet.

    term : (n_words,), the term of each word or -1.  weight : (n_words,), how much a word's places count.
    """
    spellings: dict[tuple[int, str], float] = {}
    for number, word in enumerate(words):
        if term[number] >= 0:
            key = (int(term[number]), display(word))
            spellings[key] = spellings.get(key, 0.0) + float(weight[number])
    best: dict[int, tuple[float, str]] = {}
    for (number, spelling), value in spellings.items():
        rank = (-value, spelling)
        if number not in best or rank < best[number]:
            best[number] = rank
    return StringTable.pack(best[number][1] for number in range(n_terms))
