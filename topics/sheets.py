"""Proof by people: sheets for coders to fill in, the key to them, and what the coders found.

Three kinds of items. Word intrusion (Chang et al. 2009): which of six words does not belong? Topic intrusion: which of
four topics does the article not have? Coding: is the article about the topic?
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from topics.errors import SettingError, SourceError
from topics.model import Model
from topics.store.files import machine_errors

# Words shown of a topic, beside the one that does not belong.
WORDS = 5
# Articles per topic in the coding sheet, and articles in the sheet of topic intrusion.
CODED = 10
INTRUDED = 30
# Topics shown of an article, beside the one that it does not have.
TOPICS = 3
# Characters shown of an article: its headline and first paragraphs.
SHOWN = 600

SHEETS = {"w": "word-intrusion.csv", "t": "topic-intrusion.csv", "c": "coding.csv"}
KEY = "key.csv"
YES, NO = {"1", "y", "yes", "true", "x"}, {"0", "n", "no", "false"}

Row = dict[str, str]


def write(model: Model, folder: Path) -> list[Path]:
    """Write the three sheets and their key into a folder, which must not hold any of them yet.

    The draw hangs on the model's seed alone.  Raises SettingError when a sheet is there, or the model has fewer than
    two topics.
    """
    if len(model.fitted) < 2:
        raise SettingError("the model has one topic; nothing could be told apart")
    files = [folder / name for name in (*SHEETS.values(), KEY)]
    if there := [file for file in files if file.exists()]:
        raise SettingError(f"{there[0]}: there already, and may have been filled in; choose another folder")
    chance = np.random.default_rng(model.settings.seed)
    drawn = [_words(model, chance), _topics(model, chance), _coding(model, chance)]
    key = [row for _, rows in drawn for row in rows]
    with machine_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for file, rows in zip(files, [*(sheet for sheet, _ in drawn), key], strict=True):
            with file.open("w", encoding="utf-8-sig", newline="") as out:  # the mark by which spreadsheets know UTF-8
                writer = csv.DictWriter(out, list(rows[0]) if rows else ["item", "answer"])
                writer.writeheader()
                writer.writerows(rows)
    return files


def _words(model: Model, chance: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Five words of a topic and one of another, shuffled; a row for each topic."""
    lists = [[term.term for term in topic.keywords] for topic in model.topics(10)]
    items, key = [], []
    for number, words in enumerate(lists):
        others = [word for other, own in enumerate(lists) if other != number for word in own if word not in words]
        if len(words) < WORDS or not others:
            continue
        intruder = others[int(chance.integers(len(others)))]
        shown = [str(word) for word in chance.permutation([*words[:WORDS], intruder])]
        items.append({"item": "", **{f"word {i}": word for i, word in enumerate(shown, 1)}, "answer": ""})
        key.append({"item": "", "topic": model.fitted.names[number].slug, "truth": intruder})
    return _numbered("w", items, key, chance)


