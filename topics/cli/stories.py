"""topics stories"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options, say
from topics.cli.output import listing, show, table

if TYPE_CHECKING:
    from topics.facets import Filters

# Stories that a table shows when nothing is said.
SHOWN = 20
COLUMNS = ("story", "title", "n", "first", "last", "sources", "terms", "ids")


@click.command("stories", epilog="Example: topics stories sample --since 2031-06 --top 10")
@options.name
@click.option("--top", type=click.IntRange(1), help=f"How many to show [default: all; in a table {SHOWN}].")
@options.filters
@listing
@options.models
def command(
    name: str,
    top: int | None,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """List stories: articles on one event, two and more, the largest first.

    A story is called by its most central article, which comes first of its ids, and keeps its number when articles are
    added; training again numbers them anew.
    """
    from topics.api import load

    found = load(name, models=models).stories(filters)
    if not found:
        say("no two articles are about one event")
    top = top or (SHOWN if output is None else len(found))
    if output is None and len(found) > top:
        say(f"{top} of {len(found)} stories; --top {len(found)} shows all")
    show(output, (story.row() for story in found[:top]), print_stories, columns=COLUMNS)


def print_stories(rows: Sequence[Mapping[str, Any]]) -> None:
    """Stories as a table."""
    lines = [
        (str(row["story"]), str(row["n"]), dates(row), row["title"], ", ".join(row["terms"]), ", ".join(row["sources"]))
        for row in rows
    ]
    if lines:
        table(("story", "n", "dates", "title", "terms", "sources"), lines, right=(0, 1), stretch=3)


def dates(row: Mapping[str, Any]) -> str:
    """First and last day of a story."""
    first, last = ((row[end] or "")[:10] for end in ("first", "last"))
    return first if first == last else f"{first} – {last}"
