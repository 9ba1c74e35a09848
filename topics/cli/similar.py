"""topics similar"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from topics.cli import options
from topics.cli.output import day, listing, show, table

# Terms of the reason that a table shows.
SHOWN = 4


@click.command(
    "similar",
    epilog="Example: topics similar sample --id tour-prologue --top 5",
)
@options.name
@click.argument("pipe", required=False, metavar="[-]", type=click.Choice(["-"]))
@click.option("--id", "article", metavar="ID", help="An article of the model: its id, URL or title.")
@click.option("--text", metavar="TEXT", help="A text.")
@click.option("--file", "path", metavar="PATH", help="A text in a file.")
@options.top
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, metavar="S", help="Only scores from here on.")
@options.filters
@listing
@options.models
def command(
    name: str,
    pipe: str | None,
    article: str | None,
    text: str | None,
    path: str | None,
    top: int,
    min_score: float,
    since: str | None,
    until: str | None,
    in_source: tuple[str, ...],
    section: tuple[str, ...],
    output: str | None,
    models: str | None,
) -> None:
    """Find the articles nearest to an article, a text, a file or (-) what is piped in, and say why.

    The score is the cosine of terms and topics, 0 to 1; the reasons are what each shared term or topic adds to it.
    """
    from topics.api import load

    given = [value for value in (article, text, path, pipe) if value is not None]
    if len(given) != 1:
        raise click.UsageError("give one of --id ID, --text TEXT, --file PATH or - for a pipe")
    filters = options.make_filters(since, until, in_source, section)
    title, body = query(text, path) if article is None else ("", None)
    model = load(name, models=models)
    found = model.similar(article, text=body, title=title, top=top, min_score=min_score, filters=filters)
    if not found:
        explain_nothing(model.similar(article, text=body, title=title, top=1, filters=filters), min_score)
    labels = [topic.label for topic in model.topics(3)]
    show(output, (each.row() for each in found), lambda rows: print_matches(rows, labels), flat, COLUMNS)


def query(text: str | None, path: str | None) -> tuple[str, str]:
    """Title and text of what was given as an argument, in a file, or in a pipe."""
    if text is not None:
        return "", text
    from topics.corpus.query import article_of

    article = article_of(sys.stdin.buffer if path is None else Path(path))
    return article.title, article.text


COLUMNS = ("id", "score", "title", "date", "source", "url", "why")


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A match as CSV cells."""
    return {**row, "why": "; ".join(reason["term"] for reason in row["why"] if reason["term"])}


def explain_nothing(best: Sequence[Any], min_score: float) -> None:
    """Say why nothing is listed."""
    if best:
        click.echo(
            f"no article scores {min_score} or more; the best is {best[0].score:.3f}, {best[0].article.id}", err=True
        )
    else:
        click.echo("no article shares a term with it", err=True)


def said(topic: int | None, labels: Sequence[str]) -> str:
    """A shared topic in a table."""
    return "[a topic that was dropped]" if topic is None else f"[{labels[topic]}]"


def print_matches(rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> None:
    """Matches as a table."""
    lines = []
    for row in rows:
        parts = [reason["term"] or said(reason.get("topic"), labels) for reason in row["why"][:SHOWN]]
        lines.append(
            (f"{row['score']:.2f}", row["id"], day(row), row["source"] or "", row["title"] or "", ", ".join(parts))
        )
    if lines:
        table(("score", "id", "date", "source", "title", "why"), lines, right=(0,), stretch=4)
