"""A name is a folder below the models; anything else says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from topics.errors import ModelNotFound, SettingError
from topics.store.names import MANIFEST, find, list_models, models_folder, resolve


def test_where_models_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, else the variable, else ./models."""
    monkeypatch.delenv("TOPICS_MODELS", raising=False)
    assert models_folder() == Path("models")
    monkeypatch.setenv("TOPICS_MODELS", "/elsewhere")
    assert models_folder() == Path("/elsewhere")
    assert models_folder("here") == Path("here")


@pytest.mark.parametrize(
    "name", ["bbc", "BBC-2024_01", "v1.2", "Zeitung für Köln", "新聞", "हिन्दी", "consul", "a" * 100]
)
def test_plain_names_are_below_the_models(name: str) -> None:
    """Any script, dots and spaces inside."""
    assert resolve(name, Path("m")) == Path("m", name)


@pytest.mark.parametrize("name", ["./x", "../x", ".", "a/b", "/a/b", ".hidden", "a/"])
def test_a_separator_or_a_leading_dot_makes_a_path(name: str) -> None:
    """Then the models folder plays no part."""
    assert resolve(name, Path("m")) == Path(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "  ", " a", "a ", "a.", "-a", "a:b", "a*", "a?", 'a"', "a|b", "a<b", "a\\b", "a\nb", "a\0b", "a\x1b[31m",
        "con", "CON", "nul.txt", "Com1", "lpt9.model", "aux ", "com¹", "a" * 101, "\u202eabc", "\udce9",
    ],
)  # fmt: skip
def test_a_name_that_some_system_cannot_hold_is_refused(name: str) -> None:
    """With what is wrong and what is allowed, exit code 2."""
    with pytest.raises(SettingError, match="letters"):
        resolve(name, Path("m"))


def test_one_name_in_two_normal_forms_is_one_model() -> None:
    """As file systems see it, or would."""
    assert resolve("Ko\u0308ln", Path("m")) == resolve("K\u00f6ln", Path("m"))


def test_find_names_the_nearest(tmp_path: Path) -> None:
    """A typing error, no model of that kind, none at all, and a path."""
    with pytest.raises(ModelNotFound, match="topics train"):
        find("bbc", tmp_path / "none")
    for name in ("bbc", "reuters", ".hidden", "unfinished"):
        (tmp_path / name).mkdir()
        if name != "unfinished":
            (tmp_path / name / MANIFEST).write_text("{}", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert [path.name for path in list_models(tmp_path)] == ["bbc", "reuters"]
    assert find("bbc", tmp_path) == tmp_path / "bbc"
    assert find(str(tmp_path / "bbc"), Path("elsewhere")) == tmp_path / "bbc"
    with pytest.raises(ModelNotFound, match="'reuters'"):
        find("reuter", tmp_path)
    for name in ("xyz", "unfinished", str(tmp_path / "none")):
        with pytest.raises(ModelNotFound, match="topics models"):
            find(name, tmp_path)


def test_a_file_in_place_of_the_models_folder_is_told(tmp_path: Path) -> None:
    """It would look like a folder without models."""
    (tmp_path / "models").write_text("notes")
    with pytest.raises(SettingError, match="not a folder"):
        list_models(tmp_path / "models")
