"""topics drop"""

from __future__ import annotations

import click

from topics.cli import options
from topics.cli.keywords import show_topics
from topics.cli.output import listing


@click.command("drop", epilog="Example: topics drop sample 0")
@options.name
@options.topics
@listing
@options.models
def command(name: str, topics: tuple[str, ...], output: str | None, models: str | None) -> None:
    """Let topics go.

    TOPIC is a number, slug or label. The other topics of an article sum to 1 without them, and are numbered anew; slugs
    stay. `topics hide` keeps a topic, but out of tags.
    """
    from topics.api import drop

    show_topics(drop(name, topics, models=models), output)
