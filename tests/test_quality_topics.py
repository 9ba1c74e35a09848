"""Floors under the quality of topics on BBC news; skipped where the corpus is absent.

The figures when this was written stand beside each floor.  Lowering one needs a reason in the changelog.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

import topics
from topics import quality
from topics.evaluation import lists_of
from topics.quality import Occurrences


@pytest.fixture(scope="module")
def bbc(real: Callable[[str], Path]) -> list[dict[str, str]]:
    with gzip.open(real("bbc.jsonl.gz"), "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_twenty_topics_stay_above_their_floors(bbc: list[dict[str, str]]) -> None:
    """NPMI .213, diversity .980, support .883 with default settings."""
    model = topics.train(bbc)
    found, strongest = lists_of(model), model.strongest()
    counted = Occurrences.count([quality.body(row["title"], row["text"]) for row in bbc], found)
    sizes = np.bincount(strongest[strongest >= 0], minlength=len(found))
    support = np.average([share or 0 for share in counted.support(found, strongest)], weights=sizes)
    assert len(found) == 20
    assert np.mean(counted.npmi(found)) >= 0.21
    assert quality.diversity(found) >= 0.97
    assert support >= 0.88


def test_five_topics_are_the_five_sections(bbc: list[dict[str, str]]) -> None:
    """AMI .879 of the strongest topic with the section."""
    model = topics.train(bbc, n_topics=5)
    assert adjusted_mutual_info_score([row["section"] for row in bbc], model.strongest()) >= 0.87
