"""Which article is which: ids as given, ids made, and ids that repeat."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def made_id(url: str | None, title: str, text: str) -> str:
    """``x`` and 16 hex digits of SHA-256 over url, title and text; the same article gets the same id in any file."""
    return "x" + sha256("\x1f".join((url or "", title, text)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Ids:
    """The ids met so far.

    Holds a 64-bit hash of each, not the id: of 10 million, two collide with a chance of 3 in a million, and they stay
    below 1 GB.
    """

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._copies: dict[str, int] = {}

    def is_new(self, given: str) -> bool:
        """Whether an id that the source gives comes for the first time."""
        before = len(self._seen)
        self._seen.add(hash(given))
        return len(self._seen) > before

    def all_new(self, given: Sequence[str]) -> bool:
        """Whether each comes for the first time; if not, none of them is put down."""
        found = set(map(hash, given))
        if len(found) < len(given) or not found.isdisjoint(self._seen):
            return False
        self._seen |= found
        return True

    def unique(self, made: str) -> str:
        """An id that we made, with ``-2``, ``-3`` for further equal ones."""
        if self.is_new(made):
            return made
        number = self._copies.get(made, 1) + 1
        while not self.is_new(f"{made}-{number}"):
            number += 1
        self._copies[made] = number
        return f"{made}-{number}"
