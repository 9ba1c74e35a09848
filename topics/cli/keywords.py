"""topics keywords"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.output import listing, show, table

if TYPE_CHECKING:
    from topics.model import Model


@click.command("keywords", epilog="Example: topics keywords sample --top 5 --articles 2")
@options.name
@options.top
@click.option("--topic", metavar="T", help="Only this topic: its number, slug or label.")
@click.option(
    "--articles", type=click.IntRange(0), default=0, metavar="N", help="Also the N strongest articles of each."
)
@listing
@options.models
def command(name: str, top: int, topic: str | None, articles: int, output: str | None, models: str | None) -> None:
    """List the topics of a model and their keywords, the largest topic first.

    The share of a topic is its mean part of an article; its support is the part of its articles that hold two of its
    first ten keywords. Topics that the same kind of article is about form a theme. What is left over is a topic too:
    articles that stand alone, of which its keywords tell little.
    """
    from topics.api import load

    model = load(name, models=models)
    every = model.topics(top)
    found = every if topic is None else [every[model.check_topic(topic)]]
    rows = [each.row() for each in found]
    if articles:
        for row in rows:
            strongest = model.articles(row["topic"], top=articles)
            keys = ("id", "title", "weight")
            row["articles"] = [{key: each.row()[key] for key in keys} for each in strongest]
    show(output, rows, print_topics, flat)


def show_topics(model: Model, output: str | None, top: int = 10) -> None:
    """All topics of a model, as asked."""
    show(output, (each.row() for each in model.topics(top)), print_topics, flat)


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A topic as CSV cells."""
    cells = {**row, "keywords": "; ".join(term["term"] for term in row["keywords"])}
    return cells | {"articles": "; ".join(a["id"] for a in row["articles"])} if "articles" in row else cells


def print_topics(rows: Sequence[Mapping[str, Any]]) -> None:
    """Topics as a table, with their articles below each if there are any."""
    lines: list[tuple[str, ...]] = []
    for row in rows:
        terms = ", ".join(term["term"] for term in row["keywords"])
        notes = [note for note, holds in (("left over", row["rest"]), ("hidden", row["hidden"])) if holds]
        label = f"{row['label']} ({', '.join(notes)})" if notes else row["label"]
        support = "" if row["support"] is None else f"{row['support']:.0%}"
        lines.append((str(row["topic"]), f"{row['share']:.1%}", support, label, row["theme"] or "", terms))
        lines += [("", f"{a['weight']:.2f}", "", a["id"], "", a["title"] or "") for a in row.get("articles", ())]
    header: tuple[str, ...] = ("topic", "share", "support", "label", "theme", "keywords")
    if not any(line[4] for line in lines):
        header, lines = (*header[:4], *header[5:]), [(*line[:4], *line[5:]) for line in lines]
    table(header, lines, right=(0, 1, 2))
