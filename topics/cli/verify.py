"""topics verify"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from topics.cli import options
from topics.cli.output import cell, listing, show


@click.command("verify", epilog="Example: topics verify sample")
@options.name
@listing
@options.models
def command(name: str, output: str | None, models: str | None) -> int:
    """Check every file of a model against its manifest.  Exit code 4 when something is wrong."""
    from topics.store.folder import verify
    from topics.store.names import find, models_folder

    problems = [problem.row() for problem in verify(find(name, models_folder(models)))]
    row = {"model": name, "ok": not problems, "problems": problems}
    show(output, [row], print_verdict, lambda row: {key: cell(value) for key, value in row.items()})
    return 4 if problems else 0


def print_verdict(rows: Sequence[Mapping[str, Any]]) -> None:
    """Whole, or what is wrong."""
    for row in rows:
        if row["ok"]:
            click.echo(f"{row['model']} is whole")
        for problem in row["problems"]:
            click.echo(f"{problem['file']}: {problem['problem']}")
