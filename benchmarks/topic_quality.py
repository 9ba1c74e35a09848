"""Quality of topics: one default setting on every corpus, beside other systems on the same articles.

    python -m benchmarks.topic_quality [--out FILE.json] [--topics 20 ...] [--peers sklearn bertopic ...] [--cache DIR]

Prints a table in Markdown, and writes the figures as JSON.  Corpora come from $TOPICS_DATA or ../shared/data; those
that are absent are left out, and so are peers that are not installed (the extras `bench` and `bench-embeddings` have
them).  What peers find is kept in --cache by the digest of their articles.

All are scored alike, on lower-cased words in windows of ten (`topics.quality`).  AMI and ARI compare the strongest
topic with the sections: on Reuters, of the items with exactly one label that occurs 20 times or more.
`newsgroups-train` is 4,000 posts drawn with seed 0, `newsgroups-all` all of them.  `half` and `other half` are the NPMI
of topics fitted on half of the articles (mean of both halves), `resamples` is the mean agreement (Jaccard) of the
keywords with those of fits of 80 % of the articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import topics
from benchmarks import peers
from benchmarks.corpora import DATA
from benchmarks.peers import PEERS, Found
from topics import quality
from topics.evaluation import sections_agree

Rows = list[dict[str, Any]]
CORPORA = ("bbc", "reuters-train", "newsgroups-train")
# Halves are fitted on these, with so many topics, and resamples too where that takes no system hours.
HALVED = ("bbc", "reuters-train")
HALVES_AT = (10, 20)
RESAMPLED = ("bbc",)
RESAMPLES = 3
CACHE = Path("benchmarks/.cache")
NAMES = ("npmi", "diversity", "support", "ami", "ari", "half", "other half", "resamples")


def read(name: str) -> Rows:
    """The articles of a corpus, `section` being what they are sorted into; [] when it is not there."""
    path = DATA / f"{name.replace('-all', '-train')}.jsonl.gz"
    if not path.is_file():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows: Rows = [json.loads(line) for line in lines]
    if name == "newsgroups-train":
        rows = [rows[i] for i in np.sort(np.random.default_rng(0).permutation(len(rows))[:4000])]
    rows = [row for row in rows if row.get("title") or (row.get("text") or "").strip()]
    if name == "reuters-train":
        one = [row["topics"][0] if len(row.get("topics") or ()) == 1 else None for row in rows]
        often = {label for label, n in Counter(filter(None, one)).items() if n >= 20}
        for row, label in zip(rows, one, strict=True):
            row["section"] = label if label in often else None
    return rows


def texts_of(rows: Rows) -> list[str]:
    return [quality.body(row.get("title") or "", row.get("text") or "") for row in rows]


def ours(rows: Rows, n_topics: int) -> Found:
    """This package, nothing set but the number of topics."""
    model = topics.train(rows, n_topics=n_topics)
    strongest = {row.article.id: row.topics[0].topic if row.topics else -1 for row in model.assign()}
    places = [article.id for article in model.reader.scan(text=False)]
    lists = [[term.term for term in topic.keywords] for topic in model.topics(10)]
    return lists, [strongest[place] for place in places]


def find(system: str, rows: Rows, n_topics: int, cache: Path) -> Found | None:
    """What a system finds in some articles; None when it is not installed."""
    return ours(rows, n_topics) if system == "topics" else peers.found(system, texts_of(rows), n_topics, cache)


def npmi(rows: Rows, lists: Sequence[Sequence[str]]) -> float:
    return float(np.mean(quality.Occurrences.count(texts_of(rows), lists).npmi(lists)))


def halves(system: str, rows: Rows, n_topics: int, cache: Path) -> dict[str, float]:
    """NPMI of topics of each half of the articles, there and on the other half."""
    order = np.random.default_rng(0).permutation(len(rows))
    first, second = ([rows[i] for i in np.sort(part)] for part in np.array_split(order, 2))
    own, other = [], []
    for mine, rest in ((first, second), (second, first)):
        result = find(system, mine, n_topics, cache)
        if result is not None:
            own.append(npmi(mine, result[0]))
            other.append(npmi(rest, result[0]))
    return {"half": float(np.mean(own)), "other half": float(np.mean(other))} if own else {}


def resampled(system: str, rows: Rows, n_topics: int, cache: Path, lists: Sequence[Sequence[str]]) -> dict[str, float]:
    """How far the keywords of fits of 80 % of the articles are those of all."""
    chance, values = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        part = np.sort(chance.permutation(len(rows))[: round(0.8 * len(rows))])
        result = find(system, [rows[i] for i in part], n_topics, cache)
        if result is not None:
            values.append(np.mean(quality.agreement(lists, result[0])))
    return {"resamples": float(np.mean(values))} if values else {}


def scores(rows: Rows, found: Found) -> dict[str, float | None]:
    """The figures of the table."""
    lists, strongest = found[0], np.array(found[1], np.int64)
    counted = quality.Occurrences.count(texts_of(rows), lists)
    support = [share or 0.0 for share in counted.support(lists, strongest)]
    sizes = np.bincount(strongest[strongest >= 0], minlength=len(lists))
    ami, ari = sections_agree(strongest, [row.get("section") for row in rows])
    return {
        "npmi": float(np.mean(counted.npmi(lists))),
        "diversity": quality.diversity(lists),
        "support": float(np.average(support, weights=sizes)),
        "ami": ami,
        "ari": ari,
    }


def people() -> dict[str, float]:
    """Spearman's correlation of automatic scores with what people said of 300 topics (Hoyle et al. 2021).

    The blend is the mean of the ranks by NPMI, C_V and U_Mass.
    """
    path = DATA / "human-topic-ratings.tsv"
    if not path.is_file():
        return {}
    from scipy.stats import rankdata, spearmanr

    head, *lines = (line.split("\t") for line in path.read_text("utf-8").splitlines())
    columns = dict(zip(head, zip(*lines, strict=True), strict=True))
    scores = {name: np.array(columns[f"{name}_full"], float) for name in ("c_npmi_10", "c_v", "u_mass")}
    scores["blend"] = np.mean([rankdata(values) for values in scores.values()], axis=0)
    found = {}
    for name, values in scores.items():
        for judged in ("mean_rating_1_3", "intrusion_accuracy"):
            found[f"{name} / {judged}"] = float(spearmanr(values, np.array(columns[judged], float)).statistic)
    return found


def line(cells: Sequence[object]) -> str:
    shown = ("" if c is None else f"{c:.3f}" if isinstance(c, float) else str(c) for c in cells)
    return f"| {' | '.join(shown)} |"


def measure(
    corpora: Sequence[str] = CORPORA,
    numbers: Sequence[int] = (20,),
    systems: Sequence[str] = tuple(PEERS),
    cache: Path = CACHE,
) -> list[dict[str, Any]]:
    """A row of figures for each corpus, number of topics and system, printed as a table on the way."""
    print(line(["corpus", "topics", "system", *NAMES]))
    print("|---" * (3 + len(NAMES)) + "|")
    figures: list[dict[str, Any]] = []
    for corpus in corpora:
        if not (rows := read(corpus)):
            print(f"{corpus}: not there; set TOPICS_DATA to the folder that holds the corpora")
            continue
        for n_topics in numbers:
            for system in ("topics", *systems):
                if (result := find(system, rows, n_topics, cache)) is None:
                    continue
                row = {"corpus": corpus, "topics": n_topics, "system": system} | scores(rows, result)
                if corpus in HALVED and n_topics in HALVES_AT:
                    row |= halves(system, rows, n_topics, cache)
                if corpus in RESAMPLED and n_topics == 20:
                    row |= resampled(system, rows, n_topics, cache, result[0])
                figures.append(row)
                print(line([corpus, n_topics, system, *(row.get(name) for name in NAMES)]), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--topics", type=int, nargs="+", default=[20])
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--corpora", nargs="+", default=CORPORA)
    parser.add_argument("--cache", type=Path, default=CACHE)
    given = parser.parse_args()
    figures = measure(given.corpora, given.topics, given.peers, given.cache)
    judged = people()
    for name, value in judged.items():
        print(f"people: {name} {value:.3f}")
    if given.out:
        given.out.write_text(json.dumps({"topics": figures, "people": judged}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
