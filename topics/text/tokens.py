"""The words of many articles as arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from topics.text.words import split


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a block of articles, title first, in order.

    ids : int32 (n_tokens,), numbers of words.  starts : int64 (n_articles + 1,), where each article begins in `ids`.
    titles : int32 (n_articles,), how many of an article's words are its title.
    breaks : bool (n_tokens,), something other than plain space stands before the word.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    titles: NDArray[np.int32]
    breaks: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.titles)


@dataclass(slots=True)
class Words:
    """Distinct words as written, numbered in the order they came."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)


def tokenise(articles: Iterable[tuple[str, str]], words: Words) -> Tokens:
    """(title, text) of each article to tokens.  New words are added to `words`."""
    numbers = words.numbers
    ids: list[int] = []
    breaks: list[bool] = []
    starts = [0]
    for title, text in articles:
        for part in (title, text):
            for word, first in split(part):
                ids.append(numbers.setdefault(word, len(numbers)))
                breaks.append(first)
            starts.append(len(ids))
    ends = np.array(starts, np.int64)
    return Tokens(np.array(ids, np.int32), ends[::2], np.diff(ends)[::2].astype(np.int32), np.array(breaks, np.bool_))
