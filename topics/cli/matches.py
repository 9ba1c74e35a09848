"""Matches as a listing: who is near, how, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from topics.cli.output import day, show, table

if TYPE_CHECKING:
    from topics.model import Model
    from topics.records import Match, Passage

COLUMNS = ("id", "score", "title", "date", "source", "url", "why", "relation")
# Terms of the reason that a table shows.
SHOWN = 4
# A table of so few matches has room for the sentences that carry them.
FEW = 3


def show_matches(
    model: Model,
    found: Sequence[tuple[str, Sequence[Match]]],
    output: str | None,
    *,
    explain: bool = False,
    with_query: bool = False,
) -> None:
    """Print what each query found.  explain : with sentences, which few matches in a table have anyway.

    with_query : rows tell which query they answer.
    """
    explain = explain or (output is None and sum(len(matches) for _, matches in found) <= FEW)
    rows: list[Mapping[str, Any]] = []
    passages = {}
    for label, matches in found:
        for match in matches:
            row = match.row()
            if explain:
                passages[len(rows)] = model.explain(match)
                row["sentences"] = [passage.row() for passage in passages[len(rows)]]
            rows.append({"query": label, **row} if with_query else row)
    labels = model.fitted.labels
    columns = (("query",) if with_query else ()) + COLUMNS + (("sentences",) if explain else ())
    show(output, rows, lambda rows: print_matches(rows, labels, passages), flat, columns)


def flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A match as CSV cells."""
    cells = {**row, "why": "; ".join(reason["term"] for reason in row["why"] if reason["term"])}
    if "sentences" in row:
        cells["sentences"] = " … ".join(sentence["text"] for sentence in row["sentences"])
    return cells


def explain_nothing(best: Sequence[Match], min_score: float, label: str = "") -> None:
    """Say why nothing is listed."""
    start = f"{label}: " if label else ""
    if best:
        score, name = best[0].score, best[0].article.id
        click.echo(f"{start}no article scores {min_score} or more; the best is {score:.3f}, {name}", err=True)
    else:
        click.echo(f"{start}no article shares a term with it", err=True)


def said(reason: Mapping[str, Any], labels: Sequence[str]) -> str:
    """A part of a score in a table."""
    if reason["term"]:
        return str(reason["term"])
    if reason.get("words"):
        return f"[{' ~ '.join(reason['words'])}]"
    topic = reason.get("topic")
    return "[a topic that was dropped]" if topic is None else f"[{labels[topic]}]"


def print_matches(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[str], passages: Mapping[int, Sequence[Passage]]
) -> None:
    """Matches as a table, the sentences below."""
    if not rows:
        return
    header = ["score", "id", "date", "source", "title", "why"]
    lines = []
    for row in rows:
        parts = [said(reason, labels) for reason in row["why"][:SHOWN]]
        title, source = row["title"] or "", row["source"] or ""
        lines.append([f"{row['score']:.2f}", row["id"], day(row), source, title, ", ".join(parts)])
    for name in ("relation", "query"):
        if any(row.get(name) for row in rows):
            place = 1 if name == "relation" else 0
            header.insert(place, name)
            for line, row in zip(lines, rows, strict=True):
                line.insert(place, row.get(name) or "")
    table(header, lines, right=(header.index("score"),), stretch=header.index("title"))
    for number, found in passages.items():
        if found:
            click.echo(f"\n{rows[number]['id']}")
            for passage in found:
                click.echo(f"  {marked(passage)}")


def marked(passage: Passage) -> str:
    """A sentence in one line, its shared terms bold on a terminal and between asterisks elsewhere."""
    parts = []
    place = 0
    for start, end in passage.marks:
        word = passage.text[start:end]
        parts += [plain(passage.text[place:start]), click.style(word, bold=True) if bold() else f"*{word}*"]
        place = end
    return "".join([*parts, plain(passage.text[place:])])


def plain(text: str) -> str:
    """A text without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def bold() -> bool:
    """Whether what is printed may be bold."""
    return sys.stdout.isatty()
