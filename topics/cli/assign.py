"""topics assign"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.output import cell, listing, show, table

if TYPE_CHECKING:
    from topics.corpus import Reading, ReadOptions
    from topics.facets import Filters
    from topics.model import Model
    from topics.records import Assignment

# Columns that are put behind the user's own.
APPENDED = ("topic", "label", "weight", "topics")
# Articles held in memory while those of a SOURCE are assigned.
BLOCK = 1000


@click.command(
    "assign",
    epilog="Examples: topics assign sample --csv; topics assign sample my-articles.csv --csv > tagged.csv",
)
@options.name
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option(
    "--min-weight", type=click.FloatRange(0, 1), default=0.0, metavar="W", help="Only topics from this weight on."
)
@options.filters
@options.reading
@listing
@options.quiet
@options.models
def command(
    name: str,
    sources: tuple[str, ...],
    min_weight: float,
    filters: Filters,
    how: ReadOptions,
    output: str | None,
    quiet: bool,
    models: str | None,
) -> None:
    """Give the topics of the model's own articles, or of those in SOURCE, strongest first.

    One row for each article, in reading order; its weights sum to 1, and an article that shares no word with any topic
    has none. With SOURCE and --csv your own columns come back with topic, label, weight and topics behind them.
    """
    from topics.api import load
    from topics.corpus import read

    model = load(name, models=models)
    if not sources:
        found = model.assign(min_weight=min_weight, filters=filters)
        show(output, (each.row() for each in found), print_assignments, flat, (*COLUMNS, *APPENDED))
        return
    if filters:
        raise click.UsageError("filters choose among the model's own articles; leave them out with SOURCE")
    reading = read(sources, options=replace(how, on_repeat="pass"))
    if output == "csv":
        rows = user_rows(model, reading, min_weight)
        first = next(rows)
        columns = list(reading.report.header or first)
        show("csv", chain_rows(first, rows), print_assignments, columns=[*columns, *names_beside(columns)])
    else:
        show(output, (each.row() for each in model.assign(reading, min_weight=min_weight)), print_assignments)
    if reading.report.skipped and not quiet:
        click.echo(
            f"{reading.report.skipped:,} records were skipped; the first: {reading.report.examples[0]}", err=True
        )


def names_beside(columns: Sequence[str]) -> list[str]:
    """Names for the appended columns that the user's own columns do not have."""
    return [name if name not in columns else f"assigned_{name}" for name in APPENDED]


def chain_rows(first: Mapping[str, Any], rest: Iterator[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A row and the rows behind it."""
    yield first
    yield from rest


def user_rows(model: Model, reading: Reading, min_weight: float) -> Iterator[Mapping[str, Any]]:
    """The records of a reading as they came, with their topics behind."""
    from itertools import islice

    records = reading.records()
    while block := list(islice(records, BLOCK)):
        assigned = model.assign([record.article for record in block], min_weight=min_weight)
        for record, assignment in zip(block, assigned, strict=True):
            own = {key: cell(value) for key, value in record.row.items()}
            yield own | dict(zip(names_beside(list(own)), strongest(assignment), strict=True))


def strongest(assignment: Assignment) -> tuple[Any, ...]:
    """Topic, label and weight of the strongest topic, and all topics in one cell."""
    if not assignment.topics:
        return None, None, None, None
    first = assignment.topics[0]
    every = "; ".join(f"{topic.topic} ({topic.weight:.2f})" for topic in assignment.topics)
    return first.topic, first.label, round(first.weight, 4), every


COLUMNS = ("id", "title", "date", "source", "url")


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """An assignment as CSV cells."""
    topics = row["topics"]
    first = topics[0] if topics else {"topic": None, "label": None, "weight": None}
    every = "; ".join(f"{topic['topic']} ({topic['weight']:.2f})" for topic in topics)
    return {**{key: row[key] for key in COLUMNS}, **first, "topics": every}


def print_assignments(rows: Sequence[Mapping[str, Any]]) -> None:
    """Assignments as a table."""
    lines = [
        (row["id"], row["title"] or "", "; ".join(f"{t['weight']:.2f} {t['label']}" for t in row["topics"][:3]))
        for row in rows
    ]
    table(("id", "title", "topics"), lines, stretch=1)
