"""The words of many articles as arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics import kernels
from topics.kernels.classes import Classes, make
from topics.text.unicode import table
from topics.text.words import JOINERS, split

# Characters from which on the compiled way pays: two seconds of the plain one.
BULK = 12_000_000


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


class Words:
    """Distinct words as written, numbered in the order they came.

    expected : about how many characters are going to come, if known, so that a big corpus is read fast from the start.
    """

    __slots__ = ("_plain", "_table", "expected", "read")
    languages = None  # of each word, where articles are in several: see text/mixed.py

    def __init__(self, expected: int = 0) -> None:
        self.expected = expected
        self.read = 0
        self._plain: dict[str, int] = {}
        self._table: Any = None  # topics.kernels.table.WordTable once the compiled way has taken over

    def __len__(self) -> int:
        return len(self._plain) if self._table is None else len(self._table)

    def __iter__(self) -> Iterator[str]:
        """Every word once, in the order of the numbers."""
        return iter(self._plain) if self._table is None else iter(self._table)

    def plain(self) -> dict[str, int]:
        """Number of each word, to be added to."""
        if self._table is not None:
            self._plain, self._table = {word: number for number, word in enumerate(self)}, None
        return self._plain

    def table(self, module: Any) -> Any:
        """The same for compiled loops."""
        if self._table is None:
            self._table, self._plain = module.WordTable.of(self._plain, classes()), {}
        return self._table


@cache
def classes() -> Classes:
    """What cuts text to words, for compiled loops."""
    return make(table()[1], JOINERS)


def tokenise(articles: Iterable[tuple[str, str]], words: Words, jobs: int | None = None) -> Tokens:
    """(title, text) of each article to tokens.  New words are added to `words`.

    Both ways give the same; the compiled one reads on `jobs` threads, all when None, and takes over in big corpora.
    """
    parts = list(chain.from_iterable(articles))
    words.read += sum(map(len, parts))
    module = kernels.pays("table", max(words.read, words.expected), BULK)
    if module is not None:
        ids, stops, breaks = module.tokenise(parts, words.table(module), jobs)
    else:
        ids, stops, breaks = _plainly(parts, words.plain())
    return Tokens(ids, stops[::2].copy(), np.diff(stops)[::2].astype(np.int32), breaks)


def _plainly(
    parts: list[str], numbers: dict[str, int]
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bool_]]:
    """Numbers of the words, where each part begins, and breaks."""
    ids: list[int] = []
    breaks: list[bool] = []
    stops = [0]
    for part in parts:
        for word, first in split(part):
            ids.append(numbers.setdefault(word, len(numbers)))
            breaks.append(first)
        stops.append(len(ids))
    return np.array(ids, np.int32), np.array(stops, np.int64), np.array(breaks, np.bool_)
