"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def chain(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Several options as one decorator, in the order they are listed by help."""

    def apply(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return apply


def complete_models(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Names of models that begin so, for the shell."""
    from topics.store.names import list_models, models_folder

    folder = models_folder(ctx.params.get("models"))
    return [path.name for path in list_models(folder) if path.name.startswith(incomplete)]


name = click.argument("name", shell_complete=complete_models)
topic = click.argument("topic")
topics = click.argument("topics", metavar="TOPIC...", nargs=-1, required=True)
sources = click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
models = click.option("--models", metavar="DIR", help="Folder of models [default: $TOPICS_MODELS or models].")
quiet = click.option("--quiet", "-q", is_flag=True, help="No progress, no notes; errors are still said.")
top = click.option("--top", type=click.IntRange(1), default=10, show_default=True, help="How many to show.")


_filters = chain(
    click.option("--since", metavar="DATE", help="Only articles of this day or later (2026-03-04, 2026-03 or 2026)."),
    click.option("--until", metavar="DATE", help="Only articles of this day or earlier."),
    click.option("--source", "in_source", multiple=True, metavar="NAME", help="Only this source; may be repeated."),
    click.option("--not-source", multiple=True, metavar="NAME", help="Not this source; may be repeated."),
    click.option("--section", multiple=True, metavar="NAME", help="Only this section; may be repeated."),
)


def filters(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose articles; the command gets them as one record, `filters`."""

    @wraps(command)
    def filtered(
        *args: Any,
        since: str | None,
        until: str | None,
        in_source: tuple[str, ...],
        not_source: tuple[str, ...],
        section: tuple[str, ...],
        **others: Any,
    ) -> Any:
        from topics.facets import Filters

        return command(*args, filters=Filters(since, until, in_source, section, not_source), **others)

    return _filters(filtered)


_reading = chain(
    click.option(
        "--format", "format_", metavar="FORMAT", help="Format of SOURCE where its name does not tell: jsonl, csv ..."
    ),
    click.option(
        "--field",
        "fields",
        multiple=True,
        metavar="OURS=THEIRS",
        help="Their column or key for one of our fields, such as text=body.",
    ),
    click.option("--strict", is_flag=True, help="Stop at the first record that cannot be used."),
    click.option(
        "--day-first/--month-first",
        "day_first",
        default=None,
        help="How to read 03/04/2023 [default: as the other dates of its source].",
    ),
)


def reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how to read; the command gets them as one record, `how` (ReadOptions)."""

    @wraps(command)
    def told(
        *args: Any, format_: str | None, fields: tuple[str, ...], strict: bool, day_first: bool | None, **others: Any
    ) -> Any:
        from topics.corpus import ReadOptions

        return command(*args, how=ReadOptions(format_, make_fields(fields), strict, day_first), **others)

    return _reading(told)


def make_fields(fields: tuple[str, ...]) -> dict[str, str]:
    """--field options as a mapping."""
    pairs = {}
    for field in fields:
        ours, equals, theirs = field.partition("=")
        if not equals or not ours or not theirs:
            raise click.BadParameter(f"{field!r}; write --field text=body", param_hint="--field")
        pairs[ours] = theirs
    return pairs
