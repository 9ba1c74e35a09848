"""topics trends"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.output import columns_of, cut, listing, show, width

if TYPE_CHECKING:
    from topics.facets import Filters
    from topics.trends import Group, Trend, Trends

BARS = "▁▂▃▄▅▆▇█"
# What stands for a period with too few articles.
HOLE = "·"
COLUMNS = ("group", "period", "first", "topic", "label", "share", "count", "articles")


@click.command("trends", epilog="Example: topics trends sample --by month --group section")
@options.name
@click.option(
    "--by", type=click.Choice(["day", "week", "month", "year"]), help="Length of a period [default: suits the dates]."
)
@click.option("--group", type=click.Choice(["source", "section"]), help="Each source or section by itself.")
@click.option(
    "--least",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    metavar="N",
    help="Articles that a period needs to be given a share.",
)
@options.filters
@listing
@options.models
def command(
    name: str,
    by: str | None,
    group: str | None,
    least: int,
    filters: Filters,
    output: str | None,
    models: str | None,
) -> None:
    """Show topics over time: the share of each in every period, and which rise or fall.

    The share is the mean part of an article; the count, in --json and --csv, is of articles whose strongest topic it
    is. Periods with too few articles get no share. A topic rises or falls when a line through its shares climbs or
    drops by more than chance explains.
    """
    from topics.api import load

    found = load(name, models=models).trends(by, group=group, least=least, filters=filters)
    show(output, found.rows(), lambda rows: print_trends(found), columns=COLUMNS)
    for note in notes(found):
        click.echo(note, err=True)


def notes(found: Trends) -> list[str]:
    """What was left out."""
    said = []
    if not any(group.periods for group in found.groups):
        said.append("no article that passes has a date")
    elif not any(period.enough for group in found.groups for period in group.periods):
        said.append(f"no {found.by} has {found.least} articles; try a longer --by or a smaller --least")
    elif thin := sum(0 < p.articles < found.least for group in found.groups for p in group.periods):
        said.append(f"{thin:,} of the {found.by}s with articles have fewer than {found.least}, and no share")
    if found.undated:
        said.append(f"{found.undated:,} articles have no date: they are in no period")
    return said


def print_trends(found: Trends) -> None:
    """Each group: its periods, then a line for each topic."""
    for group in found.groups:
        enough = [period for period in group.periods if period.enough]
        if not enough:
            continue
        if group.group is not None:
            click.secho(f"\n{group.group}", bold=True)
        click.echo(
            f"{group.articles:,} articles, {enough[0].period} to {enough[-1].period}, by {found.by}; "
            f"{len(enough)} of {len(group.periods)} with {found.least} articles or more"
        )
        room = max(8, min(40, width() - 60))
        highest = max(share for trend in group.topics for share in trend.shares if share is not None)
        lines = [cells(trend, room, highest) for trend in group.topics]
        print_lines(lines)
        print_movers(group)


def cells(trend: Trend, room: int, highest: float) -> tuple[str, ...]:
    """A topic as the cells of a table."""
    change = "" if trend.change is None else f"{100 * trend.change:+.1f}"
    curve = sparkline(trend.shares, room, highest)
    return str(trend.topic), f"{trend.share:.1%}", change, trend.direction or "", curve, trend.label


def print_lines(lines: Sequence[tuple[str, ...]]) -> None:
    """Cells under their headings; curves are as wide as each other, labels are cut to what is left."""
    header = ("topic", "share", "change", "", "over time", "label")
    widths = [max(columns_of(line[i]) for line in (header, *lines)) for i in range(len(header) - 1)]
    left = max(12, width() - sum(widths) - 2 * len(widths))
    for line in (header, *lines):
        known = zip(line, widths, strict=False)
        parts = [text.rjust(w) if i < 3 else text.ljust(w) for i, (text, w) in enumerate(known)]
        click.echo("  ".join([*parts, cut(line[-1], left)]).rstrip())


def print_movers(group: Group) -> None:
    """The topics that rise and fall, most first."""
    for direction in ("rising", "falling"):
        moved = [(abs(trend.change or 0), trend) for trend in group.topics if trend.direction == direction]
        moved.sort(key=lambda pair: -pair[0])
        if moved:
            told = (f"{trend.label} ({100 * (trend.change or 0):+.1f} points)" for _, trend in moved)
            click.echo(f"{direction}: {'; '.join(told)}")


def sparkline(shares: Sequence[float | None], room: int, highest: float) -> str:
    """Shares as bars, one scale for all topics; neighbours are averaged where there are more than there is room."""
    step = -(-len(shares) // room)
    bars = []
    for start in range(0, len(shares), step):
        known = [share for share in shares[start : start + step] if share is not None]
        if not known:
            bars.append(HOLE)
            continue
        level: Any = sum(known) / len(known) / highest if highest else 0.0
        bars.append(BARS[min(len(BARS) - 1, int(level * len(BARS)))])
    return "".join(bars)
