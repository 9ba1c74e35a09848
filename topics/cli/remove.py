"""topics remove"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from topics.cli import options
from topics.cli.output import listing, show

if TYPE_CHECKING:
    from topics.facets import Filters


@click.command(
    "remove",
    epilog="Examples: topics remove sample --id tour-prologue; topics remove sample --until 2030 --yes",
)
@options.name
@click.option("--id", "ids", multiple=True, metavar="ID", help="An article of the model; may be repeated.")
@options.filters
@click.option("--yes", is_flag=True, help="Remove all that pass the filters; without it, they are counted.")
@listing
@options.models
def command(
    name: str,
    ids: tuple[str, ...],
    filters: Filters,
    yes: bool,
    output: str | None,
    models: str | None,
) -> None:
    """Remove articles from a model, by id or all that pass the filters, with their text.

    When it is done, no file of the model holds what they said; single words stay in the vocabulary. The topics stay as
    they were fitted.
    """
    from topics.api import load, remove

    if bool(ids) == bool(filters):
        raise click.UsageError("give --id ID, or filters (--since, --until, --source, --section), one of the two")
    if filters and not yes:
        model = load(name, models=models)
        count = len(model.segments.rows_passing(filters))
        raise click.UsageError(f"{count:,} of {len(model):,} articles pass; add --yes to remove them")
    count = remove(name, ids, filters=filters, models=models)
    show(output, [{"removed": count}], lambda rows: click.echo(f"{count:,} removed"))
