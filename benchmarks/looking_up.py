"""4. The ten nearest articles: single look-ups and batches of 1,000, on 25,000 and 250,000 articles.

25,000: newsgroups and reuters as they are, TF-IDF.  250,000: those and nine noisy copies (`corpora.noisy`).
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from vectorising import ours as vectorise

from corpora import articles, noisy
from topics import index as looked
from topics.index import Index, Rows
from topics.vectorize import unit

TOP = 10
BATCH = 1000
Query = Callable[[Any], object]


def mine(X: Any) -> Query:
    index = Index.build(Rows.from_csr(X))
    looked.BULK = 0

    def ask(Q: Any) -> object:
        queries = [(Q.indices[a:b], Q.data[a:b]) for a, b in zip(Q.indptr[:-1], Q.indptr[1:], strict=True)]
        if len(queries) == 1:
            return index.nearest(queries[0][0], queries[0][1], TOP)
        return index.nearest_many(queries, TOP)

    return ask


def neighbors(X: Any) -> Query:
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=TOP, metric="cosine", algorithm="brute").fit(X)
    return model.kneighbors


def dot_topn(X: Any) -> Query:
    from sparse_dot_topn import sp_matmul_topn

    T = X.T.tocsr()
    return lambda Q: sp_matmul_topn(Q, T, top_n=TOP, sort=True, n_threads=2 if Q.shape[0] > 1 else 1)


def bm25(X: Any) -> Query:
    """Scores of BM25, not cosines: the same words in the same articles, each once."""
    import bm25s
    from bm25s.tokenization import Tokenized

    vocabulary = {str(term): term for term in range(X.shape[1])}

    def tokens(Y: Any) -> list[list[int]]:
        return [Y.indices[a:b].tolist() for a, b in zip(Y.indptr[:-1], Y.indptr[1:], strict=True)]

    model = bm25s.BM25(backend="numba")
    model.index(Tokenized(ids=tokens(X), vocab=vocabulary), show_progress=False)
    return lambda Q: model.retrieve(
        Tokenized(ids=tokens(Q), vocab=vocabulary), k=TOP, show_progress=False, n_threads=2 if Q.shape[0] > 1 else 0
    )


def gensim_similarity(X: Any) -> Query:
    from gensim.matutils import Sparse2Corpus
    from gensim.similarities import SparseMatrixSimilarity

    corpus = Sparse2Corpus(X, documents_columns=False)
    model = SparseMatrixSimilarity(corpus, num_features=X.shape[1], num_docs=X.shape[0], num_nnz=X.nnz, num_best=TOP)
    return lambda Q: model[list(Sparse2Corpus(Q, documents_columns=False))]


SYSTEMS: dict[str, Callable[[Any], Query]] = {
    "ours": mine,
    "scikit-learn NearestNeighbors": neighbors,
    "sparse_dot_topn": dot_topn,
    "bm25s (numba)": bm25,
    "gensim SparseMatrixSimilarity": gensim_similarity,
}


def agree(X: Any, Q: Any) -> float:
    """The largest difference of our ten best scores from those of a product of matrices."""
    index = Index.build(Rows.from_csr(X))
    worst = 0.0
    for row in range(20):
        q = Q[row]
        exact = np.sort(np.asarray((X @ q.T).todense()).ravel())[::-1][:TOP]
        _, scores = index.nearest(q.indices, q.data, TOP)
        worst = max(worst, float(np.abs(np.sort(scores)[::-1][:TOP] - exact[: len(scores)]).max()))
    return worst


def run(sizes: tuple[int, ...], singles: int) -> list[dict[str, Any]]:
    """Rows for the table."""
    _, base = vectorise([f"{title} {text}" for title, text in articles("newsgroups-train", "reuters-train")])
    rows: list[dict[str, Any]] = []
    for size in sizes:
        X = unit(noisy(base[:25_000], max(1, size // 25_000)))
        rng = np.random.default_rng(1)
        Q = X[rng.choice(X.shape[0], BATCH, replace=False)]
        found: dict[str, tuple[float, float]] = {}
        missing = []
        for name, build in SYSTEMS.items():
            try:
                ask = build(X)
            except ImportError:
                missing.append(name)
                continue
            ask(Q[:2]), ask(Q[0])
            seconds = []
            for row in range(singles):
                query = Q[row]
                start = perf_counter()
                ask(query)
                seconds.append(perf_counter() - start)
            batches = []
            while len(batches) < 5 and sum(batches) < 10:  # the slow ones once or twice
                start = perf_counter()
                ask(Q)
                batches.append(perf_counter() - start)
            found[name] = median(seconds), median(batches)
            del ask
        single, batch = found["ours"]
        for name, (one, many) in found.items():
            row = {"articles": X.shape[0], "system": name, "single, ms": one * 1e3, "ours is faster": one / single}
            rows.append({**row, "batch of 1,000, s": many, "ours is faster in batches": many / batch})
        rows += [{"articles": X.shape[0], "system": f"{name}: not installed"} for name in missing]
        rows.append(
            {"articles": X.shape[0], "system": f"(largest difference from the exact scores: {agree(X, Q):.1e})"}
        )
    return rows
