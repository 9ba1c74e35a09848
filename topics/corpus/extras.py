"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from topics.errors import MissingExtra


def needed(module: str, extra: str, what: str) -> Any:
    """A module of an extra.  Raises MissingExtra with the command that brings it.  what : needs it, for the message."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"{what} needs a package that is not installed; pip install 'news-topics[{extra}]'"
        ) from error
