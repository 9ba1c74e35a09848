"""Topics of one model beside those of another: which is which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.fitted import Name, Topics
from topics.naming import slugs, unique

# Topics of two samples of one corpus that are the same have cosines of .6 and more, unrelated ones below .2.
LEAST_ALIKE = 0.3


@dataclass(frozen=True, slots=True)
class Matched:
    """Which topics of an old model live on.

    kept : (old number, new number), by the new.  new : numbers in the new model.  gone : numbers in the old one.
    """

    kept: tuple[tuple[int, int], ...]
    new: tuple[int, ...]
    gone: tuple[int, ...]

    def row(self, old: Topics, fresh: Topics) -> dict[str, Any]:
        """As JSON values, topics by their slugs."""
        return {
            "kept": [fresh.names[number].slug for _, number in self.kept],
            "new": [fresh.names[number].slug for number in self.new],
            "gone": [old.names[number].slug for number in self.gone],
        }


def alike(old: Topics, fresh: Topics) -> NDArray[np.float64]:
    """Cosine of every old topic with every new one, over the words that both models have: float64 (n_old, n_new)."""
    places = {name: number for number, name in enumerate(fresh.words.names)}
    shared = [(number, places[name]) for number, name in enumerate(old.words.names) if name in places]
    A = old.components()[:, [a for a, _ in shared]].astype(np.float64)
    B = fresh.components()[:, [b for _, b in shared]].astype(np.float64)
    for rows in (A, B):
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-30)
    return np.asarray(A @ B.T)


def match(old: Topics, fresh: Topics) -> list[tuple[int, int]]:
    """Pairs (old, new) that are one topic: the pairing with the highest sum of cosines (Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    cosines = alike(old, fresh)
    rows, columns = linear_sum_assignment(-cosines)
    return [(int(a), int(b)) for a, b in zip(rows, columns, strict=True) if cosines[a, b] >= LEAST_ALIKE]


def like(old: Topics, fresh: Topics) -> tuple[list[int], tuple[Name, ...], Matched]:
    """The order of the new topics in which those that the old model has keep their numbers, with their names.

    Returns the present number of each topic in that order, the names in that order, and what became of which topic.
    A number beyond those there are now cannot be kept; such a topic takes a free one, as new topics do, in order.
    """
    pairs = match(old, fresh)
    place: dict[int, int] = {b: a for a, b in pairs if a < len(fresh)}
    free = iter(sorted(set(range(len(fresh))) - set(place.values())))
    for number in range(len(fresh)):
        if number not in place:
            place[number] = next(free)
    order = sorted(range(len(fresh)), key=place.__getitem__)
    before = {b: a for a, b in pairs}
    kept = [(before[number], place[number]) for number in order if number in before]
    new = [place[number] for number in order if number not in before]
    gone = sorted(set(range(len(old))) - set(before.values()))
    return order, _names(old, fresh, order, before), Matched(tuple(kept), tuple(new), tuple(gone))


def _names(old: Topics, fresh: Topics, order: Sequence[int], before: dict[int, int]) -> tuple[Name, ...]:
    """Names in a new order: of the old model where a topic lives on; none twice, nor that of one that is gone."""
    slugs_taken, labels_taken = {name.slug for name in old.names}, {name.label for name in old.names}
    found = []
    for number in order:
        name = fresh.names[number]
        if number in before:
            was = old.names[before[number]]
            name = replace(was, theme=name.theme)
        else:
            label = unique(name.label, labels_taken, " ")
            name = replace(name, label=label, slug=slugs([label], slugs_taken)[0])
            slugs_taken.add(name.slug)
            labels_taken.add(name.label)
        found.append(name)
    return tuple(found)
