"""topics info"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from topics.cli import options
from topics.cli.output import cell, listing, show


@click.command("info", epilog="Example: topics info sample")
@options.name
@listing
@options.models
def command(name: str, output: str | None, models: str | None) -> None:
    """Tell what a model is: its articles, settings and versions, and whether the fit converged.

    Of articles added since: which share of their terms the fit had not seen, which share of them its topics explain,
    both beside the same of the fitted articles, and why the model should be trained again, if it should.
    """
    from topics.store.manifest import Manifest
    from topics.store.models import load
    from topics.store.names import find, models_folder

    path = find(name, models_folder(models))
    manifest = Manifest.read(path)
    drift = load(path).drift().row()
    row = {
        "model": path.name,
        "path": str(path),
        "created": manifest.created,
        "changed": manifest.changed,
        **manifest.counts,
        **{key: drift[key] for key in ("added", "unknown_terms", "explained", "retrain")},
        **{key: value for key, value in manifest.info.items() if key != "topics"},
        "bytes": sum(entry.size for entry in manifest.files.values()),
        "settings": manifest.settings,
        "versions": manifest.versions,
    }
    show(output, [row], print_info, lambda row: {key: cell(value) for key, value in row.items()})


def print_info(rows: Sequence[Mapping[str, Any]]) -> None:
    """One fact a line."""
    for row in rows:
        for key, value in row.items():
            if isinstance(value, Mapping):
                value = ", ".join(f"{name} {each}" for name, each in value.items())
            click.echo(f"{key:<16}  {cell(value)}")
