"""topics train"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from topics.cli import options, say
from topics.cli.keywords import print_topics

if TYPE_CHECKING:
    from topics.corpus import ReadOptions, Report
    from topics.model import Model

PATH = click.Path(path_type=Path)
# Bytes a model takes for each byte of its sources: 3 to 5 on plain text; compressed sources may need more.
DISK = 5
# Suffixes that are not part of a model's name: corpus.jsonl.gz -> corpus.
SUFFIXES = 2


def number(context: click.Context, option: click.Parameter, value: str | None) -> int | str | None:
    """A whole number, or auto."""
    if value in (None, "auto"):
        return value
    try:
        return int(str(value))
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a whole number nor auto") from None


@click.command(
    "train",
    epilog="Example: topics train corpora/sample.jsonl --topics 15",
)
@options.sources
@click.option("--name", metavar="NAME", help="Name of the model [default: the file's name].")
@click.option(
    "--topics",
    "n_topics",
    callback=number,
    metavar="N|auto",
    help="How many topics [default: 20, at most a fifth of the articles]; auto: as many as are stable and coherent.",
)
@click.option(
    "--guide",
    "guides",
    multiple=True,
    metavar="NAME=WORDS",
    help='A topic to start from, such as "economy=inflation,interest rate,bank"; may be repeated. A file of such lines '
    "too. Guided topics come first, in order.",
)
@click.option("--stop-words", metavar="FILE", type=PATH, help="Words that are no keywords, one a line.")
@click.option("--replace", "replace_model", is_flag=True, help="Replace a model of that name.")
@click.option(
    "--like",
    metavar="NAME",
    help="A model whose topics keep numbers, names and slugs where they live on; as many topics are fitted.",
)
@click.option("--force", is_flag=True, help="With --replace: lose names of topics that a person gave.")
@click.option("--no-text", is_flag=True, help="Keep no texts of articles, so that the model can be published.")
@click.option("--no-clean", is_flag=True, help="Keep what belongs to the page: captions, footers, breadcrumbs.")
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of the start of the fit. The start hardly hangs on it, so that "
    "agreement between seeds says nothing of how stable topics are; `topics evaluate` does.",
)
@click.option(
    "--language",
    metavar="CODE",
    help="Their language: en, de, ..., or en+de for several [default: told from the articles].",
)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Cores to use [default: all]; the result is the same."
)
@options.reading
@click.option("--json", "as_json", is_flag=True, help="One JSON object: model, articles, topics, seconds, skipped.")
@options.quiet
@options.models
def command(
    sources: tuple[str, ...],
    name: str | None,
    n_topics: int | Literal["auto"] | None,
    guides: tuple[str, ...],
    stop_words: Path | None,
    replace_model: bool,
    like: str | None,
    force: bool,
    no_text: bool,
    no_clean: bool,
    language: str | None,
    seed: int,
    jobs: int | None,
    how: ReadOptions,
    as_json: bool,
    quiet: bool,
    models: str | None,
) -> None:
    """Turn articles into topics and save them as a model.

    SOURCE is a file, a folder, a pattern or - for a pipe; several are read as one corpus. Files: JSON lines, CSV, TSV,
    Excel, Parquet, text, Word, HTML, feeds, NITF, NewsML, ninjs, WARC; packed or in archives too.
    """
    from topics.api import load
    from topics.cli.progress import Bar
    from topics.corpus import read
    from topics.memory import keep_little
    from topics.settings import Settings
    from topics.store.names import models_folder, resolve
    from topics.threads import limited
    from topics.training import fit_to

    keep_little()
    settings = Settings(
        seed=seed,
        clean=not no_clean,
        language=language or "en",
        stop_words=words_in(stop_words),
        guides=guides_of(guides) if guides else (),
    )
    if isinstance(n_topics, int):
        Settings(n_topics=n_topics)  # complains of 0 before anything is read
    name = name or name_of(sources)
    path = resolve(name, models_folder(models))
    old = load(like, models=models).fitted if like is not None else None
    if old is not None and guides:
        raise click.UsageError("--guide and --like both say which topics come first; give one of the two")
    began = time.monotonic()
    reading = read(sources, options=how)

    def tell() -> None:
        if not quiet and not as_json:
            say_what_was_read(reading.report)

    with Bar(quiet, reading.report) as bar, limited(jobs):
        model = fit_to(
            path,
            bar.reading(reading, tell),
            settings,
            n_topics=n_topics,
            replace_model=replace_model,
            like=old,
            lose_names=force,
            keep_text=not no_text,
            detect=language is None,
            needed=DISK * (reading.report.bytes_total or 0),
            info=lambda: {"skipped": reading.report.skipped, "sources": [str(source) for source in sources]},
            progress=bar.step,
        )
    seconds = time.monotonic() - began
    if as_json:
        row = {"model": name, "articles": len(model), "topics": len(model.fitted), "seconds": round(seconds, 3)}
        click.echo(json.dumps(row | {"skipped": reading.report.skipped}, ensure_ascii=False))
        return
    if not quiet:
        say("")
    print_topics([topic.row() for topic in model.topics()])
    if not quiet:
        say_what_next(model, name, n_topics, seconds)


def guides_of(given: tuple[str, ...]) -> Any:
    """--guide options as names and words; one without "=" is a file of such lines."""
    from topics.guides import parse

    return parse(line for one in given for line in ([one] if "=" in one else lines_of(Path(one), "--guide")))


def words_in(path: Path | None) -> tuple[str, ...]:
    """The words in a file, one a line; what follows # is a note."""
    lines = [] if path is None else lines_of(path, "--stop-words")
    return tuple(dict.fromkeys(word for line in lines if (word := line.partition("#")[0].strip())))


