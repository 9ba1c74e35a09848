"""Topics steered by hand after training: renamed, merged, dropped, hidden.  Articles' rows stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from topics.errors import SettingError
from topics.fitted import DROPPED, Topics, averaged, combined, shares
from topics.fitting import KEYWORDS, THEME_ARTICLES, with_themes
from topics.index import Rows
from topics.keywords import ranked, relevance
from topics.model import Model
from topics.store.arrays import save_arrays
from topics.store.commit import Transaction
from topics.store.manifest import now
from topics.store.models import model_arrays, open_model

# A topic by number, slug or label.
Which = int | str
# Characters of a label; more is a sentence.
LONGEST = 200


def rename(path: Path, topic: Which, label: str) -> None:
    """Give a topic another label; its number and slug stay.  Raises SettingError, ModelNotFound, MachineError."""
    _change(path, lambda model: renamed(model.fitted, topic, label))


def hide(path: Path, topics: Sequence[Which], hidden: bool = True) -> None:
    """Keep topics out of the tags that `assign` gives, or (hidden False) let them back in."""
    _change(path, lambda model: hide_in(model.fitted, topics, hidden))


def merge(path: Path, topics: Sequence[Which], label: str | None = None) -> None:
    """Make two or more topics one, with the label (unless one is given) and slug of the largest."""
    _change(path, lambda model: merged(model, topics, label))


def drop(path: Path, topics: Sequence[Which]) -> None:
    """Let topics go; the other topics of an article sum to 1 without them."""
    _change(path, lambda model: dropped(model, topics))


def renamed(fitted: Topics, topic: Which, label: str) -> Topics:
    """Topics in which one has another label."""
    number, label = fitted.number(topic), " ".join(label.split())
    if not label or len(label) > LONGEST or not label.isprintable():
        raise SettingError(f"a label has 1 to {LONGEST} characters that can be printed; it is {label!r:.80}")
    for other, name in enumerate(fitted.names):
        if other != number and name.label.casefold() == label.casefold():
            raise SettingError(f"topic {other} has the label {label!r}; choose another, or `topics merge` the two")
    names = list(fitted.names)
    names[number] = replace(names[number], label=label, given=True, guided=())
    return replace(fitted, names=tuple(names))


def hide_in(fitted: Topics, topics: Sequence[Which], hidden: bool) -> Topics:
    """Topics of which some are kept out of tags, or no longer."""
    numbers = {fitted.number(topic) for topic in topics}
    names = (replace(n, hidden=hidden) if t in numbers else n for t, n in enumerate(fitted.names))
    return replace(fitted, names=tuple(names))


def merged(model: Model, topics: Sequence[Which], label: str | None = None) -> Topics:
    """The topics of a model with some made one."""
    fitted = model.fitted
    numbers = sorted({fitted.number(topic) for topic in topics})
    if len(numbers) < 2:
        raise SettingError("merge takes two or more topics; give them by number, slug or label")
    largest = max(numbers, key=lambda t: (float(fitted.share[t]), -t))
    to = np.arange(len(fitted), dtype=np.int32)
    to[numbers] = largest
    found = _regrouped(model, to)
    if label is None:
        return found
    slug = fitted.names[largest].slug
    return renamed(found, [name.slug for name in found.names].index(slug), label)


def dropped(model: Model, topics: Sequence[Which]) -> Topics:
    """The topics of a model without some."""
    fitted = model.fitted
    numbers = {fitted.number(topic) for topic in topics}
    if len(numbers) == len(fitted):
        raise SettingError(
            f"all {len(fitted)} topics would go; a model needs one, `topics hide` keeps them out of tags"
        )
    to = np.arange(len(fitted), dtype=np.int32)
    to[list(numbers)] = DROPPED
    return _regrouped(model, to)


def _regrouped(model: Model, to: NDArray[np.int32]) -> Topics:
    """Topics that have become others, numbered anew.  to : int32 (n_topics,), the topic that each becomes.

    The largest share comes first, unless another order was there before (of guides, of an older model).
    """
    fitted = model.fitted
    stay = np.unique(to[to != DROPPED])
    numbers = np.full(len(fitted) + 1, DROPPED, np.int32)  # the last one is for what was dropped
    numbers[stay] = np.arange(len(stay))
    factors = numbers[to[fitted.factors]]
    factors[fitted.factors == DROPPED] = DROPPED
    names = tuple(fitted.names[topic] for topic in stay)
    found = replace(fitted, factors=factors, names=names, share=np.zeros(len(stay), np.float32))
    rows, parts = _fitted_rows(model)
    share = shares([found.of_rows(parts)], len(stay)).astype(np.float32)
    if bool((np.diff(fitted.share) <= 0).all()):
        order = np.argsort(-share, kind="stable")
        place = np.append(np.argsort(order), DROPPED).astype(np.int32)
        found, share = replace(found, factors=place[factors], names=tuple(names[t] for t in order)), share[order]
    found = _with_keywords(replace(found, share=share))
    return with_themes(found, rows, found.of_rows(parts))


def _with_keywords(fitted: Topics) -> Topics:
    """Topics with keywords of their own; what was dropped still takes its words, so other topics keep theirs."""
    gone = fitted.factors == DROPPED
    own = fitted.factors, fitted.factor_share, len(fitted)
    H = np.vstack([combined(fitted.strength, *own), fitted.strength[gone]])
    present = np.vstack([averaged(fitted.present, *own), fitted.present[gone]])
    scores = relevance(H, present, fitted.words.idf())[: len(fitted)]
    keywords, best = ranked(scores, KEYWORDS)
    return replace(fitted, keywords=keywords, relevance=best)


def _fitted_rows(model: Model) -> tuple[Rows, Rows]:
    """Look-up rows and factors of the fitted articles that are there (of all, when none is), at most so many."""
    taken = [segment.live() for segment in model.segments]
    fitted = [live[~segment.familiarity.added[live]] for segment, live in zip(model.segments, taken, strict=True)]
    if any(map(len, fitted)):
        taken = fitted
    step = max(1, sum(map(len, taken)) // THEME_ARTICLES)
    taken = [live[::step] for live in taken]
    pairs = list(zip(model.segments, taken, strict=True))
    rows = Rows.join(segment.index.rows.take(live) for segment, live in pairs)
    return rows, Rows.join(segment.weights.take(live) for segment, live in pairs)


def _change(path: Path, change: Callable[[Model], Topics]) -> None:
    """Put other topics into a model; a new file only when more than names has changed."""
    with Transaction(path, "change") as transaction:
        model, files = open_model(path)
        try:
            found = change(model)
        finally:
            for file in files:
                file.close()
        manifest = model.info["manifest"]
        entries = manifest.files
        if found.factors is not model.fitted.factors:
            new = transaction.new_path("model", ".joblib")
            save_arrays(new, model_arrays(model.furniture, model.vocabulary, found))
            entries = {**entries, "model": transaction.entry(new)}
        info = {**manifest.info, "topics": [name.row() for name in found.names]}
        counts = {**manifest.counts, "topics": len(found)}
        transaction.commit(replace(manifest, changed=now(), files=entries, info=info, counts=counts))
