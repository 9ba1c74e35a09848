"""The fitted topics: factors as the fit left them, and the topics that people see, each one factor or several.

Steering (merge, drop) never touches an article's row: it is made of factors, and a small table says which topic each
factor belongs to. So rows made before and after a change mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.errors import SettingError
from topics.index import Rows
from topics.vectorize import TopicWords

# The topic of a factor that was dropped.
DROPPED = -1
# A topic below this part of an article is noise of the fit.
LEAST_WEIGHT = 0.01


@dataclass(frozen=True, slots=True)
class Name:
    """What a topic is called.

    label : short, unique in the model.  slug : letters, digits and hyphens, unique; it stays when the label changes.
    given : a person chose the label.  guided : the words that the topic was asked for with.  hidden : kept out of tags.
    theme : name of the group of topics it belongs to, None when it stands alone.
    """

    label: str
    slug: str
    given: bool = False
    guided: tuple[str, ...] = ()
    hidden: bool = False
    theme: str | None = None

    def row(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "label": self.label,
            "slug": self.slug,
            "given": self.given,
            "guided": list(self.guided),
            "hidden": self.hidden,
            "theme": self.theme,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Name:
        """The name that `row` gave.  Raises KeyError, ValueError when it is none."""
        label, slug, theme = row["label"], row["slug"], row["theme"]
        if type(label) is not str or type(slug) is not str or not (theme is None or type(theme) is str):
            raise ValueError(f"the name of a topic is made of texts; found {row!r:.80}")
        return cls(label, slug, bool(row["given"]), tuple(map(str, row["guided"])), bool(row["hidden"]), theme)


@dataclass(frozen=True, slots=True)
class Topics:
    """The fitted topics, largest share first unless they were guided or took the numbers of another model.

    words : what they are made of.  H : float32 (n_factors, n_words), as fitted to articles.  strength : of the same
    shape, as fitted to pieces, for keywords; H itself where there were none.  present : of the same shape, in what part
    of a factor's articles a word stands.  factors : int32 (n_factors,), the
    topic of each factor, DROPPED for none.  factor_share : float32 (n_factors,), mean part of a fitted article.
    keywords : int32 (n_topics, k), words ranked, -1 behind the last.  relevance : float32 (n_topics, k).  share :
    float32 (n_topics,).  names : one for each topic.  errors : relative error after each iteration of the fit.
    """

    words: TopicWords
    H: NDArray[np.float32]
    strength: NDArray[np.float32]
    present: NDArray[np.float32]
    factors: NDArray[np.int32]
    factor_share: NDArray[np.float32]
    keywords: NDArray[np.int32]
    relevance: NDArray[np.float32]
    share: NDArray[np.float32]
    names: tuple[Name, ...]
    errors: tuple[float, ...]
    converged: bool

    def __len__(self) -> int:
        return len(self.names)

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of each topic."""
        return tuple(name.label for name in self.names)

    @property
    def plain(self) -> bool:
        """Whether every topic is the factor of its number, as after a fit."""
        return len(self.factors) == len(self.names) and bool((self.factors == np.arange(len(self.factors))).all())

    def components(self) -> NDArray[np.float32]:
        """float32 (n_topics, n_words): the factor of a topic; of several the mean, each counting as its share says."""
        return self.H if self.plain else combined(self.H, self.factors, self.factor_share, len(self))

    def of_parts(self, P: NDArray[np.float32]) -> NDArray[np.float32]:
        """Factors of articles (n_articles, n_factors) to their topics (n_articles, n_topics); rows sum to 1 or 0."""
        if self.plain:
            return P
        return np.asarray(self._collapsed(sparse.csr_matrix(P)).toarray(), np.float32)

    def of_rows(self, rows: Rows) -> Rows:
        """The same for sparse rows."""
        if self.plain:
            return rows
        shape = (len(rows), len(self.factors))
        return Rows.from_csr(self._collapsed(sparse.csr_matrix((rows.values, rows.terms, rows.starts), shape=shape)))

    def _collapsed(self, P: Any) -> Any:
        """CSR (n_articles, n_topics), indices ascending."""
        kept = np.flatnonzero(self.factors != DROPPED)
        shape = (len(self.factors), len(self))
        member = sparse.csr_matrix((np.ones(len(kept)), (kept, self.factors[kept])), shape=shape)
        T = (P.astype(np.float64) @ member).tocsr()
        T.sort_indices()
        row = np.repeat(np.arange(T.shape[0]), np.diff(T.indptr))
        T.data = T.data / np.bincount(row, T.data, T.shape[0])[row]
        return T

    def number(self, topic: int | str) -> int:
        """The number of a topic by number, slug or label.  Raises SettingError."""
        if isinstance(topic, str):
            for number, name in enumerate(self.names):
                if topic == name.slug or topic.casefold() == name.label.casefold():
                    return number
            if not topic.lstrip("-").isdecimal():
                from difflib import get_close_matches

                near = get_close_matches(topic, [name.slug for name in self.names], n=3, cutoff=0.3)
                hint = f"; the nearest are {', '.join(near)}" if near else "; `topics keywords NAME` lists them"
                raise SettingError(f"no topic has the slug or label {topic!r}{hint}")
        number = int(topic)
        if not 0 <= number < len(self):
            raise SettingError(f"there is no topic {number}; topics run from 0 to {len(self) - 1}")
        return number


