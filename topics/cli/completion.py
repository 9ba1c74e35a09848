"""topics completion"""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion", epilog="Example: topics completion bash > ~/.local/share/bash-completion/completions/topics"
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion of commands, options and names of models for bash, zsh or fish.

    \b
    bash  topics completion bash > ~/.local/share/bash-completion/completions/topics
    zsh   topics completion zsh > ~/.zfunc/_topics
    fish  topics completion fish > ~/.config/fish/completions/topics.fish

    A new shell has it. For zsh, ~/.zshrc needs fpath+=~/.zfunc before compinit.
    """
    from topics.cli import group

    found = get_completion_class(shell)
    if found is None:  # click knows all three
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(group, {}, "topics", "_TOPICS_COMPLETE").source())
