"""Which code points make up words: the shipped table, the same on every Python."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

Ranges = tuple[tuple[int, int], ...]


@cache
def table() -> tuple[str, dict[str, Ranges]]:
    """The Unicode version of the table, and for each class (L, N, M, S) its ranges of code points, ends included."""
    ranges: dict[str, list[tuple[int, int]]] = {"L": [], "N": [], "M": [], "S": []}
    version = ""
    for line in files(__package__).joinpath("unicode.txt").read_text("ascii").splitlines():
        if line.startswith("# Unicode "):
            version = line.split()[2].rstrip(":")
        elif not line.startswith("#"):
            *points, kind = line.split()
            ranges[kind].append((int(points[0], 16), int(points[-1], 16)))
    return version, {kind: tuple(values) for kind, values in ranges.items()}


def unicode_version() -> str:
    """Version of Unicode that the table was made from, such as "18.0.0"."""
    return table()[0]


def pattern(kinds: str, last: int = 0x10FFFF) -> str:
    """The inside of a regular-expression set that holds every code point of these classes up to `last`.

    Where there are none, it holds the code point after `last`, which text up to `last` does not have.
    """
    classes = table()[1]
    parts = []
    for kind in kinds:
        for low, high in classes[kind]:
            if low <= last:
                parts.append(f"{re.escape(chr(low))}-{re.escape(chr(min(high, last)))}")
    return "".join(parts) or chr(last + 1)
