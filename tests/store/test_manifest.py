"""The manifest names files of its own folder, or it is no manifest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.errors import DamagedModel, ModelNotFound, NewerModel
from topics.store.folder import ModelFolder
from topics.store.manifest import FileEntry, Manifest, now
from topics.store.names import MANIFEST

SHA = "0" * 64


def manifest(**other: Any) -> Manifest:
    parts: dict[str, Any] = {"created": now(), "changed": now(), "versions": {"topics": "0.1.0"}, "files": {}}
    return Manifest(**(parts | other))


@settings(deadline=None, max_examples=50)
@given(
    settings_=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.booleans() | st.integers()
    ),
    scores=st.dictionaries(st.sampled_from("abc"), st.none() | st.floats(allow_nan=False, allow_infinity=False)),
    generation=st.integers(0, 10**15 - 1),
)
def test_a_manifest_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, settings_: Any, scores: Any, generation: int
) -> None:
    """Whatever it says; writing again replaces it and leaves nothing beside it."""
    folder = tmp_path_factory.mktemp("m")
    files = {"model": FileEntry(f"model-{generation}.joblib", 5, SHA), "index-7": FileEntry("index-7.sqlite", 0, SHA)}
    first = manifest(settings=settings_, scores=scores, files=files, segments=[{"rows": 3}], counts={"articles": 3})
    manifest().write(folder)
    first.write(folder)
    assert Manifest.read(folder) == first
    assert [path.name for path in folder.iterdir()] == [MANIFEST]


def forged(folder: Path, **changes: Any) -> None:
    manifest(files={"model": FileEntry("model-1.joblib", 5, SHA)}).write(folder)
    found = json.loads((folder / MANIFEST).read_bytes())
    (folder / MANIFEST).write_text(json.dumps(found | changes), encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "../model-1.joblib", "/etc/passwd", "..", ".", "", "sub/model-1.joblib", "..\\model-1.joblib",
        "C:model-1.joblib",
        "model-1.joblib\0", "model-1.joblib/", "model-1.joblib\n", "model-1.pkl", "model.joblib", "manifest.json",
        ".lock",
        "model-١.joblib", "MODEL-1.joblib", "model-1.joblib:stream", "~model-1.joblib", "model-" + "1" * 99 + ".joblib",
        None, 3, ["model-1.joblib"],
    ],
)  # fmt: skip
def test_a_file_name_leads_nowhere_else(name: Any, tmp_path: Path) -> None:
    """Only kind, generation and suffix: no separator, no dots, no other script, no other type."""
    forged(tmp_path, files={"model": {"name": name, "size": 5, "sha256": SHA}})
    with pytest.raises(DamagedModel):
        ModelFolder.open(tmp_path)


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 0}, {"format": "1"}, {"format": True}, {"format": 1.0}, {"format": None}, {"more": 1},
        {"created": "today"}, {"created": None}, {"versions": {"a": 1}}, {"versions": []}, {"counts": {"a": "1"}},
        {"counts": {"a": True}}, {"scores": {"a": "x"}}, {"settings": []}, {"info": None}, {"segments": {}},
        {"segments": [1]}, {"files": []}, {"files": {"model": "model-1.joblib"}},
        {"files": {"../x": {"name": "model-1.joblib", "size": 5, "sha256": SHA}}},
        {"files": {"model": {"name": "model-1.joblib", "size": -1, "sha256": SHA}}},
        {"files": {"model": {"name": "model-1.joblib", "size": 5.0, "sha256": SHA}}},
        {"files": {"model": {"name": "model-1.joblib", "size": 2**70, "sha256": SHA}}},
        {"files": {"model": {"name": "model-1.joblib", "size": 5, "sha256": SHA[1:]}}},
        {"files": {"model": {"name": "model-1.joblib", "size": 5, "sha256": SHA, "path": "x"}}},
        {"files": {role: {"name": "model-1.joblib", "size": 5, "sha256": SHA} for role in ("a", "b")}},
    ],
)  # fmt: skip
def test_every_part_is_of_its_kind(changes: dict[str, Any], tmp_path: Path) -> None:
    """A forged part is damage, and says so of the manifest."""
    forged(tmp_path, **changes)
    with pytest.raises(DamagedModel, match="manifest"):
        Manifest.read(tmp_path)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": 1e999}', b'{"a": 1, "a": 2}', b"[" * 100_000,
        b'{"a":' * 100_000, b"9" * 10_000, b" " * (5 << 20),
    ],
)  # fmt: skip
def test_what_is_no_json_is_damage(raw: bytes, tmp_path: Path) -> None:
    """Cut, nested without end, too long, or with what JSON does not have."""
    (tmp_path / MANIFEST).write_bytes(raw)
    with pytest.raises(DamagedModel, match="manifest"):
        Manifest.read(tmp_path)


def test_a_newer_format_is_not_damage(tmp_path: Path) -> None:
    """The way out is another version of the program, not another model."""
    forged(tmp_path, format=2, unheard_of={})
    with pytest.raises(NewerModel, match="upgrade"):
        ModelFolder.open(tmp_path)


def test_no_manifest_is_no_model(tmp_path: Path) -> None:
    """Neither is a link in its place."""
    with pytest.raises(ModelNotFound):
        ModelFolder.open(tmp_path)
    (tmp_path / "real").mkdir()
    forged(tmp_path / "real")
    try:
        (tmp_path / MANIFEST).symlink_to(tmp_path / "real" / MANIFEST)
    except OSError:
        pytest.skip("this system lets no user make links")
    with pytest.raises(DamagedModel, match="plain file"):
        Manifest.read(tmp_path)


def test_what_could_not_be_read_is_not_written(tmp_path: Path) -> None:
    """The mistake is met where it is made, and the old manifest stays."""
    manifest().write(tmp_path)
    for wrong in (manifest(scores={"a": float("nan")}), manifest(versions={"a": 1}), manifest(created="now")):
        with pytest.raises(ValueError, match=r"."):
            wrong.write(tmp_path)
    assert Manifest.read(tmp_path).versions == {"topics": "0.1.0"}
