"""Topic modelling and similar-article look-up for news text.

    import topics

    model = topics.train(topics.read(["corpora/sample.jsonl"]), "sample")
    model = topics.load("sample")
    model.topics()
    model.similar("tour-prologue")

What is named here is promised; the rest may change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from topics.api import add, drop, hide, load, merge, remove, rename, train
    from topics.corpus import ReadOptions, read
    from topics.errors import TopicsError
    from topics.facets import Filters
    from topics.model import Model
    from topics.records import (
        Added,
        Article,
        Assignment,
        Copies,
        Drift,
        Match,
        Neighbours,
        Passage,
        Reason,
        Story,
        Term,
        Topic,
        TopicArticle,
        TopicWeight,
    )
    from topics.settings import Settings

__all__ = [
    "Added",
    "Article",
    "Assignment",
    "Copies",
    "Drift",
    "Filters",
    "Match",
    "Model",
    "Neighbours",
    "Passage",
    "ReadOptions",
    "Reason",
    "Settings",
    "Story",
    "Term",
    "Topic",
    "TopicArticle",
    "TopicWeight",
    "TopicsError",
    "add",
    "drop",
    "hide",
    "load",
    "merge",
    "read",
    "remove",
    "rename",
    "train",
]

# Imported when first asked for: the command line needs none of it to print its help.
_HOMES = {
    "api": ("add", "drop", "hide", "load", "merge", "remove", "rename", "train"),
    "corpus": ("ReadOptions", "read"),
    "errors": ("TopicsError",),
    "facets": ("Filters",),
    "model": ("Model",),
    "records": (
        "Added",
        "Article",
        "Assignment",
        "Copies",
        "Drift",
        "Match",
        "Neighbours",
        "Passage",
        "Reason",
        "Story",
        "Term",
        "Topic",
        "TopicArticle",
        "TopicWeight",
    ),
    "settings": ("Settings",),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"topics.{home}"), name)
    raise AttributeError(f"module 'topics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
