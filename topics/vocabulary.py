"""The terms of a model: found by spelling, shown as people write them, weighed by how rare they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.strings import StringTable

# Numbers of terms below this are terms; the topics of an article stand above it in its look-up row.
TOPIC_BASE = 1 << 30


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every term of the fitted articles, the most frequent first.

    names : the terms as they are counted.  shown : as people write them.  order : int64, `names` by spelling.
    df : int32, articles that hold a term.  capital : float32, share of its places inside a sentence where it is
    written with a capital.  n_articles : articles fitted on.
    """

    names: StringTable
    shown: StringTable
    order: NDArray[np.int64]
    df: NDArray[np.int32]
    capital: NDArray[np.float32]
    n_articles: int

    def __len__(self) -> int:
        return len(self.names)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Flat arrays to store."""
        return {
            "names": self.names.data,
            "name_offsets": self.names.offsets,
            "shown": self.shown.data,
            "shown_offsets": self.shown.offsets,
            "order": self.order,
            "df": self.df,
            "capital": self.capital,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], n_articles: int) -> Vocabulary:
        """The vocabulary that `arrays` gave."""
        return cls(
            StringTable(arrays["names"], arrays["name_offsets"]),
            StringTable(arrays["shown"], arrays["shown_offsets"]),
            arrays["order"],
            arrays["df"],
            arrays["capital"],
            n_articles,
        )
