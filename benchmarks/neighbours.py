"""Quality of look-up, stories and copies: one default setting on every set.

    python -m benchmarks.neighbours [--data DIR] [--out FILE.json]

Prints a table in Markdown, and writes the figures as JSON.  Sets come from --data, $TOPICS_DATA or ../shared/data;
those that are absent are left out.  Every figure is measured through the interface of the package.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import topics
from topics.duplicates import COPY, jaccard
from topics.matching import RELATED

ROOT = Path(__file__).parents[1]
# Joins at which clusters are cut to find the best: far more than there are stories in any set.
CUTS = 400
Rows = list[dict[str, Any]]
Measure = Callable[[Path], Iterator[tuple[str, float]]]
# Set, figure, what it must reach, and the best simple peer measured.
TARGETS: dict[tuple[str, str], tuple[float | None, float | None]] = {
    ("lee50", "Pearson with people"): (0.62, 0.656),
    ("wikiref220", "average precision of pairs"): (0.93, 0.949),
    ("wikiref220", "BCubed F1, best cut"): (0.92, 0.933),
    ("wikiref220", "BCubed F1 of stories"): (None, None),
    ("headlines-uci", "average precision of pairs"): (None, 0.711),
    ("headlines-uci", "nearest of the same story"): (None, 0.897),
    ("headlines-uci", "BCubed F1 of stories"): (None, None),
    ("headlines-uci, fitted on the earlier half", "nearest of the same story, later stories"): (0.87, 0.87),
    ("headlines-uci", "BCubed F1, best cut"): (None, 0.820),
    ("sample", "copies found"): (1.0, None),
    ("sample", "false copies"): (0.0, None),
    ("sample", "BCubed F1 of stories"): (0.85, None),
    ("bbc", "near-duplicates found"): (0.98, None),
    ("bbc", "precision of near-duplicates"): (0.99, None),
    ("reuters", "near-duplicates found"): (0.98, None),
    ("reuters", "precision of near-duplicates"): (0.99, None),
    ("plagiarism", "pairs found"): (20, None),
    ("plagiarism", "false pairs"): (0, None),
}


def read(path: Path) -> Rows:
    """The rows of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def table(path: Path) -> list[list[str]]:
    """The rows of a file of tab-separated values, without its header."""
    return [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:] if line]


def similarities(model: topics.Model) -> NDArray[np.float64]:
    """The score of every two articles: (n, n), 0 on the diagonal."""
    ids = [article.id for article in model.reader.scan(text=False)]
    place = {name: i for i, name in enumerate(ids)}
    S = np.zeros((len(ids), len(ids)))
    everything = np.ones(len(ids), np.bool_)
    for i in range(len(place)):
        rows, scores = model.nearest(model.row(i), len(ids), everything)
        S[i, rows] = scores
    np.fill_diagonal(S, 0)
    return S


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


def story_labels(model: topics.Model, ids: Sequence[str]) -> list[Any]:
    """The story of each article as `stories` lists them; one in no story is by itself."""
    found = {name: story.story for story in model.stories() for name in story.ids}
    return [found.get(name, name) for name in ids]


def same_event(model: topics.Model, S: NDArray[np.float64], truth: NDArray[Any]) -> Iterator[tuple[str, float]]:
    """Of the pairs of one event, those called so, and the other way round; copies are left out of neither.

    S : (n, n), the score of every two articles.
    """
    i, j = np.triu_indices(len(S), 1)
    story = model.stories_of(np.arange(len(S)))
    called, true = (story[i] == story[j]) & (S[i, j] >= RELATED), truth[i] == truth[j]
    yield "precision of same event", float(true[called].mean())
    yield "recall of same event", float(called[true].mean())


def copied_pairs(model: topics.Model) -> set[frozenset[str]]:
    """Pairs of a group of `duplicates` that are copies themselves."""
    place = {article.id: row for row, article in enumerate(model.reader.scan(text=False))}
    return {
        frozenset((a, b))
        for group in model.duplicates()
        for i, a in enumerate(group.ids)
        for b in group.ids[i + 1 :]
        if jaccard(model.runs(place[a]), model.runs(place[b])) >= COPY
    }


def lee50(data: Path) -> Iterator[tuple[str, float]]:
    rows = read(data / "lee50.jsonl.gz")
    model = topics.train(rows)
    people = [(a, b, float(h)) for a, b, h in table(data / "lee50-human-similarity.tsv")]
    names = {name for a, b, _ in people for name in (a, b)}
    score = {(n, m.article.id): m.score for n in names for m in model.similar(n, top=len(rows))}
    ours = [score.get((a, b), 1.0 if a == b else 0.0) for a, b, _ in people]
    yield "Pearson with people", float(np.corrcoef(ours, [h for _, _, h in people])[0, 1])


def wikiref220(data: Path) -> Iterator[tuple[str, float]]:
    rows = read(data / "wikiref220.jsonl.gz")
    model = topics.train(rows)
    truth = np.array([row["story"] for row in rows])
    S, (i, j) = similarities(model), np.triu_indices(len(rows), 1)
    yield "average precision of pairs", average_precision(S[i, j], truth[i] == truth[j])
    yield "BCubed F1, best cut", best_cut(S, truth.tolist())
    yield "BCubed F1 of stories", bcubed(story_labels(model, [row["id"] for row in rows]), truth.tolist())
    yield from same_event(model, S, truth)


