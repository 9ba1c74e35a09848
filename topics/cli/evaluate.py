"""topics evaluate"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from topics.cli import options
from topics.cli.output import listing, show, table


@click.command("evaluate", epilog="Example: topics evaluate sample --resamples 0")
@options.name
@click.option(
    "--resamples",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    help="Models fitted on 80 % of the articles each, for stability, and two on halves; 0 for none.",
)
@listing
@options.quiet
@options.models
def command(name: str, resamples: int, output: str | None, quiet: bool, models: str | None) -> None:
    """Score a model on its own articles: a row for each topic, the last one overall.

    npmi: how often a topic's ten keywords stand together in windows of ten words, -1 to 1. support: share of its
    articles that hold two of them. explained: share of their squared weight that the topics reproduce. diversity: share
    of keywords that stand in one topic only. ami, ari: agreement of the strongest topic with the sections.

    stability (shared keywords) and npmi_unseen (coherence on the half of the articles that a model was not fitted on)
    come from sibling models, fitted on parts of the articles: of this model itself nobody can tell.
    """
    from topics.api import load
    from topics.cli.progress import Bar
    from topics.evaluation import evaluate

    with Bar(quiet) as bar:
        scores = evaluate(load(name, models=models), resamples, bar.step)
    rows = [topic.row() for topic in scores.topics] + [scores.row()]
    show(output, rows, print_scores, columns=list(dict.fromkeys(key for row in rows for key in row)))


OVERALL = ("diversity", "ami", "ari", "npmi_seen", "npmi_unseen")


def print_scores(rows: Sequence[Mapping[str, Any]]) -> None:
    """Scores as a table, the overall ones below."""
    names = ("npmi", "support", "explained", "stability")
    lines = [
        (
            "all" if row["topic"] is None else str(row["topic"]),
            str(row["articles"]),
            *("" if row[name] is None else f"{row[name]:.3f}" for name in names),
            row.get("label", ""),
        )
        for row in rows
    ]
    table(("topic", "articles", *names, "label"), lines, right=range(6))
    whole = rows[-1]
    click.echo("")
    click.echo(", ".join(f"{name} {whole[name]:.3f}" for name in OVERALL if whole[name] is not None))
    if whole["siblings"]:
        told = f"{whole['siblings']} sibling models, fitted on parts of the articles"
        click.echo(f"stability, npmi_seen and npmi_unseen are of {told}")
