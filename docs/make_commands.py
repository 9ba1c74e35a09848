"""Writes docs/commands.md from the help of every command: python docs/make_commands.py"""

from __future__ import annotations

from pathlib import Path

import click

from topics.cli import COMMANDS, group

WIDTH = 100
HEAD = """# Commands

Made from `topics COMMAND --help` by `python docs/make_commands.py`; a test fails when the two differ.

Completion: `topics completion bash`, `zsh` or `fish` prints it; `topics completion --help` says where it belongs.
"""


def text() -> str:
    """The whole page."""
    names = group.context_settings["help_option_names"]
    above = click.Context(
        group, info_name="topics", terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=names
    )
    parts = [HEAD, block(above)]
    for name in COMMANDS:
        command = group.get_command(above, name)
        assert command is not None
        command._help_option = None  # click keeps what another context, of other names, may have made
        parts.append(f"## topics {name}\n\n{block(click.Context(command, info_name=name, parent=above))}")
    return "\n".join(parts)


def block(context: click.Context) -> str:
    """The help of a command."""
    return f"```\n{context.command.get_help(context)}\n```\n"


if __name__ == "__main__":
    (Path(__file__).parent / "commands.md").write_text(text(), "utf-8")