def headlines(data: Path) -> Iterator[tuple[str, float]]:
    rows = read(data / "headlines-uci.jsonl.gz")
    model = topics.train(rows)
    truth = np.array([row["story"] for row in rows])
    S, (i, j) = similarities(model), np.triu_indices(len(rows), 1)
    yield "average precision of pairs", average_precision(S[i, j], truth[i] == truth[j])
    del i, j
    yield "nearest of the same story", float((truth[S.argmax(axis=1)] == truth).mean())
    yield "BCubed F1, best cut", best_cut(S, truth.tolist())
    yield "BCubed F1 of stories", bcubed(story_labels(model, [row["id"] for row in rows]), truth.tolist())
    yield from same_event(model, S, truth)


def later_headlines(data: Path) -> Iterator[tuple[str, float]]:
    rows = sorted(read(data / "headlines-uci.jsonl.gz"), key=lambda row: row["date"])
    half = len(rows) // 2
    known = {row["story"] for row in rows[:half]}
    story = {row["id"]: row["story"] for row in rows}
    with TemporaryDirectory() as folder:
        topics.train(rows[:half], "headlines", models=folder)
        topics.add("headlines", rows[half:], models=folder)
        model = topics.load("headlines", models=folder)
        later = [row["id"] for row in rows[half:] if row["story"] not in known]
        hits = [story[name] == story[found[0].article.id] for name in later if (found := model.similar(name, top=1))]
        yield "nearest of the same story, later stories", sum(hits) / len(later)
        model.reader.close()


def sample(data: Path) -> Iterator[tuple[str, float]]:
    truth = read(ROOT / "corpora" / "sample-truth.jsonl")
    model = topics.train(read(ROOT / "corpora" / "sample.jsonl"))
    original = {row["id"]: row["copy_of"] or row["id"] for row in truth}
    copies = {frozenset((row["id"], row["copy_of"])) for row in truth if row["copy_of"]}
    found = copied_pairs(model)
    yield "copies found", len(found & copies) / len(copies)
    yield "false copies", float(sum(len({original[name] for name in pair}) > 1 for pair in found))
    events = [row["event"] or row["id"] for row in truth]
    yield "BCubed F1 of stories", bcubed(story_labels(model, [row["id"] for row in truth]), events)
    yield from same_event(model, similarities(model), np.array(events))


def near_duplicates(articles: str, pairs: str) -> Measure:
    """How well the listed pairs of a corpus are found."""

    def measure(data: Path) -> Iterator[tuple[str, float]]:
        rows = read(data / articles)
        model = topics.train(rows, clean=False)
        ids = {row["id"] for row in rows}
        listed = {
            frozenset(row[:2]) for row in table(data / pairs) if float(row[2]) >= COPY and ids.issuperset(row[:2])
        }
        found = copied_pairs(model)
        yield "near-duplicates found", len(found & listed) / len(listed)
        yield "precision of near-duplicates", len(found & listed) / len(found)
        yield "largest story", float(max(len(story.ids) for story in model.stories()))
        if rows[0].get("section"):
            section = {row["id"]: row["section"] for row in rows}
            nearest = [model.similar(name, top=1)[0].article.id for name in section]
            yield (
                "nearest of the same section",
                float(np.mean([section[a] == section[b] for a, b in zip(section, nearest, strict=True)])),
            )

    return measure


def plagiarism(data: Path) -> Iterator[tuple[str, float]]:
    planted = {frozenset(row[:2]) for row in table(data / "plagiarism-pairs.tsv")}
    found = copied_pairs(topics.train(read(data / "plagiarism.jsonl.gz")))
    yield "pairs found", float(len(found & planted))
    yield "false pairs", float(len(found - planted))


SETS: dict[str, tuple[str, Measure]] = {
    "lee50": ("lee50.jsonl.gz", lee50),
    "wikiref220": ("wikiref220.jsonl.gz", wikiref220),
    "headlines-uci": ("headlines-uci.jsonl.gz", headlines),
    "headlines-uci, fitted on the earlier half": ("headlines-uci.jsonl.gz", later_headlines),
    "sample": ("", sample),
    "bbc": ("bbc.jsonl.gz", near_duplicates("bbc.jsonl.gz", "bbc-near-duplicates.tsv")),
    "reuters": ("reuters-train.jsonl.gz", near_duplicates("reuters-train.jsonl.gz", "reuters-near-duplicates.tsv")),
    "plagiarism": ("plagiarism.jsonl.gz", plagiarism),
}


def measure_all(data: Path) -> list[dict[str, Any]]:
    """A row for each figure of each set that is there, printed as a table on the way."""
    figures: list[dict[str, Any]] = []
    click.echo("| set | figure | best simple peer | at least | topics |\n|---|---|---|---|---|")
    for name, (needed, measure) in SETS.items():
        if needed and not (data / needed).is_file():
            continue
        for figure, value in measure(data):
            least, peer = TARGETS.get((name, figure), (None, None))
            figures.append({"set": name, "figure": figure, "value": value, "least": least, "peer": peer})
            shown = ["" if number is None else f"{number:.3g}" for number in (peer, least)]
            click.echo(f"| {name} | {figure} | {shown[0]} | {shown[1]} | {value:.3f} |")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TOPICS_DATA") or ROOT.parent / "shared/data"))
    parser.add_argument("--out", type=Path, default=Path("neighbours.json"))
    arguments = parser.parse_args()
    figures = measure_all(arguments.data)
    arguments.out.write_text(json.dumps({"topics": topics.__version__, "figures": figures}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
