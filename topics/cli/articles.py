"""topics articles"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.output import day, listing, show, table

if TYPE_CHECKING:
    from topics.facets import Filters


@click.command("articles", epilog="Example: topics articles sample --topic 3 --since 2031-06")
@options.name
@click.option("--topic", metavar="T", help="Only this topic: its number, slug or label [default: every topic].")
@options.top
@options.filters
@listing
@options.models
def command(
    name: str,
    topic: str | None,
    top: int,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """List the articles of a topic, strongest first.

    The weight is the topic's part of the article, 0 to 1.
    """
    from topics.api import load

    found = load(name, models=models).articles(topic, top=top, filters=filters)
    show(output, (each.row() for each in found), print_articles, columns=COLUMNS)


COLUMNS = ("id", "title", "date", "source", "url", "topic", "weight")


def print_articles(rows: Sequence[Mapping[str, Any]]) -> None:
    """Articles of topics as a table."""
    if not rows:
        click.echo("no article passes", err=True)
        return
    lines = [
        (str(row["topic"]), f"{row['weight']:.2f}", row["id"], day(row), row["source"] or "", row["title"] or "")
        for row in rows
    ]
    table(("topic", "weight", "id", "date", "source", "title"), lines, right=(0, 1))
