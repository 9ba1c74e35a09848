"""topics duplicates"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options, say
from topics.cli.output import day, listing, show, table

if TYPE_CHECKING:
    from topics.facets import Filters
    from topics.model import Model
    from topics.records import Copies


@click.command("duplicates", epilog="Example: topics duplicates sample --diff")
@options.name
@click.option("--diff", is_flag=True, help="Show how each copy differs from the earliest.")
@options.filters
@listing
@options.models
def command(
    name: str,
    diff: bool,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """List articles with nearly the same text, in groups, the earliest of a group first.

    The score is the share of five-word runs that the two least alike of a group have in common, 0.7 to 1. Texts of
    fewer than 20 words are left out; headlines without a text are copies when they are the same word for word.
    """
    from topics.api import load

    model = load(name, models=models)
    found = model.duplicates(filters)
    if not found:
        say("no two articles have nearly the same text")
    rows = [group.row() | ({"changes": changes(model, group)} if diff else {}) for group in found]
    headings = {article.id: article.heading() for group in found for article in group.articles}
    show(
        output,
        rows,
        lambda rows: print_groups(rows, headings),
        columns=("ids", "score", *(["changes"] if diff else [])),
    )


def changes(model: Model, group: Copies) -> list[dict[str, Any]]:
    """How the titles and texts of copies differ from the first."""
    from topics.duplicates import changes
    from topics.errors import SettingError

    rows = model.reader.rows_by_id(group.ids)
    first, *others = model.reader.get([rows[name] for name in group.ids])
    if not first.text:
        raise SettingError("this model keeps no texts, so copies cannot be compared; leave --diff out")
    before = f"{first.title}\n{first.text}"
    return [
        {"id": other.id, "changes": [change.row() for change in changes(before, f"{other.title}\n{other.text}")]}
        for other in others
    ]


def print_groups(rows: Sequence[Mapping[str, Any]], headings: Mapping[str, Mapping[str, Any]]) -> None:
    """Groups as a table, one article a line, a group's score before its first; differences below."""
    lines = []
    for row in rows:
        for place, name in enumerate(row["ids"]):
            heading = headings[name]
            score = f"{row['score']:.2f}" if place == 0 else ""
            lines.append((score, name, day(heading), heading["source"] or "", heading["title"] or ""))
    if lines:
        table(("score", "id", "date", "source", "title"), lines, right=(0,))
    for row in rows:
        for other in row.get("changes", ()):
            click.echo(f"\n{row['ids'][0]} -> {other['id']}")
            for change in other["changes"]:
                for sign, words in (("-", change["before"]), ("+", change["after"])):
                    if words:
                        click.echo(f"  {sign} {''.join(char for char in words if char.isprintable())}")