def combined(
    H: NDArray[np.float32], factors: NDArray[np.int32], share: NDArray[np.float32], n_topics: int
) -> NDArray[np.float32]:
    """Rows of topics that are made of several factors: mean of their unit rows by share, times their mean length."""
    length = np.linalg.norm(H, axis=1)
    found = np.zeros((n_topics, H.shape[1]), np.float32)
    for topic in range(n_topics):
        members = np.flatnonzero(factors == topic)
        if len(members) == 1:
            found[topic] = H[members[0]]
            continue
        part = share[members] / share[members].sum() if share[members].sum() > 0 else np.ones(len(members))
        units = H[members] / np.where(length[members] > 0, length[members], 1)[:, None]
        found[topic] = (part @ units) * length[members].mean()
    return found


def averaged(
    rows: NDArray[np.float32], factors: NDArray[np.int32], share: NDArray[np.float32], n_topics: int
) -> NDArray[np.float32]:
    """Rows (n_factors, n) of factors to those of their topics (n_topics, n): means, each counting as its share says."""
    found = np.zeros((n_topics, rows.shape[1]), np.float32)
    for topic in range(n_topics):
        members = np.flatnonzero(factors == topic)
        total = share[members].sum()
        part = share[members] / total if total > 0 else np.full(len(members), 1 / max(1, len(members)))
        found[topic] = part @ rows[members]
    return found


def shares(parts: Sequence[Rows], n: int) -> NDArray[np.float64]:
    """Mean part of each factor (or topic) over all rows of some segments: float64 (n,)."""
    total, articles = np.zeros(n), 0
    for rows in parts:
        total += np.bincount(rows.terms, rows.values.astype(np.float64), n)
        articles += len(rows)
    return total / max(1, articles)


def parts(W: NDArray[np.float32], H: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights of articles as parts that sum to 1; noise below LEAST_WEIGHT is dropped.

    A topic's weight is measured by how much of the article it explains: times the length of its row of H.
    """
    P = np.asarray(W * np.linalg.norm(H, axis=1), np.float32)
    _to_one(P)
    P[P < LEAST_WEIGHT] = 0
    _to_one(P)
    return P


def _to_one(P: NDArray[np.float32]) -> None:
    """Divide each row by its sum, in place; those of zeros stay."""
    total = P.sum(axis=1, keepdims=True)
    np.divide(P, total, out=P, where=total > 0)
