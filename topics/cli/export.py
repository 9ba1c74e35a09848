"""topics export"""

from __future__ import annotations

from pathlib import Path

import click

from topics.cli import options, say


@click.command("export", epilog="Example: topics export sample shared/sample --no-text")
@options.name
@click.argument("folder")
@click.option("--no-text", is_flag=True, help="Leave the articles' texts out; ids, titles, URLs and terms remain.")
@click.option("--replace", "replace_model", is_flag=True, help="Replace a model in that folder.")
@options.models
def command(name: str, folder: str, no_text: bool, replace_model: bool, models: str | None) -> None:
    """Copy a model to another folder, to publish it or move it.

    Without texts look-up, topics and reasons work as before; what needs the words of an article says so.
    """
    from topics.store.export import export
    from topics.store.names import find, models_folder

    export(find(name, models_folder(models)), Path(folder), keep_text=not no_text, replace_model=replace_model)
    say(f"{folder}: a copy of {name}" + (" without the texts of its articles" if no_text else ""))
