"""Packages that only some formats need."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from topics.errors import MissingExtra

# Libraries that one of them logs through.
_BENEATH = {"trafilatura": ("htmldate", "courlan")}


def needed(module: str, extra: str, what: str) -> Any:
    """A module of an extra.  Raises MissingExtra with the command that brings it.  what : needs it, for the message."""
    try:
        found = import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"{what} needs a package that is not installed; pip install 'news-topics[{extra}]'"
        ) from error
    # What they log of each odd file is no message of ours; who wants it adds a handler, as for any library.
    for name in (module.partition(".")[0], *_BENEATH.get(module, ())):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    return found
