"""Exact cosine look-up over an inverted index of unit-length rows.

One segment holds the rows of the articles that came together: by article (for the query of an article, and for why two
articles are near) and by term (for the search). Only articles that share a term with the query are touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics import kernels
from topics.errors import DamagedModel
from topics.vocabulary import TOPIC_BASE

# Postings of the indexes looked up in from which on a process starts the compiled way: some 200 look-ups in 25,000
# articles, 20 in 250,000. A look-up from the command line never does.
BULK = 4e8

# Scores are rounded to this, so that equal articles tie whatever the order their terms were added up in.
DECIMALS = 9


# Terms of a row, ascending, and their weights.
Row = tuple[NDArray[np.int32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: terms of row i are ``terms[starts[i]:starts[i + 1]]``, ascending, weights in `values`."""

    starts: NDArray[np.int64]
    terms: NDArray[np.int32]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, i: int) -> Row:
        """Terms and weights of one row."""
        part = slice(int(self.starts[i]), int(self.starts[i + 1]))
        return self.terms[part], self.values[part]

    @classmethod
    def from_csr(cls, X: Any) -> Rows:
        """X : CSR (n_articles, n_terms) with sorted indices."""
        return cls(X.indptr.astype(np.int64), X.indices.astype(np.int32), X.data.astype(np.float32))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Its fields by name."""
        return {"starts": self.starts, "terms": self.terms, "values": self.values}

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Some rows, in this order."""
        lengths = np.diff(self.starts)[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return Rows(starts, self.terms[places], self.values[places])

    def sorted(self) -> Rows:
        """The same with the terms of each row ascending."""
        rows = np.repeat(np.arange(len(self)), np.diff(self.starts))
        order = np.lexsort((self.terms, rows))
        return Rows(self.starts, self.terms[order], self.values[order])

    @classmethod
    def join(cls, parts: Iterable[Rows]) -> Rows:
        """The rows of several, end to end."""
        parts = list(parts)
        lengths = np.concatenate([np.diff(part.starts) for part in parts])
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        return cls(starts, np.concatenate([p.terms for p in parts]), np.concatenate([p.values for p in parts]))

    @classmethod
    def from_dense(cls, A: NDArray[np.float32]) -> Rows:
        """The values above zero of each row.  A : (n_articles, n_topics), non-negative."""
        rows, columns = np.nonzero(A)
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(A)))]).astype(np.int64)
        return cls(starts, columns.astype(np.int32), A[rows, columns])


def columns_of(terms: NDArray[np.int32], n_terms: int) -> NDArray[np.int32]:
    """Terms as columns of a matrix, topics behind the last of `n_terms`."""
    return np.where(terms >= TOPIC_BASE, terms - TOPIC_BASE + n_terms, terms)


