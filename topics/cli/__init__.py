"""The command line: data on stdout, talk on stderr, exit codes as the errors say."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType

import click

import topics
from topics.errors import TopicsError

# Command -> what `topics --help` says of it.  The module is imported when the command is used.
COMMANDS = {
    "train": "Turn articles into topics and save them as a model.",
    "keywords": "List the topics of a model and their keywords.",
    "articles": "List the articles of a topic, strongest first.",
    "search": "Find articles by words.",
    "similar": "Find the articles nearest to an article or a text, and why.",
    "stories": "List stories: articles on one event.",
    "duplicates": "List copies of one text.",
    "neighbours": "List pairs of near articles, as the edges of a graph.",
    "assign": "Give articles their topics.",
    "rename": "Give a topic another label.",
    "merge": "Make several topics one.",
    "drop": "Let topics go.",
    "hide": "Keep topics out of the tags that `assign` gives.",
    "evaluate": "Score a model: coherence, diversity, stability and more.",
    "add": "Add articles to a model, or replace those it has.",
    "remove": "Remove articles from a model, with their text.",
    "trends": "Show topics over time: which rise, which fall.",
    "read": "Show what would be trained on.",
    "models": "List the models.",
    "info": "Tell what a model is: settings, counts, versions.",
    "verify": "Check that a model is whole.",
    "report": "Write topics, articles and trends as one page that opens from disk.",
    "serve": "Answer over HTTP, with a page to look at.",
    "completion": "Print the completion for bash, zsh or fish.",
    "export": "Copy a model, with or without the articles' texts.",
}


class LazyGroup(click.Group):
    """Commands are named here and imported when used, so that help and look-ups start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"topics.cli.{cmd_name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in COMMANDS or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        near = get_close_matches(args[0], COMMANDS, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "; try 'topics --help'"
        raise click.UsageError(f"no command {args[0]!r}{hint}", ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: topics train corpora/sample.jsonl",
)
@click.version_option(topics.__version__, message="topics %(version)s")
def group() -> None:
    """Topics of news, and articles that belong together.

    SOURCE is a file, a folder, a pattern or - for a pipe; NAME is a model in models/ (or $TOPICS_MODELS).
    """


def say(message: str) -> None:
    """Talk to the person, on stderr."""
    click.echo(message, err=True)


def main(args: list[str] | None = None) -> None:
    """Entry point of the command: runs it and exits with the code of the design."""
    sys.excepthook = report_bug
    sys.exit(run(args))


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody foresaw: the traceback, and a request."""
    sys.__excepthook__(kind, error, trace)
    say("This is a bug of ours. Please report it, with the lines above and what you typed.")


def run(args: list[str] | None = None) -> int:
    """Run one command and give its exit code."""
    try:
        code = group.main(args, prog_name="topics", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except TopicsError as error:
        say(f"Error: {error}")
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("Stopped. Nothing was changed.")
        return 130
    except (BrokenPipeError, SystemExit):
        # the reader of our output went away, which click answers with SystemExit; keep Python quiet at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        say("Error: the machine is out of memory; try fewer articles or fewer topics")
        return 5
    except OSError as error:
        say(f"Error: {error.filename or 'the machine'}: {error.strerror or error}")
        return 5
