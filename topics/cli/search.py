"""topics search"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from topics.cli import options
from topics.cli.matches import explain_nothing, show_matches
from topics.cli.output import listing

if TYPE_CHECKING:
    from topics.facets import Filters


@click.command("search", epilog='Example: topics search sample "dock strike" --section business')
@options.name
@click.argument("words", nargs=-1, required=True)
@options.top
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, metavar="S", help="Only scores from here on.")
@options.filters
@listing
@options.models
def command(
    name: str,
    words: tuple[str, ...],
    top: int,
    min_score: float,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """Find articles by words; the inflected forms of a word are found with it."""
    from topics.api import load

    model = load(name, models=models)
    found = model.search(" ".join(words), top=top, min_score=min_score, filters=filters)
    if not found:
        explain_nothing(model.search(" ".join(words), top=1, filters=filters), min_score)
    show_matches(model, [("", found)], output)
