"""topics info"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.output import cell, listing, show, table

if TYPE_CHECKING:
    from topics.model import Model


@click.command("info", epilog="Example: topics info sample")
@options.name
@click.option("--methods", is_flag=True, help="A paragraph for the methods section of a paper instead.")
@listing
@options.models
def command(name: str, methods: bool, output: str | None, models: str | None) -> None:
    """Tell what a model is: its articles, settings and versions, and whether the fit converged.

    Of articles added since: which share of their terms the fit had not seen, which share of them its topics explain,
    both beside the same of the fitted articles, and why the model should be trained again, if it should.
    """
    from topics.store.manifest import Manifest
    from topics.store.models import load
    from topics.store.names import find, models_folder

    path = find(name, models_folder(models))
    manifest = Manifest.read(path)
    if methods:
        from topics.methods import paragraph

        text = paragraph(manifest)
        show(output, [{"model": path.name, "methods": text}], lambda rows: click.echo(text))
        return
    model = load(path)
    drift = model.drift().row()
    row = {
        "model": path.name,
        "path": str(path),
        "created": manifest.created,
        "changed": manifest.changed,
        **manifest.counts,
        **{key: drift[key] for key in ("added", "unknown_terms", "explained", "retrain")},
        **{key: value for key, value in manifest.info.items() if key != "topics"},
        "languages": languages_of(model),
        "bytes": sum(entry.size for entry in manifest.files.values()),
        "settings": manifest.settings,
        "versions": manifest.versions,
    }
    show(output, [row], print_info, lambda row: {key: cell(value) for key, value in row.items()})


def languages_of(model: Model) -> dict[str, int]:
    """How many articles are in each language, as their sources or they themselves tell it; most first."""
    live = set(model.segments.rows_passing().tolist())
    rows = enumerate(model.reader.scan(text=False))
    return dict(Counter(article.lang or "unknown" for row, article in rows if row in live).most_common())


def print_info(rows: Sequence[Mapping[str, Any]]) -> None:
    """One fact a line."""
    for row in rows:
        for key, value in row.items():
            if key == "choice":
                print_choice(value)
                continue
            if isinstance(value, Mapping):
                value = ", ".join(f"{name} {each}" for name, each in value.items())
            click.echo(f"{key:<16}  {cell(value)}")


# Columns of the longest bar.
BAR = 30


def print_choice(choice: Mapping[str, Any]) -> None:
    """How the number of topics was chosen: the sentence, the table, the scores as bars."""
    click.echo(f"{'choice':<16}  {choice['reason']}")
    best = max((row["score"] for row in choice["candidates"]), default=0) or 1
    lines = [
        (
            "",
            str(row["topics"]),
            *(f"{row[name]:.2f}" for name in ("stability", "coherence", "score")),
            "#" * round(BAR * row["score"] / best),
        )
        for row in choice["candidates"]
    ]
    if lines:
        table((" " * 16, "topics", "stability", "coherence", "score", ""), lines, right=range(5))
