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

# Systems of the README's table, and its rows.
SHOWN = {
    "topics": "topics",
    "sklearn": "scikit-learn TF-IDF + NMF",
    "keynmf": "KeyNMF",
    "bertopic": "BERTopic",
    "tomotopy": "tomotopy LDA",
}
CORPORA = {"bbc": "BBC", "reuters-train": "Reuters", "newsgroups-train": "20 Newsgroups"}
FIGURES = {
    "npmi": "coherence (NPMI)",
    "diversity": "distinct keywords",
    "ami": "agreement with sections (AMI)",
}
# Numbers of topics beside 20 at which this package alone is measured on BBC.
FURTHER = (5, 10, 30, 40, 50)


def readme(figures: Sequence[dict[str, Any]]) -> str:
    """The README's table: for each corpus what the systems reach at 20 topics."""
    lines = [f"| | {' | '.join(FIGURES.values())} |", "|---" * (1 + len(FIGURES)) + "|"]
    for corpus, name in CORPORA.items():
        rows = {row["system"]: row for row in figures if row["corpus"] == corpus and row["topics"] == 20}
        systems = [system for system in SHOWN if system in rows]
        if systems:
            cells = [" / ".join(f"{rows[s][figure]:.3f}".lstrip("0") for s in systems) for figure in FIGURES]
            lines.append(f"| {name}: {' / '.join(SHOWN[s] for s in systems)} | {' | '.join(cells)} |")
    return "\n".join(lines)


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
