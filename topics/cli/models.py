"""topics models"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from topics.cli import options
from topics.cli.output import listing, show, table


@click.command("models", epilog="Example: topics models --json")
@listing
@options.models
def command(output: str | None, models: str | None) -> None:
    """List the models in the folder of models."""
    from topics.errors import TopicsError
    from topics.store.manifest import Manifest
    from topics.store.names import list_models, models_folder

    rows: list[Mapping[str, Any]] = []
    for path in list_models(models_folder(models)):
        try:
            manifest = Manifest.read(path)
        except TopicsError as error:
            click.echo(f"{error}", err=True)
            continue
        counts = manifest.counts
        rows.append(
            {
                "model": path.name,
                "articles": counts.get("articles"),
                "topics": counts.get("topics"),
                "created": manifest.created,
                "changed": manifest.changed,
            }
        )
    show(output, rows, print_models, columns=("model", "articles", "topics", "created", "changed"))


def print_models(rows: Sequence[Mapping[str, Any]]) -> None:
    """Models as a table."""
    if not rows:
        click.echo("no model yet; make one with: topics train SOURCE", err=True)
        return
    lines = [(row["model"], str(row["articles"]), str(row["topics"]), row["changed"][:10]) for row in rows]
    table(("model", "articles", "topics", "changed"), lines, right=(1, 2), stretch=0)
