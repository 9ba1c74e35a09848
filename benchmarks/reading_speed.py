"""Time of reading as a multiple of the plain parser's, and of cleaning as a multiple of the reading.

    python benchmarks/reading_speed.py [DATA]

Processor time, each measured in turns, the median of the ratios: over JSON lines against json.loads line by line, over
CSV against csv.reader; cleaning (twice over every article, and learning) against reading alone, and against reading as
training does, which writes the articles into its file.  Much is done once a record, whatever its length, so each corpus
is told with its words a record.  DATA holds the .jsonl.gz files of CORPORA.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from topics.corpus import read
from topics.corpus.cleaning import Learner, looked_over, words_of
from topics.store.articles import ArticleWriter

ROUNDS = 9
MOST = 5000
CORPORA = ("bbc", "newsgroups-train", "reuters-train", "headlines-uci")


def seconds(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def ratio(ours: Callable[[], object], plain: Callable[[], object]) -> float:
    return round(median(seconds(ours) / seconds(plain) for _ in range(ROUNDS)), 2)


def measure(rows: list[dict[str, object]], name: str, folder: Path) -> dict[str, object]:
    lines, table = folder / f"{name}.jsonl", folder / f"{name}.csv"
    lines.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    csv.field_size_limit(1 << 27)

    def loads() -> None:
        with lines.open(encoding="utf-8") as file:
            for line in file:
                json.loads(line)

    def cells() -> None:
        with table.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass

    def cleaning() -> None:
        learner = Learner()
        kept = [looked_over(article) for article in articles]
        for article, _ in kept:
            learner.add(article)
        furniture = learner.furniture()
        for article, bare in kept:
            words_of(article, furniture, bare=bare)

    def reading() -> None:
        for _ in read([lines]):
            pass

    def storing() -> None:
        with tempfile.TemporaryDirectory() as inner, ArticleWriter(Path(inner) / "a.sqlite") as writer:
            for article in read([lines]):
                writer.add(article)

    articles = list(read([lines]))
    return {
        "corpus": name,
        "articles": len(rows),
        "words": round(sum(len(f"{article.title} {article.text}".split()) for article in articles) / len(articles)),
        "jsonl": ratio(reading, loads),
        "csv": ratio(lambda: sum(1 for _ in read([table])), cells),
        "cleaning": ratio(cleaning, reading),
        "cleaning_in_training": ratio(cleaning, storing),
    }


def main(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in CORPORA:
            with gzip.open(data / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
                rows = [json.loads(line) for line in file]
            print(json.dumps(measure(rows[:MOST], name, Path(folder))))


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TOPICS_DATA")
    main(Path(given or Path(__file__).parents[2] / "shared" / "data"))
