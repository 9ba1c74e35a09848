"""Stories: articles on one event.

Each article is moved towards its nearest neighbours, near in time too; then the two groups whose members are nearest on
average are joined, again and again, until none are near enough or a group would lie too wide: average link, compared
only where the neighbour graph has an edge. What comes week after week alike joins nothing by itself: without its
terms a group would lie too wide. docs/quality.md says what each constant buys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.facets import UNDATED
from topics.graph import LONGEST, Step, nearest, no_step
from topics.kernels import pool, spans
from topics.means import Means
from topics.steady import LEAST, nearness, steady
from topics.vectorize import strongest, unit

# Neighbours looked at: 10 cost .01 BCubed F1 on headlines.
NEIGHBOURS = 20
# Neighbours from here on pull an article towards them; lower draws in other events, .20 loses .03 on long pages.
PULL = 0.15
# Below this two articles are not compared: chance.
EDGE = 0.05
# Groups are joined from this mean cosine on; .14 to .30 give nearly the same.
JOINED = 0.20
# The mean product of all pairs of a story, articles as they are and not as they were moved, without steady terms: a
# running theme lies wider, and so does a series of notices.
# .14 to .16 cost nothing on any set with known events; .18 breaks events told at length.
SPREAD = 0.15
# A term that more articles hold than this tells no event: the "vs", "net" and "shr" of tables.
COMMON = LONGEST
# Days apart over which a cosine falls to 1/e. Events run for weeks: 90 to 365 are equal, 30 loses .06.
DECAY = 120.0
# Terms kept of an article that was moved: its own and the strongest of its neighbours.
KEPT = 100
# Articles moved at a time, by all threads together: before the rest is dropped they have thousands of terms each.
ROWS = 2048

DAY = 86_400


def stories(
    X: Any, dates: NDArray[np.int64], progress: Callable[[str, int, int | None], None] = lambda stage, done, total: None
) -> NDArray[np.int32]:
    """The story of each article: int32 (n_articles,), the largest first, equal ones by their first row.

    X : CSR of unit rows without topics.  dates : int64 (n_articles,) seconds, UNDATED for none.  progress : told the
    stage, steps done and steps in all.
    """
    X = without(X, np.bincount(X.indices, minlength=X.shape[1]) > COMMON)
    always = steady_terms(X, dates)
    G = nearest(X, NEIGHBOURS, least=EDGE, step=lambda done, total: progress("finding neighbours", done, total))
    G = decayed(G, dates)
    pairs = G.maximum(G.T).tocoo()
    upper = (pairs.row < pairs.col) & (pairs.data >= EDGE)
    i, j = pairs.row[upper].astype(np.int64), pairs.col[upper].astype(np.int64)
    del pairs, upper  # of many articles a tenth of all that is held
    M = drawn(X, G)
    del G
    X = shorter(X, always)
    groups = Groups.apart(M, X, i, j)
    del M, X
    return by_size(average_link(groups, step=lambda done, total: progress("finding stories", done, total)))


def without(X: Any, common: NDArray[np.bool_]) -> Any:
    """Rows without some terms, of unit length again.  common : bool (n_terms,)."""
    return unit(shorter(X, common)) if common.any() else X


def shorter(X: Any, some: NDArray[np.bool_]) -> Any:
    """Rows without some terms, shorter by them.  some : bool (n_terms,)."""
    if not some.any():
        return X
    kept = X.copy()  # what follows moves the entries of a row together, in place
    kept.data[some[kept.indices]] = 0
    kept.eliminate_zeros()
    return kept


def steady_terms(X: Any, dates: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which terms come at one rate: bool (n_terms,).  dates : int64 (n_rows,) seconds, UNDATED for none."""
    often = np.bincount(X.indices, minlength=X.shape[1]) >= LEAST
    some = often[X.indices]
    rows = np.repeat(np.arange(X.shape[0], dtype=np.int32), np.diff(X.indptr))[some]
    return steady(X.indices[some].astype(np.int64), dates[rows], X.shape[1], nearness(dates))


def decayed(G: Any, dates: NDArray[np.int64]) -> Any:
    """Cosines of neighbours, less for each day between them where both have a date."""
    C = G.tocoo()
    dated = (dates[C.row] != UNDATED) & (dates[C.col] != UNDATED)
    apart = np.where(dated, np.abs(dates[C.row] / DAY - dates[C.col] / DAY), 0)
    return sparse.csr_matrix((C.data * np.exp(-apart / DECAY), (C.row, C.col)), shape=G.shape)


