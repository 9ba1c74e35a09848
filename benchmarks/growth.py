"""How copies and stories grow with the number of articles: python -m benchmarks.growth [--data DIR] [--sizes N ...]

Articles are those of Reuters, repeated; each repetition is edited so that it tells of other events: names get another
ending, and one word in twenty is left out.  Prints seconds at 10,000, 30,000 and 100,000 articles and the power of n
by which they grow, which is 1 when the work is linear; seconds, of processor time, say more of the machine.  The last
column is what it takes to find the stories of 1,000 later articles, which should hardly grow.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator
from itertools import islice
from math import log
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.neighbours import ROOT
from benchmarks.scoring import Rows, read
from topics import duplicates, lookup
from topics.facets import seconds
from topics.index import Index
from topics.index import Rows as IndexRows
from topics.settings import Settings
from topics.stories import stories
from topics.stream import Part, Stream
from topics.text.tokens import Words, tokenise

SIZES = (10_000, 30_000, 100_000)
BLOCK = 2000
LATER = 1000


def repeated(rows: Rows, n: int) -> Iterator[tuple[str, str]]:
    """Title and text of n articles."""
    rng = np.random.default_rng(0)
    for i in range(n):
        again, place = divmod(i, len(rows))
        title, text = rows[place].get("title") or "", rows[place].get("text") or ""
        if again:
            ending = "abcdefghijklmnop"[again]
            words = re.sub(r"\b[A-Z]\w+", lambda name: name[0] + ending, text).split(" ")  # noqa: B023
            text = " ".join(word for word, keep in zip(words, rng.random(len(words)) > 0.05, strict=True) if keep)
        yield title, text


def measure(rows: Rows, n: int) -> tuple[float, float, float]:
    """Seconds for copies (runs and pairs), for stories, and for finding the stories of LATER articles more."""
    words = Words()
    texts = repeated(rows, n + LATER)
    blocks = [tokenise(islice(texts, BLOCK), words) for _ in range(0, n + LATER, BLOCK)]
    vocabulary, terms = lookup.fit(blocks, words, Settings())
    X = lookup.rows(lookup.Encoded.known(terms, len(vocabulary)), vocabulary).tocsr()
    dates = np.array([seconds(rows[i % len(rows)].get("date")) for i in range(n + LATER)], np.int64)
    start = process_time()
    duplicates.pairs(duplicates.runs(blocks, words))
    copies = process_time() - start
    start = process_time()
    known = stories(X[:n], dates[:n])
    events = process_time() - start
    parts = [
        Part(Index.build(IndexRows.from_csr(X[:n])), dates[:n], known),
        Part(Index.build(IndexRows.from_csr(X[n:])), dates[n:], np.full(LATER, -1, np.int32)),
    ]
    start = process_time()
    Stream(parts, int(known.max()) + 1).run(np.arange(LATER))
    return copies, events, process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TOPICS_DATA") or ROOT.parent / "shared/data"))
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args()
    rows = read(given.data / "reuters-train.jsonl.gz")
    print(
        "| articles | copies, s | power | stories, s | power | 1,000 later, s | power |\n|---|---|---|---|---|---|---|"
    )
    before: tuple[int, tuple[float, ...]] | None = None
    for n in given.sizes:
        now = measure(rows, n)
        powers = [""] * len(now)
        if before:
            powers = [f"{log(b / a) / log(n / before[0]):.2f}" for a, b in zip(before[1], now, strict=True)]
        cells = [cell for took, power in zip(now, powers, strict=True) for cell in (f"{took:.1f}", power)]
        print(f"| {n:,} | {' | '.join(cells)} |", flush=True)
        before = n, now


if __name__ == "__main__":
    main()
