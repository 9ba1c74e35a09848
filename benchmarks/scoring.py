"""Reading sets of which something is known, and scoring similarities and groups against it."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = list[dict[str, Any]]
SAMPLE = Path(__file__).parents[1] / "corpora"
# Joins at which clusters are cut to find the best: far more than there are stories in any set.
CUTS = 400


def read(path: Path) -> Rows:
    """The rows of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def table(path: Path) -> list[list[str]]:
    """The rows of a file of tab-separated values, without its header."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]


def average_precision(scores: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Mean of the precision at every true pair, best scores first."""
    hits = true[np.argsort(-scores, kind="stable")]
    places = np.flatnonzero(hits)
    return float(np.mean(np.arange(1, len(places) + 1) / (places + 1)))


def bcubed(found: Sequence[Any], truth: Sequence[Any]) -> float:
    """BCubed F1 of a grouping (Amigó et al. 2009)."""
    both, ours, theirs = Counter(zip(found, truth, strict=True)), Counter(found), Counter(truth)
    precision = sum(n * n / ours[a] for (a, _), n in both.items()) / len(truth)
    recall = sum(n * n / theirs[b] for (_, b), n in both.items()) / len(truth)
    return 2 * precision * recall / (precision + recall)


def best_cut(S: NDArray[np.float64], truth: Sequence[Any]) -> float:
    """BCubed F1 of average-link clusters at the best cut."""
    from scipy.cluster.hierarchy import fcluster, linkage

    links = linkage(np.clip(1 - S[np.triu_indices(len(S), 1)], 0, 2), "average")
    return max(bcubed(fcluster(links, cut, "distance").tolist(), truth) for cut in links[-CUTS:, 2])


def pairs_found(S: NDArray[np.float64], truth: NDArray[Any]) -> float:
    """`average_precision` of all pairs of one group.  S : (n, n)."""
    i, j = np.triu_indices(len(S), 1)
    return average_precision(S[i, j], truth[i] == truth[j])


def nearest(S: NDArray[np.float64], truth: NDArray[Any]) -> float:
    """Share of the articles whose nearest is of the same group.  S : (n, n), 0 on the diagonal."""
    return float((truth[S.argmax(axis=1)] == truth).mean())


def known(path: Path) -> tuple[Rows, NDArray[Any]]:
    """Articles and the story of each."""
    rows = read(path)
    return rows, np.array([row["story"] for row in rows])


def halves(path: Path) -> tuple[Rows, Rows, list[str]]:
    """The earlier and the later half of some articles by date, and the later ones of stories that begin there."""
    rows = sorted(read(path), key=lambda row: str(row["date"]))
    half = len(rows) // 2
    begun = {row["story"] for row in rows[:half]}
    return rows[:half], rows[half:], [row["id"] for row in rows[half:] if row["story"] not in begun]


def people(data: Path) -> list[tuple[str, str, float]]:
    """Pairs of lee50 and how similar people find them, 0 to 1."""
    return [(a, b, float(h)) for a, b, h in table(data / "lee50-human-similarity.tsv")]


def events() -> tuple[Rows, NDArray[Any]]:
    """The sample's articles, and the event of each; an article on none is by itself."""
    event = {row["id"]: row["event"] or row["id"] for row in read(SAMPLE / "sample-truth.jsonl")}
    rows = read(SAMPLE / "sample.jsonl")
    return rows, np.array([event[row["id"]] for row in rows])
