"""Quality of look-up, stories and copies: one default setting on every set.

    python -m benchmarks.neighbours [--data DIR] [--out FILE.json] [--cache DIR]

Prints a table in Markdown, and writes the figures as JSON.  Sets come from --data, $TOPICS_DATA or ../shared/data;
those that are absent are left out.  Every figure of ours is measured through the interface of the package; peers are in
neighbour_peers.py, and what they reach is kept in --cache by the digest of the articles.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import topics
from benchmarks.neighbour_peers import PEERS, cached
from benchmarks.scoring import (
    SAMPLE,
    bcubed,
    best_cut,
    events,
    halves,
    known,
    nearest,
    pairs_found,
    people,
    read,
    table,
)
from benchmarks.topic_quality import CACHE
from topics.duplicates import COPY, jaccard
from topics.matching import least

ROOT = Path(__file__).parents[1]
Figures = Iterator[tuple[str, float]]
Measure = Callable[[Path], Figures]
HEADLINES = "headlines-uci.jsonl.gz"
# What a figure must reach.
AT_LEAST = {
    ("lee50", "Pearson with people"): 0.62,
    ("wikiref220", "average precision of pairs"): 0.93,
    ("wikiref220", "BCubed F1, best cut"): 0.92,
    ("headlines-uci, fitted on the earlier half", "nearest of the same story, later stories"): 0.87,
    ("sample", "copies found"): 1.0,
    ("sample", "false copies"): 0.0,
    ("sample", "BCubed F1 of stories"): 0.85,
    ("bbc", "near-duplicates found"): 0.98,
    ("bbc", "precision of near-duplicates"): 0.99,
    ("reuters", "near-duplicates found"): 0.98,
    ("reuters", "precision of near-duplicates"): 0.99,
    ("plagiarism", "pairs found"): 20,
    ("plagiarism", "false pairs"): 0,
}


def similarities(model: topics.Model) -> NDArray[np.float64]:
    """The score of every two articles: (n, n), 0 on the diagonal."""
    ids = [article.id for article in model.reader.scan(text=False)]
    place = {name: i for i, name in enumerate(ids)}
    S = np.zeros((len(ids), len(ids)))
    everything = np.ones(len(ids), np.bool_)
    for i in range(len(place)):
        rows, scores = model.segments.nearest(model.segments.row(i), len(ids), everything)
        S[i, rows] = scores
    np.fill_diagonal(S, 0)
    return S


def story_labels(model: topics.Model, ids: Sequence[str]) -> list[Any]:
    """The story of each article as `stories` lists them; one in no story is by itself."""
    found = {name: story.story for story in model.stories() for name in story.ids}
    return [found.get(name, name) for name in ids]


def same_event(model: topics.Model, S: NDArray[np.float64], truth: NDArray[Any]) -> Figures:
    """Of the pairs of one event, those called so, and the other way round; copies are left out of neither.

    S : (n, n), the score of every two articles.
    """
    i, j = np.triu_indices(len(S), 1)
    story = model.segments.stories_of(np.arange(len(S)))
    called, true = (story[i] == story[j]) & (S[i, j] >= least(model).related), truth[i] == truth[j]
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
        if jaccard(model.segments.runs(place[a]), model.segments.runs(place[b])) >= COPY
    }


def lee50(data: Path) -> Figures:
    rows = read(data / "lee50.jsonl.gz")
    model = topics.train(rows)
    judged = people(data)
    names = {name for a, b, _ in judged for name in (a, b)}
    score = {(n, m.article.id): m.score for n in names for m in model.similar(n, top=len(rows))}
    ours = [score.get((a, b), 1.0 if a == b else 0.0) for a, b, _ in judged]
    yield "Pearson with people", float(np.corrcoef(ours, [h for _, _, h in judged])[0, 1])


def in_stories(file: str) -> Measure:
    """Articles of which the story is known."""

    def measure(data: Path) -> Figures:
        rows, truth = known(data / file)
        model = topics.train(rows)
        S = similarities(model)
        yield "average precision of pairs", pairs_found(S, truth)
        yield "nearest of the same story", nearest(S, truth)
        yield "BCubed F1, best cut", best_cut(S, truth.tolist())
        yield "BCubed F1 of stories", bcubed(story_labels(model, [row["id"] for row in rows]), truth.tolist())
        yield from same_event(model, S, truth)

    return measure


def later_headlines(data: Path) -> Figures:
    earlier, later, begun = halves(data / HEADLINES)
    story = {row["id"]: row["story"] for row in [*earlier, *later]}
    with TemporaryDirectory() as folder:
        topics.train(earlier, "headlines", models=folder)
        topics.add("headlines", later, models=folder)
        model = topics.load("headlines", models=folder)
        hits = [story[name] == story[found[0].article.id] for name in begun if (found := model.similar(name, top=1))]
        yield "nearest of the same story, later stories", sum(hits) / len(begun)
        model.reader.close()  # type: ignore[attr-defined]  # a file's reader, which is more than a model asks for


def sample(data: Path) -> Figures:
    rows, event = events()
    model = topics.train(rows)
    truth = read(SAMPLE / "sample-truth.jsonl")
    original = {row["id"]: row["copy_of"] or row["id"] for row in truth}
    copies = {frozenset((row["id"], row["copy_of"])) for row in truth if row["copy_of"]}
    found = copied_pairs(model)
    yield "copies found", len(found & copies) / len(copies)
    yield "false copies", float(sum(len({original[name] for name in pair}) > 1 for pair in found))
    S = similarities(model)
    yield "average precision of pairs", pairs_found(S, event)
    yield "BCubed F1, best cut", best_cut(S, event.tolist())
    yield "BCubed F1 of stories", bcubed(story_labels(model, [row["id"] for row in rows]), event.tolist())
    yield from same_event(model, S, event)


def near_duplicates(articles: str, pairs: str) -> Measure:
    """How well the listed pairs of a corpus are found."""

    def measure(data: Path) -> Figures:
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
            hits = [section[name] == section[model.similar(name, top=1)[0].article.id] for name in section]
            yield "nearest of the same section", float(np.mean(hits))

    return measure


def plagiarism(data: Path) -> Figures:
    planted = {frozenset(row[:2]) for row in table(data / "plagiarism-pairs.tsv")}
    found = copied_pairs(topics.train(read(data / "plagiarism.jsonl.gz")))
    yield "pairs found", float(len(found & planted))
    yield "false pairs", float(len(found - planted))


SETS: dict[str, tuple[str, Measure]] = {
    "lee50": ("lee50.jsonl.gz", lee50),
    "wikiref220": ("wikiref220.jsonl.gz", in_stories("wikiref220.jsonl.gz")),
    "headlines-uci": (HEADLINES, in_stories(HEADLINES)),
    "headlines-uci, fitted on the earlier half": (HEADLINES, later_headlines),
    "sample": ("", sample),
    "bbc": ("bbc.jsonl.gz", near_duplicates("bbc.jsonl.gz", "bbc-near-duplicates.tsv")),
    "reuters": ("reuters-train.jsonl.gz", near_duplicates("reuters-train.jsonl.gz", "reuters-near-duplicates.tsv")),
    "plagiarism": ("plagiarism.jsonl.gz", plagiarism),
}


def measure_all(data: Path, cache: Path = CACHE) -> list[dict[str, Any]]:
    """A row for each figure of each set that is there, printed as a table on the way.

    cache : where peers' figures are kept.
    """
    figures: list[dict[str, Any]] = []
    click.echo(f"| set | figure | at least | {' | '.join(PEERS)} | topics |\n{'|---' * (len(PEERS) + 4)}|")
    for name, (needed, measure) in SETS.items():
        if needed and not (data / needed).is_file():
            continue
        others = {peer: cached(cache, peer, name, data) for peer in PEERS}
        for figure, value in measure(data):
            peers = {peer: found.get(figure) for peer, found in others.items()}
            least = AT_LEAST.get((name, figure))
            figures.append({"set": name, "figure": figure, "value": value, "least": least, "peers": peers})
            shown = ["" if number is None else f"{number:.3f}" for number in (least, *peers.values(), value)]
            click.echo(f"| {name} | {figure} | {' | '.join(shown)} |")
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TOPICS_DATA") or ROOT.parent / "shared/data"))
    parser.add_argument("--out", type=Path, default=Path("neighbours.json"))
    parser.add_argument("--cache", type=Path, default=CACHE)
    given = parser.parse_args()
    figures = measure_all(given.data, given.cache)
    given.out.write_text(json.dumps({"topics": topics.__version__, "figures": figures}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