def lines_of(path: Path, option: str) -> list[str]:
    """The lines of a text file."""
    try:
        return path.read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror or error}", param_hint=option) from error
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{path}: not UTF-8; save it as UTF-8", param_hint=option) from error


def name_of(sources: tuple[str, ...]) -> str:
    """The name of a model: the stem of its first file or folder."""
    if sources[0] == "-":
        raise click.UsageError("a pipe has no name; give the model one with --name NAME")
    name = Path(sources[0]).resolve().name
    for _ in range(SUFFIXES):
        name = name.removesuffix(Path(name).suffix) or name
    if any(letter in name for letter in "*?["):
        raise click.UsageError(f"{sources[0]!r} is a pattern; give the model a name with --name NAME")
    return name


def say_what_was_read(report: Report) -> None:
    """Which column became what, how many articles, from when to when, and what was left out."""
    for file in report.files[:10]:
        told = ", ".join(f"{ours} from {theirs!r}" for ours, theirs in file.columns.items() if ours != theirs)
        same = ", ".join(ours for ours, theirs in file.columns.items() if ours == theirs)
        say(f"{file.path}: {'; '.join(part for part in (same, told) if part) or file.format}")
    dates = f", {report.first_date[:10]} to {report.last_date[:10]}" if report.first_date and report.last_date else ""
    undated = f", {report.undated:,} without a date" if report.undated else ""
    say(f"{plural(report.kept, 'article')}{dates}{undated}")
    if report.skipped:
        say(f"{plural(report.skipped, 'record')} left out:")
        for skip in report.examples[:5]:
            say(f"  {skip}")
        if report.skipped > 5:
            say("  ... `topics read SOURCE` lists more")
    for note in report.notes:
        say(f"note: {note}")


def say_what_next(model: Model, name: str, asked: int | str | None, seconds: float) -> None:
    """What the topics are worth and what to type now."""
    fitted = model.fitted
    count = len(fitted)
    say("")
    if (choice := model.info["manifest"].info.get("choice")) is not None:
        say(f"{choice['reason']}; `topics info {name}` shows the table")
    if isinstance(asked, int) and count < asked:
        say(f"{asked} topics were asked for; only {count} differ in these articles.")
    if (told := model.info["manifest"].info.get("like")) is not None:
        gone = f"; gone: {', '.join(told['gone'])}" if told["gone"] else ""
        new = f"; new: {', '.join(told['new'])}" if told["new"] else ""
        say(f"{len(told['kept'])} topics of the older model live on{new}{gone}")
    say_languages(model)
    if not fitted.converged:
        say(f"The fit was still improving after {len(fitted.errors)} rounds; the topics are usable.")
    say(f"{plural(count, 'topic')} of {plural(len(model), 'article')} in {seconds:.1f} seconds.  Next:")
    fewer, more = count // 2, min(len(model), count * 2)
    hints = [
        (f"topics articles {name} --topic 0", "what a topic is about"),
        (f"topics similar {name} --id {first_id(model)!r}", "articles like one"),
    ]
    if fewer:
        hints.append((f"topics train ... --name {name} --topics {fewer} --replace", "fewer topics"))
    if more > count:
        hints.append((f"topics train ... --name {name} --topics {more} --replace", "more topics"))
    for line, what in hints:
        say(f"  {line:<60} {what}")


def say_languages(model: Model) -> None:
    """Which languages the articles are in, where that is not English alone."""
    languages = model.settings.language.split("+")
    if len(languages) > 1:
        shares = model.info["manifest"].info.get("languages") or {}
        told = ", ".join(f"{name} {shares[name]:.0%}" if name in shares else name for name in languages)
        say(f"These articles are in several languages ({told}): topics will mostly keep to one each, and articles are")
        say("found in their own. To force one language, train with --language CODE.")
    elif languages != ["en"]:
        say(f"Language: {languages[0]}.")


def plural(count: int, name: str) -> str:
    """1 topic, 20 topics."""
    return f"{count:,} {name}" if count == 1 else f"{count:,} {name}s"


def first_id(model: Model) -> str:
    """The id of some article."""
    article: Any = model.reader.get([0], text=False)[0]
    return str(article.id)