def drawn(X: Any, G: Any) -> Any:
    """Every row `moved` and cut to its KEPT strongest terms, ascending.

    G : the neighbours in X, CSR (n_articles, n_articles).
    """

    def some(span: tuple[int, int]) -> Any:
        rows = strongest(moved(X, G[slice(*span)], span[0]), KEPT)
        rows.sort_indices()
        return rows

    with pool() as threads:
        return sparse.vstack(threads.map(some, spans(X.shape[0], max(1, ROWS // threads.jobs))), format="csr")


def moved(X: Any, G: Any, first: int) -> Any:
    """Some rows, each plus the weighted mean of its near neighbours, of unit length again.

    G : their neighbours in X, CSR (n_rows, n_articles), changed.  first : the first of them in X.
    """
    G.data[G.data < PULL] = 0
    G.eliminate_zeros()
    total = np.asarray(G.sum(axis=1)).ravel()
    near = sparse.diags(1 / np.where(total > 0, total, 1)) @ G @ X
    return unit(sparse.csr_matrix(X[first : first + G.shape[0]] + near))


@dataclass(slots=True)
class Groups:
    """Groups being joined.

    M, X : their mean rows, moved and as they are without steady terms.  sizes : articles in each.  squares : what
    their rows of X have as squared lengths, in all.  i, j : pairs that may join.  s, x : the mean products of a pair in
    M and in X; x only where s is `joined` or more.
    """

    M: Means
    X: Means
    sizes: NDArray[np.float64]
    squares: NDArray[np.float64]
    i: NDArray[np.int64]
    j: NDArray[np.int64]
    s: NDArray[np.float64]
    x: NDArray[np.float64]

    @classmethod
    def apart(cls, M: Any, X: Any, i: NDArray[np.int64], j: NDArray[np.int64], joined: float = JOINED) -> Groups:
        """Every row a group.

        M : CSR of unit rows.  X : CSR, none longer; terms ascending in both.  i, j : pairs of rows that are compared.
        """
        moved, own = Means(M, M.nnz), Means(X, M.nnz)
        s, x = moved.dots(i, j), np.zeros(len(i))
        near = s >= joined
        x[near] = own.dots(i[near], j[near])
        return cls(moved, own, np.ones(M.shape[0]), own.squares, i, j, s, x)

    def spread(self, pairs: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The mean product in X of all pairs of articles in the groups that these pairs would make."""
        i, j = self.i[pairs], self.j[pairs]
        a, b, means = self.sizes[i], self.sizes[j], self.X.squares
        everything = a * a * means[i] + b * b * means[j] + 2 * a * b * self.x[pairs]
        return np.asarray((everything - (self.squares[i] + self.squares[j])) / ((a + b) * (a + b - 1)))


def average_link(
    groups: Groups, joined: float = JOINED, spread: float = SPREAD, step: Step = no_step
) -> NDArray[np.int64]:
    """The group of each row: int64 (n_rows,), when no two compared groups have a mean cosine of `joined` or more.

    groups : every row one, as `Groups.apart` gives them for `joined`; changed.  Groups are joined by M; of X all pairs
    of a group have a mean product of `spread` or more.  Groups are compared when members are.  The mean cosine of all
    pairs of two groups is the product of their means (Sneath & Sokal 1973, UPGMA).  Every round joins all pairs that
    are each other's best, which, where `spread` forbids nothing, gives the same groups as one pair at a time.  step :
    told how many pairs of how many are settled.
    """
    label, n_pairs = np.arange(len(groups.sizes)), len(groups.i)
    while True:
        new = _mutual(groups, joined, spread)
        if new is None:
            return label
        label = new[label]
        _join(groups, new, joined)
        step(n_pairs - len(groups.i), n_pairs)


def _mutual(groups: Groups, joined: float, spread: float) -> NDArray[np.int64] | None:
    """The new number of each group when mutual best pairs join; None when none do."""
    ok = groups.s >= joined
    ok[ok] = groups.spread(ok) >= spread
    n = len(groups.sizes)
    i, j, s = groups.i[ok], groups.j[ok], groups.s[ok]
    highest = np.zeros(n)
    best = np.full(n, n)
    for a in (i, j):
        np.maximum.at(highest, a, s)
    for a, b in ((i, j), (j, i)):
        at_best = s == highest[a]
        np.minimum.at(best, a[at_best], b[at_best])
    one = np.flatnonzero(best < n)
    one = one[(best[best[one]] == one) & (one < best[one])]
    if not len(one):
        return None
    target = np.arange(n)
    target[best[one]] = one
    return np.asarray(np.unique(target, return_inverse=True)[1], np.int64)


def _join(groups: Groups, new: NDArray[np.int64], joined: float) -> None:
    """Groups get their new numbers; only pairs with a group that changed are computed again."""
    m = int(new.max()) + 1
    sizes = np.bincount(new, groups.sizes, m).astype(np.float64)
    part = (groups.sizes / sizes[new]).astype(np.float32)  # in double precision the means take half as much again
    with pool() as threads:
        threads.map(lambda means: means.join(new, part), (groups.M, groups.X))
    changed = np.bincount(new, minlength=m) > 1
    i, j = new[groups.i], new[groups.j]
    i, j = np.minimum(i, j), np.maximum(i, j)
    again = changed[i] | changed[j]
    # several pairs may have become one, or none: a group with itself
    pairs = np.sort((i * m + j)[again & (i != j)])
    a, b = np.divmod(pairs[np.diff(pairs, prepend=-1) > 0], m)
    s = groups.M.dots(a, b)
    x, near = np.zeros(len(a)), s >= joined
    x[near] = groups.X.dots(a[near], b[near])
    kept = ~again
    groups.i, groups.j = np.concatenate([i[kept], a]), np.concatenate([j[kept], b])
    groups.s, groups.x = np.concatenate([groups.s[kept], s]), np.concatenate([groups.x[kept], x])
    groups.squares = np.bincount(new, groups.squares, m).astype(np.float64)
    groups.sizes = sizes


def by_size(label: NDArray[np.int64]) -> NDArray[np.int32]:
    """Groups numbered anew: the largest first, equal ones by their first row."""
    _, first, inverse, counts = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), np.int32)
    rank[np.lexsort((first, -counts))] = np.arange(len(counts))
    return rank[inverse]
