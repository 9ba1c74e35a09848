"""The corpora that benchmarks run on, and copies of them that are not copies."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

DATA = Path(os.environ.get("TOPICS_DATA", Path(__file__).parents[2] / "shared" / "data"))


def articles(*names: str) -> list[tuple[str, str]]:
    """(title, text) of every article of some files of the data folder.  Ends the program when one is missing."""
    found = []
    for name in names:
        path = DATA / f"{name}.jsonl.gz"
        if not path.is_file():
            raise SystemExit(f"{path}: no such file; set TOPICS_DATA to the folder that holds the corpora")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            found += [(row.get("title") or "", row.get("text") or "") for row in rows]
    return found


def noisy(X: Any, copies: int, seed: int = 0) -> Any:
    """Rows of X and further copies of them: of each, 30 % of the terms are lost and 20 % are others, by frequency.

    X : CSR (n, m).  Returns CSR (n * copies, m), values as they were.
    """
    rng = np.random.default_rng(seed)
    parts = [X]
    for _ in range(copies - 1):
        Y = X.copy()
        swapped = rng.random(Y.nnz) < 0.2
        Y.indices[swapped] = rng.choice(X.indices, swapped.sum())
        Y.data[rng.random(Y.nnz) < 0.3] = 0
        Y.sum_duplicates()
        Y.eliminate_zeros()
        parts.append(Y)
    return sparse.vstack(parts, format="csr")
