"""topics add"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options, say
from topics.cli.output import listing, show

if TYPE_CHECKING:
    from topics.corpus import ReadOptions


@click.command(
    "add", epilog="Examples: topics add sample today.jsonl; curl -s URL | topics add sample - --format jsonl"
)
@options.name
@options.sources
@options.reading
@listing
@options.quiet
@options.models
def command(
    name: str,
    sources: tuple[str, ...],
    how: ReadOptions,
    output: str | None,
    quiet: bool,
    models: str | None,
) -> None:
    """Add the articles of SOURCE to a model, without fitting it again.

    They can be looked up, filtered and listed at once, by words that the model had never seen too; its topics stay as
    they were fitted. An article whose id the model has takes the place of the old one. `topics info` tells when the
    articles have drifted so far that it is time to train again.
    """
    from topics.api import load
    from topics.cli.progress import Bar
    from topics.cli.train import say_what_was_read
    from topics.corpus import read
    from topics.memory import keep_little
    from topics.store.names import find, models_folder
    from topics.update import add

    keep_little()
    path = find(name, models_folder(models))
    reading = read(sources, options=replace(how, on_repeat="pass"))
    talks = not quiet and output is None

    def tell() -> None:
        if talks:
            say_what_was_read(reading.report)

    with Bar(quiet, reading.report) as bar:
        counts = add(path, bar.reading(reading, tell), progress=bar.step)
    show(output, [counts.row()], print_counts)
    if talks and (reason := load(name, models=models).drift().retrain):
        say(f"Time to train again: {reason}.")


def print_counts(rows: Sequence[Mapping[str, Any]]) -> None:
    """What adding did, in a line."""
    for row in rows:
        click.echo(", ".join(f"{count:,} {what}" for what, count in row.items()))
