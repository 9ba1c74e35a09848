"""1. Texts to TF-IDF, against scikit-learn's TfidfVectorizer: the same words, limits and matrix."""

from __future__ import annotations

import sys
from functools import cache
from itertools import compress
from time import perf_counter
from typing import Any

import numpy as np
from measure import apart, in_turns
from scipy import sparse

from corpora import articles
from topics import counting
from topics.kernels import load
from topics.kernels.classes import Classes, make
from topics.text.terms import stop_words
from topics.text.tokens import Tokens
from topics.vectorize import idf, scale, unit

MIN_DF, MAX_DF = 5, 0.5


@cache
def classes() -> Classes:
    r"""What `\w` matches, and nothing that joins: words of `\b\w+\b`."""
    points = np.array([point for point in range(sys.maxunicode + 1) if chr(point).isalnum() or chr(point) == "_"])
    cuts = np.flatnonzero(np.diff(points) > 1) + 1
    return make({"M": [(int(run[0]), int(run[-1])) for run in np.split(points, cuts)]}, "")


def ours(texts: list[str], jobs: int | None = None) -> tuple[list[str], Any]:
    """Terms and TF-IDF rows."""
    module = load("table")
    stops = sorted(stop_words("en"))
    names = module.WordTable.of(stops, classes())
    ids, starts, breaks = module.tokenise(texts, names, jobs, lower=True)
    block = Tokens(ids, starts, np.zeros(len(texts), np.int32), breaks)
    term = np.arange(len(names), dtype=np.int32)
    term[: len(stops)] = -1
    df = counting.frequencies([block], term, len(names), jobs)
    kept = np.flatnonzero((df >= MIN_DF) & (df <= MAX_DF * len(texts)))
    order = kept[np.argsort(-df[kept], kind="stable")]
    spelled = names.some(order)
    long = [len(word) > 1 for word in spelled]
    order = order[long]
    rank = np.full(len(names), -1, np.int32)
    rank[order] = np.arange(len(order))
    X = counting.count([block], rank, len(order), jobs=jobs)
    scale(X, idf(df[order], len(texts)))
    return list(compress(spelled, long)), unit(X)


def theirs(texts: list[str]) -> tuple[list[str], Any]:
    """The same by scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(min_df=MIN_DF, max_df=MAX_DF, stop_words=sorted(stop_words("en")), dtype=np.float32)
    X = vectorizer.fit_transform(texts)
    return list(vectorizer.get_feature_names_out()), X


def differ(left: tuple[list[str], Any], right: tuple[list[str], Any]) -> float:
    """The largest difference of two matrices, columns matched by name; infinite when the names differ."""
    if set(left[0]) != set(right[0]):
        return float("inf")
    column = {name: number for number, name in enumerate(right[0])}
    order = np.array([column[name] for name in left[0]])
    return float(abs(left[1] - sparse.csr_matrix(right[1])[:, order]).max())


def first_run() -> dict[str, Any]:
    """Seconds of a first run in a fresh process, with nothing compiled before and with all compiled."""
    script = (
        f"import sys; sys.path.insert(0, {sys.path[0]!r})\nfrom time import perf_counter\nfrom vectorising import *\n"
        "texts = [text for _, text in articles('newsgroups-train', 'reuters-train')]\nclasses()\n"
        "start = perf_counter(); ours(texts); answer = {'run': perf_counter() - start}"
    )
    return {"uncached": apart(script, uncached=True)["run"], "cached": apart(script)["run"]}


def run(megabytes: int, times: int) -> list[dict[str, Any]]:
    """Rows for the table: the two corpora, and those repeated up to so many megabytes."""
    texts = [f"{title} {text}" for title, text in articles("newsgroups-train", "reuters-train")]
    size = sum(len(text.encode("utf-8", "replace")) for text in texts) / 1e6
    difference = differ(ours(texts), theirs(texts))
    first = first_run()
    rows = []
    for copies, repeats in ((1, times), (max(1, round(megabytes / size)), 1)):
        some = texts * copies
        systems = {"ours": lambda some=some: ours(some), "one thread": lambda some=some: ours(some, 1)}
        if copies == 1:
            seconds = in_turns({**systems, "scikit-learn": lambda: theirs(texts)}, repeats)
        else:
            seconds = {}
            for name, call in {**systems, "scikit-learn": lambda some=some: theirs(some)}.items():
                start = perf_counter()
                call()
                seconds[name] = perf_counter() - start
        for name, value in seconds.items():
            row = {"megabytes": round(size * copies), "system": name, "seconds": value}
            rows.append({**row, "times faster": seconds["scikit-learn"] / value, "largest difference": difference})
    rows.append({"megabytes": round(size), "system": "ours, first run, nothing compiled", "seconds": first["uncached"]})
    rows.append({"megabytes": round(size), "system": "ours, first run, compiled before", "seconds": first["cached"]})
    return rows
