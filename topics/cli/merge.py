"""topics merge"""

from __future__ import annotations

import click

from topics.cli import options
from topics.cli.keywords import show_topics
from topics.cli.output import listing


@click.command("merge", epilog='Example: topics merge sample 3 15 --label "Football"')
@options.name
@options.topics
@click.option("--label", metavar="TEXT", help="What it is called [default: as the largest of them].")
@listing
@options.models
def command(name: str, topics: tuple[str, ...], label: str | None, output: str | None, models: str | None) -> None:
    """Make several topics one.

    TOPIC is a number, slug or label. The topics are numbered anew, the largest first; slugs stay, and the new topic has
    that of its largest part.
    """
    from topics.api import merge

    show_topics(merge(name, topics, label=label, models=models), output)
