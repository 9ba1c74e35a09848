"""The terms of a model: found by spelling, shown as people write them, weighed by how rare they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topics.strings import StringTable

# Numbers of terms below this are terms; the topics of an article stand above it in its look-up row (as many as were
# fitted), and behind them its concepts.
TOPIC_BASE = 1 << 30


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every term of the fitted articles, the most frequent first.

    names : the terms as they are counted.  shown : as people write them.  order : int64, `names` by spelling.
    df : int32, articles that hold a term.  capital : float32, share of its places inside a sentence where it is
    written with a capital.  n_articles : articles fitted on.  concepts : float32 CSR (n_terms, n_concepts), what
    each term tells of beside itself, where articles are headlines; n_concepts is 0 where they are not.
    """

    names: StringTable
    shown: StringTable
    order: NDArray[np.int64]
    df: NDArray[np.int32]
    capital: NDArray[np.float32]
    n_articles: int
    concepts: Any

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
            "concept_starts": self.concepts.indptr,
            "concept_numbers": self.concepts.indices,
            "concept_values": self.concepts.data,
            "concept_count": np.array([self.concepts.shape[1]]),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], n_articles: int) -> Vocabulary:
        """The vocabulary that `arrays` gave.  Raises ValueError when its concepts do not fit together.

        Models of before there were concepts have none.
        """
        shape = (len(arrays["df"]), int(arrays["concept_count"][0]) if "concept_count" in arrays else 0)
        concepts = sparse.csr_matrix(shape, dtype=np.float32)
        if shape[1]:
            parts = (arrays["concept_values"], arrays["concept_numbers"], arrays["concept_starts"])
            concepts = sparse.csr_matrix(parts, shape=shape)
            concepts.check_format(full_check=True)
        return cls(
            StringTable(arrays["names"], arrays["name_offsets"]),
            StringTable(arrays["shown"], arrays["shown_offsets"]),
            arrays["order"],
            arrays["df"],
            arrays["capital"],
            n_articles,
            concepts,
        )
