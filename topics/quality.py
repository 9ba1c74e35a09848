"""How good topics are: coherence, diversity, support, agreement with sections and with other fits.

Coherence, diversity and support are defined as most papers define them, on plain lower-cased words, whatever the model
counts, so that systems can be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

# Keywords of a topic that are looked at, and words of a window (Lau, Newman & Baldwin 2014).
TOP = 10
WINDOW = 10
# Articles counted at once.
BLOCK = 2000

_words = re.compile(r"\w+").findall


def words_of(text: str) -> list[str]:
    """The words of a text as they are scored."""
    return _words(text.lower())


def body(title: str, text: str) -> str:
    """What is scored of an article."""
    return f"{title}. {text}"


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where keywords stand in a corpus.

    keywords : as given, distinct.  together : float64 (n, n), windows that hold both; on the diagonal, windows that
    hold one.  windows : how many there are.  held : bool CSR (n_articles, n), the article holds the keyword.
    """

    keywords: tuple[str, ...]
    together: NDArray[np.float64]
    windows: int
    held: sparse.csr_matrix

    @classmethod
    def count(cls, texts: Iterable[str], topics: Iterable[Sequence[str]]) -> Occurrences:
        """Count the keywords of some topics in some texts.

        A keyword of several words stands where they follow each other.  Windows slide by one word; a text shorter than
        one is one window.
        """
        keywords = tuple(sorted({keyword.lower() for topic in topics for keyword in topic}))
        finder = _Finder(keywords)
        together, windows, held = np.zeros((len(keywords), len(keywords))), 0, []
        rest = iter(texts)
        while block := list(islice(rest, BLOCK)):
            found, n, articles = finder.windows([words_of(text) for text in block])
            together += (found.T @ found).toarray()
            windows += n
            held.append(articles)
        empty = sparse.csr_matrix((0, len(keywords)), dtype=np.bool_)
        return cls(keywords, together, windows, sparse.vstack([empty, *held], format="csr"))

    def npmi(self, topics: Sequence[Sequence[str]]) -> list[float]:
        """Mean normalised pointwise mutual information of the pairs of each topic's first ten keywords (Bouma 2009).

        -1 to 1.  Pairs that share a word are left out; a keyword that stands nowhere has -1 with every other; a topic
        without a pair has 0.
        """
        place = {keyword: number for number, keyword in enumerate(self.keywords)}
        return [self._npmi([keyword.lower() for keyword in topic[:TOP]], place) for topic in topics]

    def _npmi(self, topic: Sequence[str], place: dict[str, int]) -> float:
        parts = [set(words_of(keyword)) for keyword in topic]
        pairs = [(i, j) for j in range(len(topic)) for i in range(j) if not parts[i] & parts[j]]
        if not pairs:
            return 0.0
        numbers = np.array([place[keyword] for keyword in topic])
        left, right = numbers[[i for i, _ in pairs]], numbers[[j for _, j in pairs]]
        p = np.diag(self.together) / max(1, self.windows)
        both = self.together[left, right] / max(1, self.windows) + 1e-12
        apart = p[left] * p[right]
        known = apart > 0
        scores = np.full(len(pairs), -1.0)
        scores[known] = np.log(both[known] / apart[known]) / -np.log(both[known])
        return float(scores.mean())

    def support(self, topics: Sequence[Sequence[str]], strongest: NDArray[np.int64]) -> list[float | None]:
        """Share of each topic's articles that hold at least two of its first ten keywords; None without an article.

        strongest : int64 (n_articles,), the strongest topic of each text counted, -1 for none.
        """
        place = {keyword: number for number, keyword in enumerate(self.keywords)}
        found: list[float | None] = []
        for number, topic in enumerate(topics):
            columns = sorted({place[keyword.lower()] for keyword in topic[:TOP]})
            mine = np.flatnonzero(strongest == number)
            held = np.asarray(self.held[mine][:, columns].sum(axis=1)).ravel()
            found.append(float((held >= 2).mean()) if len(mine) else None)
        return found


class _Finder:
    """Finds keywords of one word or several among the words of texts."""

    def __init__(self, keywords: Sequence[str]) -> None:
        self._n = len(keywords)
        self._by_first: dict[str, list[tuple[list[str], int]]] = {}
        for number, keyword in enumerate(keywords):
            words = words_of(keyword)
            if words:
                self._by_first.setdefault(words[0], []).append((words, number))

    def windows(self, texts: Sequence[list[str]]) -> tuple[sparse.csr_matrix, int, sparse.csr_matrix]:
        """(windows that hold any keyword x keywords), how many windows there are, (articles x keywords)."""
        starts: list[int] = []
        spans: list[int] = []
        columns: list[int] = []
        articles: list[int] = []
        n = 0
        for article, words in enumerate(texts):
            last = max(0, len(words) - WINDOW)  # the last window of the article
            for place, word in enumerate(words):
                for parts, number in self._by_first.get(word, ()):
                    if len(parts) > 1 and words[place : place + len(parts)] != parts:
                        continue
                    # windows from the first that reaches the keyword's end to the last that has its beginning
                    first = min(last, max(0, place + min(len(parts), WINDOW) - WINDOW))
                    starts.append(n + first)
                    spans.append(min(place, last) - first + 1)
                    columns.append(number)
                    articles.append(article)
            n += last + 1 if words else 0
        length = np.array(spans, np.int64)
        offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        rows = np.repeat(np.array(starts, np.int64), length) + offset
        _, rows = np.unique(rows, return_inverse=True)
        return (
            _ones(rows, np.repeat(np.array(columns, np.int64), length), self._n),
            n,
            _ones(np.array(articles, np.int64), np.array(columns, np.int64), self._n, len(texts)).astype(np.bool_),
        )


def _ones(rows: NDArray[np.int64], columns: NDArray[np.int64], n: int, n_rows: int | None = None) -> sparse.csr_matrix:
    """CSR of float64 ones at some places, each once however often it is given."""
    if n_rows is None:
        n_rows = int(rows.max()) + 1 if len(rows) else 0
    M = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(n_rows, n))
    M.sum_duplicates()
    M.data[:] = 1
    return M


def diversity(topics: Sequence[Sequence[str]]) -> float:
    """Distinct keywords among the first tens of all topics, divided by their number (Dieng, Ruiz & Blei 2020)."""
    firsts = [keyword.lower() for topic in topics for keyword in topic[:TOP]]
    return len(set(firsts)) / max(1, len(firsts))


def jaccard(left: Sequence[str], right: Sequence[str]) -> float:
    """Shared keywords among all keywords of two topics' first tens, 0 to 1."""
    a, b = set(left[:TOP]), set(right[:TOP])
    return len(a & b) / len(a | b) if a | b else 1.0


def agreement(topics: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> list[float]:
    """How much of each topic another fit finds again: Jaccard with the topic it is paired with, 0 without one.

    Pairs are those with the highest sum (Greene, O'Callaghan & Cunningham 2014).
    """
    from scipy.optimize import linear_sum_assignment

    alike = np.array([[jaccard(topic, other) for other in others] for topic in topics]).reshape(len(topics), -1)
    found = np.zeros(len(topics))
    rows, columns = linear_sum_assignment(-alike)
    found[rows] = alike[rows, columns]
    return [float(value) for value in found]
