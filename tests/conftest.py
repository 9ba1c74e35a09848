"""Fixtures that several tests share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import topics

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """Gives the path of a file of the real corpora; skips where they are absent."""
    folder = Path(os.environ.get("TOPICS_DATA") or ROOT.parent / "shared" / "data")

    def path(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder}; set TOPICS_DATA to where the real corpora are")
        return folder / name

    return path


@pytest.fixture(scope="session")
def sample_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with one, "sample", fitted on the sample corpus.  Only to be read."""
    folder = tmp_path_factory.mktemp("models")
    topics.train(topics.read([ROOT / "corpora" / "sample.jsonl"]), "sample", models=str(folder))
    return folder


@pytest.fixture(scope="session")
def sample(sample_models: Path) -> topics.Model:
    """The model of the sample corpus."""
    return topics.load("sample", models=str(sample_models))
