"""topics evaluate"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from topics.cli import options
from topics.cli.output import listing, show, table

PATH = click.Path(path_type=Path)


@click.command(
    "evaluate",
    epilog="Examples: topics evaluate sample; topics evaluate sample --sheet coding; "
    "topics evaluate sample --coded ann/coding.csv ben/coding.csv",
)
@options.name
@click.option(
    "--resamples",
    type=click.IntRange(0, 100),
    default=3,
    show_default=True,
    help="Models fitted on 80 % of the articles each, for stability, and two on halves; 0 for none.",
)
@click.option("--sheet", metavar="DIR", type=PATH, help="Write sheets for people to fill in, and their key, instead.")
@click.option(
    "--coded", multiple=True, metavar="FILE", type=PATH, help="Score by filled sheets (more FILEs may follow)."
)
@click.option("--key", metavar="FILE", type=PATH, help="The key of the sheets [default: key.csv beside them or above].")
@click.argument("files", nargs=-1, metavar="[FILE]...", type=PATH)
@listing
@options.quiet
@options.models
def command(
    name: str,
    resamples: int,
    sheet: Path | None,
    coded: tuple[Path, ...],
    key: Path | None,
    files: tuple[Path, ...],
    output: str | None,
    quiet: bool,
    models: str | None,
) -> None:
    """Score a model on its own articles: a row for each topic, the last one overall.

    npmi: how often a topic's ten keywords stand together in windows of ten words, -1 to 1. support: share of its
    articles that hold two of them. explained: share of their squared weight that the topics reproduce. diversity: share
    of keywords that stand in one topic only. ami, ari: agreement of the strongest topic with the sections.

    stability (shared keywords) and npmi_unseen (coherence on the half of the articles that a model was not fitted on)
    come from sibling models, fitted on parts of the articles: of this model itself nobody can tell.

    --sheet writes three sheets: which of six words does not belong, which of four topics an article does not have
    (answer with the number), and whether articles are about their topic (yes or no). Give each coder a copy, and
    keep the key from them. --coded gives the share of right answers, topic by topic, and how far coders agree.
    """
    from topics.api import load
    from topics.cli.progress import Bar
    from topics.evaluation import evaluate

    if files and not coded:
        raise click.UsageError(f"{files[0]}: a file is taken with --coded only")
    if sheet is not None:
        from topics.sheets import write

        written = write(load(name, models=models), sheet)
        show(output, [{"file": str(file)} for file in written], lambda rows: click.echo("\n".join(map(str, written))))
        return
    if coded:
        from topics.sheets import coded as score

        found = [each.row() for each in score(load(name, models=models), [*coded, *files], key)]
        show(output, found, print_coded)
        return
    with Bar(quiet) as bar:
        scores = evaluate(load(name, models=models), resamples, bar.step)
    rows = [topic.row() for topic in scores.topics] + [scores.row()]
    show(output, rows, print_scores, columns=list(dict.fromkeys(key for row in rows for key in row)))


def print_coded(rows: Sequence[Mapping[str, Any]]) -> None:
    """What coders found as a table, the overall line last."""
    names = ("precision", "word_intrusion", "topic_intrusion", "alpha")
    lines = [
        (
            "all" if row["topic"] is None else str(row["topic"]),
            str(row["answers"]),
            *("" if row[name] is None else f"{row[name]:.2f}" for name in names),
            row["label"] or "",
        )
        for row in rows
    ]
    table(("topic", "answers", *names, "label"), lines, right=range(6))


OVERALL = ("diversity", "ami", "ari", "npmi_seen", "npmi_unseen")


def print_scores(rows: Sequence[Mapping[str, Any]]) -> None:
    """Scores as a table, the overall ones below."""
    names = ("npmi", "support", "explained", "stability")
    lines = [
        (
            "all" if row["topic"] is None else str(row["topic"]),
            str(row["articles"]),
            *("" if row[name] is None else f"{row[name]:.3f}" for name in names),
            row.get("label", ""),
        )
        for row in rows
    ]
    table(("topic", "articles", *names, "label"), lines, right=range(6))
    whole = rows[-1]
    click.echo("")
    click.echo(", ".join(f"{name} {whole[name]:.3f}" for name in OVERALL if whole[name] is not None))
    if whole["siblings"]:
        told = f"{whole['siblings']} sibling models, fitted on parts of the articles"
        click.echo(f"stability, npmi_seen and npmi_unseen are of {told}")