_looked_up = 0
_searchers: WeakKeyDictionary[Index, Any] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Index:
    """The inverted index of one segment.

    posting_terms : int32, ascending, the terms that occur.  posting_starts : int64 (len(posting_terms) + 1,).
    posting_rows, posting_values : the articles that hold a term, ascending, and its weight in them.
    """

    rows: Rows
    posting_terms: NDArray[np.int32]
    posting_starts: NDArray[np.int64]
    posting_rows: NDArray[np.int32]
    posting_values: NDArray[np.float32]

    @classmethod
    def build(cls, rows: Rows) -> Index:
        """Invert the rows: a transpose, with topics behind the last term for as long as it takes."""
        n_terms = int(rows.terms[rows.terms < TOPIC_BASE].max(initial=-1)) + 1
        columns = columns_of(rows.terms, n_terms)
        shape = (len(rows), int(columns.max(initial=-1)) + 1)
        lists = sparse.csr_matrix((rows.values, columns, rows.starts), shape=shape).tocsc()
        held = np.flatnonzero(np.diff(lists.indptr))
        starts = np.append(lists.indptr[held], len(columns)).astype(np.int64)
        terms = np.where(held >= n_terms, held - n_terms + TOPIC_BASE, held).astype(np.int32)
        return cls(rows, terms, starts, lists.indices.astype(np.int32), lists.data)

    def __len__(self) -> int:
        return len(self.rows)

    def scores(self, terms: NDArray[np.int32], values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Cosine of a unit-length query with every article of the segment: float64 (n_articles,)."""
        if not len(self.posting_terms):
            return np.zeros(len(self.rows))
        places = np.searchsorted(self.posting_terms, terms)
        found = self.posting_terms[np.minimum(places, len(self.posting_terms) - 1)] == terms
        places = places[found]
        if not len(places):
            return np.zeros(len(self.rows))
        starts, stops = self.posting_starts[places], self.posting_starts[places + 1]
        parts = [slice(start, stop) for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)]
        rows = np.concatenate([self.posting_rows[part] for part in parts])
        products = np.concatenate([self.posting_values[part] for part in parts], dtype=np.float64)
        products *= np.repeat(values[found].astype(np.float64), stops - starts)
        # one pass over all postings takes a third of the time that adding term by term takes
        return np.round(np.bincount(rows, products, len(self.rows)), DECIMALS)

    def holding(self, terms: Iterable[int]) -> NDArray[np.int32]:
        """The articles that hold any of some terms, ascending: int32."""
        wanted = np.array(sorted(terms), np.int32)
        places = np.searchsorted(self.posting_terms, wanted)
        known = places < len(self.posting_terms)
        known[known] = self.posting_terms[places[known]] == wanted[known]
        parts = [self.posting_rows[self.posting_starts[p] : self.posting_starts[p + 1]] for p in places[known]]
        return np.unique(np.concatenate([np.zeros(0, np.int32), *parts]))

    def nearest(
        self,
        terms: NDArray[np.int32],
        values: NDArray[np.float32],
        top: int,
        *,
        passes: NDArray[np.bool_] | None = None,
        least: float = 0.0,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rows and scores, at most 1, of the `top` nearest articles and all that tie with the last; unordered.

        terms : int32, ascending.  passes : bool (n_articles,), which articles take part, all when None.  Both ways give
        the same to the last bit; the compiled one takes over once a process has looked up a lot.
        """
        if passes is None:
            passes = np.ones(len(self), np.bool_)
        searcher = self._searcher()
        if searcher is None:
            scores = np.where(passes, np.minimum(self.scores(terms, values), 1.0), 0)
            rows = best(scores, top, least)
            return rows, scores[rows]
        rows, scores = searcher.nearest(terms, values, top, passes, least)
        scores = np.minimum(scores, 1.0)
        kept = best(scores, top, least)
        return rows[kept], scores[kept]

    def nearest_many(
        self,
        queries: Sequence[tuple[NDArray[np.int32], NDArray[np.float32]]],
        top: int,
        *,
        passes: NDArray[np.bool_] | None = None,
        least: float = 0.0,
        jobs: int | None = None,
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """`nearest` for each of many queries, on threads."""
        searcher = self._searcher()
        if searcher is None:
            return [self.nearest(terms, values, top, passes=passes, least=least) for terms, values in queries]
        if passes is None:
            passes = np.ones(len(self), np.bool_)
        found = searcher.nearest_many(queries, top, passes, least, jobs)
        return [
            self.nearest(*query, top, passes=passes, least=least) if answer is None else answer
            for query, answer in zip(queries, found, strict=True)
        ]

    def _searcher(self) -> Any:
        """The compiled way to look up here, or None while it does not pay."""
        global _looked_up
        if self not in _searchers:
            _looked_up += len(self.posting_rows)
            module = kernels.pays("topk", _looked_up, BULK) if len(self.posting_rows) else None
            if module is None:
                return None
            self.check()
            _searchers[self] = module.Searcher(self)
        return _searchers[self]

    def check(self) -> None:
        """Read all positions: compiled loops trust them.  Raises DamagedModel when one lies outside."""
        for starts, size in ((self.rows.starts, len(self.rows.terms)), (self.posting_starts, len(self.posting_rows))):
            if starts[0] != 0 or starts[-1] != size or bool(np.any(np.diff(starts) < 0)):
                raise DamagedModel("the index: starts do not ascend; restore the model from a copy or train again")
        lengths = {len(self.rows.terms), len(self.rows.values), len(self.posting_rows), len(self.posting_values)}
        rows = self.posting_rows
        if len(lengths) > 1 or (len(rows) and not 0 <= rows.min() <= rows.max() < len(self)):
            raise DamagedModel("the index: it names rows that are not there; restore the model or train it again")

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {
            "row_starts": self.rows.starts,
            "row_terms": self.rows.terms,
            "row_values": self.rows.values,
            "posting_terms": self.posting_terms,
            "posting_starts": self.posting_starts,
            "posting_rows": self.posting_rows,
            "posting_values": self.posting_values,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Index:
        """The index that `arrays` gave."""
        rows = Rows(arrays["row_starts"], arrays["row_terms"], arrays["row_values"])
        names = ("posting_terms", "posting_starts", "posting_rows", "posting_values")
        return cls(rows, *(arrays[name] for name in names))


def best(scores: NDArray[np.float64], top: int, least: float = 0.0) -> NDArray[np.int64]:
    """Positions of the `top` highest scores above zero and not below `least`, and all that tie with the last of them.

    Unordered; the caller breaks ties by id.
    """
    places = np.flatnonzero((scores > 0) & (scores >= least))
    if top < len(places):
        values = scores[places]
        last = np.partition(values, len(values) - top)[len(values) - top]
        places = places[values >= last]
    return places.astype(np.int64)


def overlap(
    left: tuple[NDArray[np.int32], NDArray[np.float32]], right: tuple[NDArray[np.int32], NDArray[np.float32]]
) -> list[tuple[int, float]]:
    """Shared terms of two rows and what each adds to the score, strongest first, ties to the earlier term."""
    if not len(left[0]):
        return []
    places = np.minimum(np.searchsorted(left[0], right[0]), len(left[0]) - 1)
    shared = left[0][places] == right[0]
    places = places[shared]
    parts = left[1][places].astype(np.float64) * right[1][shared]
    order = np.argsort(-parts, kind="stable")
    return list(zip(left[0][places[order]].tolist(), parts[order].tolist(), strict=True))


def mask(length: int, rows: Iterable[int]) -> NDArray[np.bool_]:
    """bool (length,): True at `rows`."""
    out = np.zeros(length, np.bool_)
    out[list(rows)] = True
    return out
