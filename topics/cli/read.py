"""topics read"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options, say
from topics.cli.output import cell, day, listing, table, write_csv
from topics.cli.train import plural, say_what_was_read
from topics.records import Article

if TYPE_CHECKING:
    from topics.corpus import ReadOptions

FIRST = 10


@click.command("read", epilog="Example: topics read corpora/sample.jsonl --json > clean.jsonl")
@options.sources
@options.reading
@click.option("--explain", is_flag=True, help="Show what cleaning cuts from the articles, and why.")
@listing
@options.quiet
def command(
    sources: tuple[str, ...],
    how: ReadOptions,
    explain: bool,
    output: str | None,
    quiet: bool,
) -> None:
    """Show what would be trained on: a summary and ten articles, or with --json or --csv all of them.

    It thereby turns any format that can be read into JSON lines or CSV. What is skipped is said on stderr. Articles
    are shown as they were read, with the language that their text tells where the source gives none; --explain shows
    what training leaves out of them.
    """
    import json

    from topics.corpus import read
    from topics.text.languages import told

    reading = read(sources, options=how)
    if explain:
        from topics.cli.explain import explain as show_cuts

        show_cuts(reading, output)
    elif output == "json":
        for article in map(told, reading):
            click.echo(json.dumps(article.row(), ensure_ascii=False, allow_nan=False))
    elif output == "csv":
        write_csv(csv_rows(map(told, reading)))
    else:
        articles = map(told, reading)
        first = list(islice(articles, FIRST))
        languages = Counter(article.lang for article in chain(first, articles))
        say_what_was_read(reading.report)
        if languages.keys() - {"en", None}:
            told_of = ", ".join(f"{name or 'unknown'} {count:,}" for name, count in languages.most_common())
            say(f"languages: {told_of}")
        print_articles(first)
        return
    report = reading.report
    if not quiet and report.skipped:
        say(f"{plural(report.skipped, 'record')} left out:")
        for skip in report.examples:
            say(f"  {skip}")


NAMED = ("id", "title", "text", "date", "source", "section", "url", "authors", "lang")


def csv_rows(articles: Any) -> Iterator[dict[str, Any]]:
    """Articles as cells; other keys of the source in one cell of JSON, so that every row has the same columns."""
    import json

    for article in articles:
        row = article.row()
        extra = {key: value for key, value in row.items() if key not in NAMED}
        cells = {key: cell(row[key]) for key in NAMED}
        yield cells | {"extra": json.dumps(extra, ensure_ascii=False) if extra else None}


def print_articles(articles: list[Article]) -> None:
    """Articles as a table."""
    rows = [article.row() for article in articles]
    lines = [(row["id"], day(row), row["source"] or "", row["title"] or "", (row["text"] or "")[:200]) for row in rows]
    sys.stdout.flush()
    table(("id", "date", "source", "title", "text"), lines)
