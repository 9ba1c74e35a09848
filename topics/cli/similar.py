"""topics similar"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topics.cli import options
from topics.cli.matches import explain_nothing, show_matches
from topics.cli.output import listing

if TYPE_CHECKING:
    from topics.records import Article


@click.command(
    "similar",
    epilog="Examples: topics similar sample --id tour-prologue --top 5; "
    "topics similar sample --text 'dock strike' --half-life 90d --no-copies",
)
@options.name
@click.argument("pipe", required=False, metavar="[-]", type=click.Choice(["-"]))
@click.option("--id", "ids", multiple=True, metavar="ID", help="An article: its id, URL or title; may be repeated.")
@click.option("--text", "texts", multiple=True, metavar="TEXT", help="A text; may be repeated.")
@click.option("--file", "path", metavar="PATH", help="A text in a file.")
@click.option("--queries", metavar="FILE", help="Many queries, each by itself: JSON lines with an id or a text.")
@options.top
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, metavar="S", help="Only scores from here on.")
@options.filters
@click.option("--before-query", is_flag=True, help="Only articles older than the query.")
@click.option("--no-copies", is_flag=True, help="No copies of the query, nor of an article above.")
@click.option("--half-life", metavar="PERIOD", help="Let an article count half for each 90d, 12h or 2w apart.")
@click.option("--explain", is_flag=True, help="Show the sentences that carry what is shared.")
@listing
@options.models
def command(
    name: str,
    pipe: str | None,
    ids: tuple[str, ...],
    texts: tuple[str, ...],
    path: str | None,
    queries: str | None,
    explain: bool,
    output: str | None,
    models: str | None,
    **wanted: Any,
) -> None:
    """Find the articles nearest to an article, a text, a file or (-) what is piped in, and say why.

    The score is the cosine of terms and topics, 0 to 1; the reasons are what each shared term or topic adds to it.
    Several ids or texts are looked up together: what is near to all of them comes first. The relation tells copies of
    a text and articles on the same event from those that are merely related. A half-life changes the order only, not
    the score.
    """
    from topics.api import load

    if sum(map(bool, (ids, texts, path, queries, pipe))) != 1:
        raise click.UsageError("give one of --id ID, --text TEXT, --file PATH, --queries FILE or - for a pipe")
    model = load(name, models=models)
    found = []
    for label, query in asked(ids, texts, path, queries):
        matches = model.similar(query, **wanted)
        if not matches:
            best = model.similar(query, **{**wanted, "top": 1, "min_score": 0.0})
            explain_nothing(best, wanted["min_score"], label)
        found.append((label, matches))
    show_matches(model, found, output, explain=explain, with_query=queries is not None)


def asked(
    ids: tuple[str, ...], texts: tuple[str, ...], path: str | None, queries: str | None
) -> Iterator[tuple[str, list[str | Article]]]:
    """What is looked up, one after the other: what it is called, and the ids and articles it is made of."""
    from topics.corpus.query import article_of, queries_of
    from topics.records import Article

    if queries is not None:
        yield from ((label, [query]) for label, query in queries_of(Path(queries)))
    elif ids:
        yield "", list(ids)
    elif texts:
        yield "", [Article("", "", text) for text in texts]
    else:
        article = article_of(sys.stdin.buffer if path is None else Path(path))
        yield "", [Article("", article.title, article.text, article.date, article.source)]
