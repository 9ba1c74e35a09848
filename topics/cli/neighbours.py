"""topics neighbours"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options, say
from topics.cli.output import listing, show, table

if TYPE_CHECKING:
    from topics.facets import Filters


@click.command("neighbours", epilog="Example: topics neighbours sample --top 5 --csv > edges.csv")
@options.name
@click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="Neighbours of each article.")
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    metavar="S",
    help="Only scores from here on [default: 0.12; of headlines 0.2].",
)
@options.filters
@listing
@options.models
def command(
    name: str,
    top: int,
    min_score: float | None,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """List pairs of near articles: the edges of a graph, for networkx or Gephi.

    Each pair comes once, undirected: one of the two is among the nearest of the other. The columns are called as both
    programs expect: source and target are ids, weight is the score.
    """
    from topics.api import load

    found = load(name, models=models).neighbours(top=top, min_score=min_score, filters=filters)
    show(output, (edge.row() for edge in found), print_edges, columns=("source", "target", "weight", "relation"))


def print_edges(rows: Sequence[Mapping[str, Any]]) -> None:
    """Edges as a table."""
    if not rows:
        say("no two articles are near enough; try --min-score 0")
        return
    lines = [(f"{row['weight']:.2f}", row["source"], row["target"], row["relation"] or "") for row in rows]
    table(("weight", "source", "target", "relation"), lines, right=(0,))
