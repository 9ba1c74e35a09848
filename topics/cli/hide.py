"""topics hide"""

from __future__ import annotations

import click

from topics.cli import options
from topics.cli.keywords import show_topics
from topics.cli.output import listing


@click.command("hide", epilog="Examples: topics hide sample 0; topics hide sample 0 --undo")
@options.name
@options.topics
@click.option("--undo", is_flag=True, help="Let them back into the tags.")
@listing
@options.models
def command(name: str, topics: tuple[str, ...], undo: bool, output: str | None, models: str | None) -> None:
    """Keep topics out of the tags that `assign` gives.

    TOPIC is a number, slug or label. The weights of the other topics stay as they are; `keywords` and `articles` still
    show a hidden topic.
    """
    from topics.api import hide

    show_topics(hide(name, topics, hidden=not undo, models=models), output)
