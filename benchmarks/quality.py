"""How good: topics, look-up, stories and copies, on every corpus and beside every peer, with one command.

    python -m benchmarks.quality [--out quality.json] [--no-peers] [--cache DIR]

Prints the tables of docs/quality.md and, last, the README's; writes all figures as JSON.  Corpora come from
$TOPICS_DATA or ../shared/data; those that are absent are left out, and so are peers that are not installed.  With all
of them (`pip install -e '.[bench,bench-embeddings]'`) the first run takes some hours on two cores, most of it to embed
texts; what peers find is kept, so later runs take minutes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import topics
from benchmarks import neighbours, topic_quality
from benchmarks.corpora import DATA
from benchmarks.peers import PEERS

# Rows and columns of the README's table, and the figures in a cell.
SYSTEMS = {
    "topics": "topics",
    "sklearn": "scikit-learn TF-IDF + NMF",
    "keynmf": "KeyNMF (MiniLM)",
    "bertopic": "BERTopic (MiniLM)",
    "tomotopy": "tomotopy LDA",
}
CORPORA = {"bbc": "BBC", "reuters-train": "Reuters", "newsgroups-train": "20 Newsgroups"}
FIGURES = ("npmi", "diversity", "ami")
HEAD = f"| | {' | '.join(CORPORA.values())} |\n{'|---' * (1 + len(CORPORA))}|"
# Numbers of topics beside 20 at which BBC is measured, with all systems and with this package alone.
FEWER, FURTHER = (10,), (5, 30, 40, 50)


def readme(figures: Sequence[dict[str, Any]]) -> str:
    """The README's table: NPMI, diversity and AMI of each system on each corpus at 20 topics."""
    found = {(row["system"], row["corpus"]): row for row in figures if row["topics"] == 20}
    lines = [HEAD]
    for system, name in SYSTEMS.items():
        cells = [cell(found.get((system, corpus))) for corpus in CORPORA]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(row: dict[str, Any] | None) -> str:
    """The figures of a system as .221 / .985 / .624; "" when it was not measured."""
    return "" if row is None else " / ".join(f"{row[name]:.3f}".replace("0.", ".", 1) for name in FIGURES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("quality.json"))
    parser.add_argument("--no-peers", action="store_true", help="this package alone")
    parser.add_argument("--cache", type=Path, default=topic_quality.CACHE)
    given = parser.parse_args()
    found: dict[str, Any] = {"version": topics.__version__}
    print("## Topics\n")
    systems = () if given.no_peers else tuple(PEERS)
    found["topics"] = topic_quality.measure(systems=systems, cache=given.cache)
    found["topics"] += topic_quality.measure(["bbc"], FEWER, systems, given.cache)
    found["topics"] += topic_quality.measure(["bbc"], FURTHER, (), given.cache)
    found["topics"] += topic_quality.measure(["newsgroups-all"], (20,), (), given.cache)
    print("\n## Scores and people (Spearman)\n")
    found["people"] = topic_quality.people()
    for name, value in found["people"].items():
        print(f"- {name}: {value:.3f}")
    print("\n## Look-up, stories, copies\n")
    found["neighbours"] = neighbours.measure_all(DATA, given.cache)
    print(f"\n## README\n\n{readme(found['topics'])}")
    given.out.write_text(json.dumps(found, indent=1), "utf-8")


if __name__ == "__main__":
    main()
