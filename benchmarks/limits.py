"""What the machine can do, and how near the hot steps come to it, one thread: bytes and operations a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from factorising import matrix
from threadpoolctl import threadpool_limits
from vectorising import classes

from corpora import articles
from topics import kernels
from topics.index import Index, Rows
from topics.kernels import products, table, topk
from topics.vectorize import unit


def best(call: Callable[[], object], times: int = 15) -> float:
    """The fewest seconds of processor time that a call takes: nearest to what it takes undisturbed."""
    call()
    seconds = []
    for _ in range(times):
        start = time.thread_time()
        call()
        seconds.append(time.thread_time() - start)
    return min(seconds)


def machine() -> tuple[list[dict[str, Any]], float, float]:
    """Rows for the table, bytes a second from memory, operations a second."""
    big, other = np.ones(1 << 26, np.float32), np.ones(1 << 26, np.float32)
    bandwidth = 2 * big.nbytes / best(lambda: np.copyto(other, big))
    A = np.random.default_rng(0).random((2048, 2048), np.float32)
    with threadpool_limits(1):
        peak = 2 * 2048**3 / best(lambda: A @ A)
    rows = [
        {"step": "copy of 256 MB", "GB/s": bandwidth / 1e9},
        {"step": "product of dense matrices (sgemm)", "GFLOP/s": peak / 1e9},
    ]
    return rows, bandwidth, peak


def reading() -> dict[str, Any]:
    """Words to numbers: text read once; a word asks a table that fits the second cache."""
    texts = [f"{title} {text}" for title, text in articles("newsgroups-train", "reuters-train")]
    words = table.WordTable(classes())
    parts = list(table.blocks(texts))
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    n_words = 0

    def call() -> None:
        nonlocal n_words
        n_words = 0
        for some in parts:
            block = table.read(some, words)
            n_words += len(block.ids)
            words.release(block)

    seconds = best(call, 5)
    return {"step": "words of a text", "GB/s": size / seconds / 1e9, "ns a word": seconds / n_words * 1e9}


def multiplying(n_topics: int) -> list[dict[str, Any]]:
    """Products of both orders of X: eight bytes of a non-zero and a row of the factor, two operations a topic."""
    X, _ = matrix(4)
    rows = []
    for name, n_columns, side_of in (
        ("articles", X.shape[1], products.Side.of),
        ("terms", X.shape[0], products.Side.across),
    ):
        B = np.random.default_rng(0).random((n_columns, n_topics), np.float32)
        with kernels.pool(1) as threads:
            side = side_of(X, n_topics, threads)
            seconds = best(lambda side=side, B=B: side.multiply(B))
        moved = X.nnz * (8 + 4 * n_topics)
        rate = 2 * X.nnz * n_topics / seconds / 1e9
        rows.append({"step": f"products by {name}, {n_topics} topics", "GB/s": moved / seconds / 1e9, "GFLOP/s": rate})
    return rows


def adding(n_queries: int = 300) -> dict[str, Any]:
    """Look-up: the eight bytes of each entry of the lists of a query, and its sum read and written."""
    X, _ = matrix(4)
    index = Index.build(Rows.from_csr(unit(X)))
    searcher = topk.Searcher(index)
    passes = np.ones(len(index), np.bool_)
    df = np.bincount(X.indices, minlength=X.shape[1])
    queries = [index.rows.row(row) for row in range(n_queries)]
    entries = sum(int(df[terms].sum()) for terms, _ in queries)
    seconds = best(lambda: searcher.nearest_many(queries, 10, passes, 0.0, 1), 5)
    return {"step": "look-up, an entry", "GB/s": 16 * entries / seconds / 1e9, "ns an entry": seconds / entries * 1e9}


def run() -> list[dict[str, Any]]:
    """Rows for the table, with shares of what the machine can do."""
    rows, bandwidth, peak = machine()
    rows += [reading(), *multiplying(20), *multiplying(100), adding()]
    for row in rows:
        if "GB/s" in row:
            row["of the bandwidth"] = f"{row['GB/s'] * 1e9 / bandwidth:.0%}"
        if "GFLOP/s" in row:
            row["of the operations"] = f"{row['GFLOP/s'] * 1e9 / peak:.0%}"
    return rows
