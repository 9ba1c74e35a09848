"""topics read --explain: what cleaning would cut, and why."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from topics.cli import say
from topics.cli.output import show, table
from topics.corpus.cleaning import Learner, clean, filed
from topics.records import Article

# Lines that a terminal shows.
MOST = 40
# Characters of a line in the table.
WIDTH = 100


def explain(articles: Iterable[Article], output: str | None) -> None:
    """Print what is cut from the articles: JSON and CSV give each cut, a terminal the lines that are cut most often."""
    if output == "csv":
        rows = ({"id": row["id"], "source": row["source"], **cut} for row in explained(articles) for cut in row["cuts"])
        show("csv", rows, lambda _: None, columns=("id", "source", "line", "kind", "why", "certain"))
        return
    show(output, explained(articles), print_cuts)


def explained(articles: Iterable[Article]) -> Iterator[dict[str, Any]]:
    """What is cut from each article of which anything is, in reading order, once all of them have been learned from.

    As training does it: the articles lie in a file meanwhile, not in memory.
    """
    from topics.store.articles import ArticleFile, ArticleWriter

    with TemporaryDirectory(prefix="topics-") as folder:
        file = Path(folder) / "articles.sqlite"
        learner = Learner()
        with ArticleWriter(file) as writer:
            for article in articles:
                kept = filed(article)
                if writer.add(kept) is not None:
                    learner.add(kept)
        furniture = learner.furniture()
        reader = ArticleFile(file)
        try:
            for article in reader.scan():
                cleaned = clean(article, furniture)
                if cleaned.cuts:
                    cuts = [cut.row() for cut in cleaned.cuts]
                    yield {"id": article.id, "title": article.title or None, "source": article.source, "cuts": cuts}
        finally:
            reader.close()


def print_cuts(rows: list[Mapping[str, Any]]) -> None:
    """The lines that are cut from most articles, then those that only look like furniture."""
    count: Counter[tuple[bool, str, str]] = Counter()
    why: dict[tuple[bool, str, str], str] = {}
    for row in rows:
        for cut in row["cuts"]:
            key = (cut["certain"], cut["kind"], cut["line"])
            count[key] += 1
            why.setdefault(key, cut["why"])
    certain = [key for key, _ in count.most_common() if key[0]]
    suspect = [key for key, _ in count.most_common() if not key[0]]
    cut_from = sum(any(cut["certain"] for cut in row["cuts"]) for row in rows)
    say(f"{sum(count[key] for key in certain):,} cuts from {cut_from:,} articles; {len(certain):,} different lines")
    if suspect:
        say(f'{len(suspect):,} more lines look like furniture and stay (below, "no" under cut)')
    sys.stdout.flush()
    lines = [
        (str(count[key]), key[1], "yes" if key[0] else "no", key[2][:WIDTH], why[key])
        for key in (certain + suspect)[:MOST]
    ]
    table(("articles", "kind", "cut", "line", "why"), lines, right=(0,))
    if len(count) > MOST:
        say(f"... and {len(count) - MOST:,} more; --csv and --json give all of them")