def _topics(model: Model, chance: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """The strongest topics of an article and one that it does not have, shuffled; a row for each article."""
    names, rows = model.fitted.names, model.segments.rows_passing()
    items: list[Row] = []
    key: list[Row] = []
    for row in chance.permutation(rows):
        if len(items) == INTRUDED:
            break
        numbers = [topic.topic for topic in model.topics_of(int(row)).topics[:TOPICS]]
        absent = sorted(set(range(len(names))) - set(model.weights_of(int(row))[0].tolist()))
        if not numbers or not absent:
            continue
        intruder = absent[int(chance.integers(len(absent)))]
        shown = [int(number) for number in chance.permutation([*numbers, intruder])]
        labels = {f"topic {i}": "" for i in range(1, TOPICS + 2)}
        labels |= {f"topic {i}": _described(model, number) for i, number in enumerate(shown, 1)}
        items.append({"item": "", "article": _text(model, int(row)), **labels, "answer": ""})
        key.append({"item": "", "topic": names[numbers[0]].slug, "truth": str(shown.index(intruder) + 1)})
    return _numbered("t", items, key, chance)


def _coding(model: Model, chance: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Random articles of each topic; a row for each."""
    strongest = model.strongest()
    rows = model.segments.rows_passing()
    items, key = [], []
    for number, name in enumerate(model.fitted.names):
        mine = rows[strongest[rows] == number]
        for row in chance.permutation(mine)[:CODED]:
            items.append(
                {"item": "", "article": _text(model, int(row)), "topic": _described(model, number), "answer": ""}
            )
            key.append({"item": "", "topic": name.slug, "truth": "yes"})
    return _numbered("c", items, key, chance)


def _numbered(kind: str, items: list[Row], key: list[Row], chance: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Items and key in a shuffled order, so that a number tells nothing."""
    order = chance.permutation(len(items)).tolist()
    for number, place in enumerate(order, 1):
        items[place]["item"] = key[place]["item"] = f"{kind}{number:03}"
    return [items[place] for place in order], [key[place] for place in order]


def _described(model: Model, topic: int) -> str:
    """A topic as coders see it."""
    words = ", ".join(term.term for term in model.topics(WORDS)[topic].keywords)
    return f"{model.fitted.names[topic].label} ({words})"


def _text(model: Model, row: int) -> str:
    """The beginning of an article."""
    (article,) = model.reader.get([row])
    text = " ".join(f"{article.title} | {article.text}".split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."


@dataclass(frozen=True, slots=True)
class Coded:
    """What coders found of one topic, or (topic None) of all.

    coders : how many.  answers : given by all of them.  precision : share of articles said to be about their topic.
    word_intrusion, topic_intrusion : share of intruders found.  alpha : agreement of the coders on the coding sheet
    (Krippendorff 2004), None for one coder, or when all answers are the same.
    """

    topic: int | None
    label: str | None
    coders: int
    answers: int
    precision: float | None
    word_intrusion: float | None
    topic_intrusion: float | None
    alpha: float | None

    def row(self) -> dict[str, Any]:
        return {
            name: round(value, 4) if isinstance(value := getattr(self, name), float) else value
            for name in self.__slots__
        }


def coded(model: Model, files: Sequence[Path], key: Path | None = None) -> list[Coded]:
    """What coders found: a record for each topic, the last one overall.

    files : filled sheets; those of one name are of different coders.  key : the key, None for the one in the folder of
    the first file, or the folder above.  Raises SourceError, SettingError.
    """
    truth = {row["item"]: row for row in _read(key or _find_key(files[0]), ("item", "topic", "truth"))}
    answers = [_answers(file, truth) for file in files]
    slugs = [name.slug for name in model.fitted.names]
    found = []
    for number, name in enumerate(model.fitted.names):
        mine = {item for item, row in truth.items() if row["topic"] == name.slug}
        found.append(_scored(number, name.label, answers, truth, mine))
    if strangers := sorted({row["topic"] for row in truth.values()} - set(slugs)):
        raise SettingError(f"the key has topics that this model does not have: {', '.join(strangers[:5])}")
    return [*found, _scored(None, None, answers, truth, set(truth))]


def _scored(
    topic: int | None, label: str | None, answers: list[Row], truth: Mapping[str, Row], items: set[str]
) -> Coded:
    """The share of right answers to some items, kind by kind."""
    right: dict[str, list[bool]] = {kind: [] for kind in SHEETS}
    for given in answers:
        for item, answer in given.items():
            if item in items:
                right[item[0]].append(answer == truth[item]["truth"].casefold())
    share = {kind: sum(values) / len(values) if values else None for kind, values in right.items()}
    codings = [
        {item: answer for item, answer in given.items() if item[0] == "c" and item in items} for given in answers
    ]
    total = sum(map(len, right.values()))
    coders = sum(any(item in items for item in given) for given in answers)
    return Coded(topic, label, coders, total, share["c"], share["w"], share["t"], krippendorff(codings))


def krippendorff(coders: Sequence[Mapping[str, str]]) -> float | None:
    """Krippendorff's alpha for names: 1 when coders agree, 0 when they agree as often as by chance.

    coders : the answer of each to each item; an item that fewer than two have answered is left out.  None when there
    is none, or only one answer was ever given.  (Krippendorff 2004, ch. 11)
    """
    units = [
        [given[item] for given in coders if item in given] for item in {item for given in coders for item in given}
    ]
    units = [values for values in units if len(values) >= 2]
    totals = Counter(value for values in units for value in values)
    n = sum(totals.values())
    if len(totals) < 2:
        return None
    observed = sum(
        count * (len(values) - count) / (len(values) - 1) for values in units for count in Counter(values).values()
    )
    expected = sum(count * (n - count) for count in totals.values()) / (n - 1)
    return 1 - observed / expected


def _find_key(file: Path) -> Path:
    for folder in (file.resolve().parent, file.resolve().parent.parent):
        if (folder / KEY).is_file():
            return folder / KEY
    raise SourceError(f"{file}: no {KEY} beside it or in the folder above; copy the one that --sheet wrote there")


def _answers(file: Path, truth: Mapping[str, Row]) -> Row:
    """Item -> answer, normalised: yes or no, the intruding word, the number of the intruding topic; blanks left out."""
    found = {}
    for line, row in enumerate(_read(file, ("item", "answer")), 2):
        item, answer = row["item"].strip(), " ".join(row["answer"].casefold().split())
        if not answer:
            continue
        if item not in truth:
            raise SourceError(f"{file}:{line}: item {item!r} is not in the key; is it the key of another sheet?")
        if item[0] == "c":
            if answer not in YES | NO:
                raise SourceError(f"{file}:{line}: answer {answer!r}; write yes or no")
            answer = "yes" if answer in YES else "no"
        elif item[0] == "w" and answer.isdecimal():
            answer = (row.get(f"word {answer}") or answer).casefold()
        found[item] = answer.removeprefix("topic ")
    return found


def _read(file: Path, needed: Sequence[str]) -> list[Row]:
    """Rows of a CSV file as spreadsheets save it: comma or semicolon, with or without a mark in front."""
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8; save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        text.splitlines(keepends=True), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    if missing := [name for name in needed if name not in (reader.fieldnames or ())]:
        raise SourceError(f"{file}: no column {missing[0]!r}; keep the first line as --sheet wrote it")
    return [{key: value or "" for key, value in row.items() if key} for row in reader]
