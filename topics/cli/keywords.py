"""topics keywords"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from topics.cli import options
from topics.cli.output import listing, show, table


@click.command("keywords", epilog="Example: topics keywords sample --top 5")
@options.name
@options.top
@click.option("--topic", type=int, metavar="T", help="Only this topic.")
@listing
@options.models
def command(name: str, top: int, topic: int | None, output: str | None, models: str | None) -> None:
    """List the topics of a model and their keywords, the largest topic first.

    The share of a topic is its mean part of an article.
    """
    from topics.api import load

    model = load(name, models=models)
    every = model.topics(top)
    found = every if topic is None else [every[model.check_topic(topic)]]
    show(output, (each.row() for each in found), print_topics, flat)


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A topic as CSV cells."""
    return {**row, "keywords": "; ".join(term["term"] for term in row["keywords"])}


def print_topics(rows: Sequence[Mapping[str, Any]]) -> None:
    """Topics as a table."""
    lines = [
        (str(row["topic"]), f"{row['share']:.1%}", ", ".join(term["term"] for term in row["keywords"])) for row in rows
    ]
    table(("topic", "share", "keywords"), lines, right=(0, 1))
