"""What was removed, or never to be kept, is in no file of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

import topics
from topics.errors import MachineError
from topics.facets import Filters
from topics.records import Added, Article
from topics.store import commit
from topics.store.folder import verify
from topics.update import add, remove

FITTED = [Article(f"id{i}", text=f"Rates were cut by the central bank {'again ' * i}in week{i}") for i in range(8)]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model"
    topics.train(FITTED, path, n_topics=3)
    return path


def runs(text: str) -> list[bytes]:
    """Every five words that follow one another."""
    words = text.split()
    return [" ".join(words[i : i + 5]).encode() for i in range(len(words) - 4)]


def held(path: Path, text: str) -> bool:
    """Whether any file of a folder holds five words of a text in a row."""
    raw = [file.read_bytes() for file in path.iterdir()]
    return any(run in each for run in runs(text) for each in raw)


SECRETS = [" ".join(f"{kind}{i}" for i in range(400)) for kind in ("first", "second", "third")]


@pytest.mark.parametrize("by", ["id", "filter"])
def test_nothing_of_a_removed_article_is_left(tmp_path: Path, by: str) -> None:
    """Nor of the versions before it, wherever they lie: no file holds five of their words in a row."""
    path = tmp_path / "model"
    topics.train([*FITTED, Article("x", "A secret", SECRETS[0])], path, n_topics=3)
    add(path, [Article("y", "Something else", "The dock strike at Saltmere goes on")])
    add(path, [Article("x", "A secret", SECRETS[1])])
    add(path, [Article("x", SECRETS[2], "A title that was a secret", source="Leaks")])
    assert all(held(path, secret) for secret in SECRETS[:3:2])
    assert remove(path, ["x"] if by == "id" else [], filters=Filters(sources=("leaks",) if by == "filter" else ())) == 1
    assert not any(held(path, secret) for secret in SECRETS)
    assert "Leaks" not in str([file.read_bytes() for file in path.iterdir()])
    assert b"second" not in b"".join(file.read_bytes() for file in path.iterdir())
    assert len(topics.load(path)) == 9
    assert verify(path) == []


def test_a_file_that_cannot_be_deleted_is_told(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an open file stays on the disk, removing does not pretend; the next change deletes it."""
    add(model, [Article("x", text=SECRETS[0])])
    delete = commit._delete
    monkeypatch.setattr(commit, "_delete", lambda path: None)
    with pytest.raises(MachineError, match="still holds the text"):
        remove(model, ["x"])
    assert len(topics.load(model)) == 8
    assert held(model, SECRETS[0])
    monkeypatch.setattr(commit, "_delete", delete)
    add(model, [Article("later", text="A storm hit the coast")])
    assert not held(model, SECRETS[0])


def test_a_model_without_texts_gets_none(tmp_path: Path) -> None:
    """Added articles are found by their words, and the words are not kept; what cannot be compared is replaced."""
    path = tmp_path / "model"
    topics.train(FITTED, path, n_topics=3, keep_text=False)
    article = Article("x", "A title", SECRETS[0], extra={"body": SECRETS[0]})
    assert add(path, [article]) == Added(1, 0, 0)
    assert not held(path, SECRETS[0])
    assert topics.load(path).search("first17")[0].article.id == "x"
    assert add(path, [article]) == Added(0, 1, 0)
    assert add(path, [Article("x", "A title")]) == Added(0, 1, 0)  # equal to what is kept of it, and yet another
    assert topics.load(path).search("first17") == []
