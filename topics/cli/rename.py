"""topics rename"""

from __future__ import annotations

import click

from topics.cli import options
from topics.cli.keywords import show_topics
from topics.cli.output import listing


@click.command("rename", epilog='Example: topics rename sample 3 "Rovers and the Forge"')
@options.name
@options.topic
@click.argument("label")
@listing
@options.models
def command(name: str, topic: str, label: str, output: str | None, models: str | None) -> None:
    """Give a topic another label.

    TOPIC is its number, slug or label. Number and slug stay; `add` keeps the label, and `train --like` takes it over.
    """
    from topics.api import rename

    show_topics(rename(name, topic, label, models=models), output)
