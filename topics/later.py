"""Terms that first came with added articles: numbered behind the vocabulary, for look-up only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.strings import StringTable


@dataclass(frozen=True, slots=True)
class LaterTerms:
    """Terms that no earlier segment holds.

    names : the terms.  shown : as people write them.  numbers : int32, ascending, as they stand in rows; a number is
    given to no other term while a row holds it.  order : int64, `names` by spelling.
    """

    names: StringTable
    shown: StringTable
    numbers: NDArray[np.int32]
    order: NDArray[np.int64]

    @classmethod
    def pack(cls, terms: Mapping[str, tuple[int, str]]) -> LaterTerms:
        """Terms, each with its number and as it is shown."""
        ordered = sorted((number, name, shown) for name, (number, shown) in terms.items())
        names = StringTable.pack(name for _, name, _ in ordered)
        shown = StringTable.pack(shown for _, _, shown in ordered)
        return cls(names, shown, np.array([number for number, _, _ in ordered], np.int32), names.order())

    def __len__(self) -> int:
        return len(self.names)

    def number(self, term: str) -> int | None:
        """The number of a term, None when it is not here."""
        place = self.names.find(self.order, term)
        return None if place is None else int(self.numbers[place])

    def show(self, number: int) -> str | None:
        """The term of a number as people write it, None when it is not here."""
        place = int(np.searchsorted(self.numbers, number))
        return self.shown[place] if place < len(self.numbers) and self.numbers[place] == number else None

    def to_dict(self) -> dict[str, tuple[int, str]]:
        """What `pack` takes."""
        return dict(zip(self.names, zip(self.numbers.tolist(), self.shown, strict=True), strict=True))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {
            "later_names": self.names.data,
            "later_offsets": self.names.offsets,
            "later_shown": self.shown.data,
            "later_shown_offsets": self.shown.offsets,
            "later_numbers": self.numbers,
            "later_order": self.order,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> LaterTerms:
        """The terms that `arrays` gave.  Raises ValueError when they do not fit together."""
        names = StringTable(arrays["later_names"], arrays["later_offsets"])
        shown = StringTable(arrays["later_shown"], arrays["later_shown_offsets"])
        found = cls(names, shown, arrays["later_numbers"], arrays["later_order"])
        if not len(names) == len(shown) == len(found.numbers) == len(found.order):
            raise ValueError(f"{len(names)} later terms with {len(found.numbers)} numbers")
        return found


def find(tables: Iterable[LaterTerms], term: str) -> int | None:
    """The number of a term in the first table that has it."""
    return next((number for table in tables if (number := table.number(term)) is not None), None)


def next_number(tables: Iterable[LaterTerms], n_known: int) -> int:
    """The first number that no term has.  n_known : terms of the vocabulary, which come first."""
    return max([n_known, *(int(table.numbers[-1]) + 1 for table in tables if len(table))])


def renumber(terms: NDArray[np.int32], n_known: int, numbers: Sequence[int] | NDArray[np.int32]) -> NDArray[np.int32]:
    """Terms of rows, those from `n_known` on (n_new of them) replaced by `numbers` (n_new,); topics stay."""
    terms = terms.copy()
    behind = (terms >= n_known) & (terms < n_known + len(numbers))
    terms[behind] = np.asarray(numbers, np.int32)[terms[behind] - n_known]
    return terms
