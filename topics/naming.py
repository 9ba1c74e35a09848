"""Labels, slugs and themes: what topics are called.  Made from the model's weights; phrases are for display only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from topics.fitted import Name
from topics.strings import StringTable

# A label is read at a glance: so many parts, of so many characters in all.
PARTS = 3
LONGEST = 40
# Fewer topics are seen at a glance and need no groups.
LEAST_FOR_THEMES = 6
SEPARATOR = " · "

Phrases = Mapping[int, tuple[int, ...]]


def labels(keywords: NDArray[np.int32], shown: StringTable, phrases: Phrases) -> list[str]:
    """A label for each topic: its best keywords, whole phrases where a keyword is part of one.

    keywords : int32 (n_topics, k), ranked, -1 behind the last.  phrases : keyword -> words of the phrase it stands in.
    Labels differ: one that would repeat takes in the next keyword, and a number when there is none.
    """
    found: list[str] = []
    for row in keywords:
        parts: list[str] = []
        said: set[int] = set()
        for word in (int(word) for word in row if word >= 0):
            if word in said:
                continue
            phrase = phrases.get(word, (word,))
            if said & set(phrase) or overlapping([shown[w] for w in phrase]):
                phrase = (word,)
            text = " ".join(shown[w] for w in phrase)
            if any(same_word(text, part) for part in parts):
                continue
            label = ", ".join([*parts, text])
            enough = len(parts) >= PARTS or (parts and len(label) > LONGEST)
            if enough and ", ".join(parts) not in found:
                break
            parts.append(text)
            said.update(phrase)
        found.append(unique(", ".join(parts) or "topic", found, " "))
    return found


def same_word(left: str, right: str) -> bool:
    """Whether two words look like forms of one: film and films, economy and economic."""
    left, right = left.casefold(), right.casefold()
    common = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    return common >= 4 and common >= 0.75 * max(len(left), len(right))


def overlapping(words: Sequence[str]) -> bool:
    """Whether words are pairs of letters cut from one run, as scripts without spaces are."""
    return any(not left.isascii() and left[-1] == right[0] for left, right in pairwise(words))


def slug_of(label: str) -> str:
    """Letters, digits and hyphens, ASCII where the script has it: "Gaza Strip, U.N." gives "gaza-strip-u-n"."""
    bare = unicodedata.normalize("NFKD", label.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char)) or label.casefold()
    return re.sub(r"[^\w]+|_+", "-", unicodedata.normalize("NFC", bare)).strip("-") or "topic"


def unique(text: str, taken: Collection[str], joiner: str = "-") -> str:
    """The text, or with the first number from 2 that nobody has."""
    number, found = 2, text
    while found in taken:
        found, number = f"{text}{joiner}{number}", number + 1
    return found


def slugs(labels: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """A slug for each label, none twice and none of `taken`."""
    found: list[str] = []
    for label in labels:
        found.append(unique(slug_of(label), {*found, *taken}))
    return found


def themes(C: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Topics in groups: int64 (n_topics,), a number for each group.

    C : (n_topics, n_terms), the mean article of each topic.  mean : (n_terms,), that of the corpus; what a topic has
    in common with everything is left out.  Ward's method (Ward 1963), cut to the square root of twice the topics: 20
    topics make 6 groups.  With it every group of BBC's topics is of one section; average link over the topics' own
    words puts nine of ten sample topics in one group.
    """
    if len(C) < LEAST_FOR_THEMES:
        return np.arange(len(C))
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    along = C @ mean
    rest = C @ C.T - np.outer(along, along) / max(float(mean @ mean), 1e-30)  # products of what is left of the rows
    length = np.sqrt(np.maximum(np.diag(rest), 1e-60))
    distance = np.sqrt(np.clip(np.round(2 - 2 * rest / np.outer(length, length), 9), 0, 4))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "ward")
    return np.asarray(fcluster(tree, round(float(np.sqrt(2 * len(C)))), "maxclust"), np.int64)


def theme_names(groups: NDArray[np.int64], labels: Sequence[str], share: NDArray[np.float32]) -> list[str | None]:
    """The name of each topic's group: how its two largest topics begin; None for a topic that stands alone."""
    names: dict[int, str | None] = {}
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        largest = members[np.argsort(-share[members], kind="stable")][:2]
        name = SEPARATOR.join(labels[topic].split(", ")[0] for topic in largest)
        names[int(group)] = unique(name, [n for n in names.values() if n], " ") if len(members) > 1 else None
    return [names[int(group)] for group in groups]


def name_all(labels: Sequence[str]) -> tuple[Name, ...]:
    """Names of freshly fitted topics."""
    return tuple(Name(label, slug) for label, slug in zip(labels, slugs(labels), strict=True))
