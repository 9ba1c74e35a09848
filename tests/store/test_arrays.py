"""Arrays go to a file and come back; nothing else does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import joblib
import joblib.numpy_pickle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from topics.errors import DamagedModel, MachineError
from topics.store.arrays import ALIGNMENT, load_arrays, save_arrays

DTYPES = st.sampled_from(["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
ARRAY = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5))


def same(found: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Same names in the same order, same dtypes, shapes and bytes (NaN too)."""
    return list(found) == list(wanted) and all(
        found[name].dtype == array.dtype
        and found[name].shape == array.shape
        and found[name].tobytes() == array.tobytes()
        for name, array in wanted.items()
    )


@settings(deadline=None)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), ARRAY, max_size=6), st.booleans())
def test_arrays_come_back_as_they_were(arrays: dict[str, Any], fortran: bool) -> None:
    """Any name, dtype and shape; mapped, in memory and by joblib itself."""
    if fortran:
        arrays = {name: np.asfortranarray(array).reshape(array.shape, order="F") for name, array in arrays.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model-1.joblib")
        save_arrays(path, arrays)
        assert same(load_arrays(path), arrays)
        assert same(load_arrays(path, mmap=False), arrays)
        assert same(joblib.load(path), arrays)


def test_mapped_arrays_are_aligned_and_read_only(tmp_path: Path) -> None:
    """A kernel may rely on the alignment, and nobody can write into a model by accident."""
    save_arrays(tmp_path / "a-1.joblib", {name: np.arange(7, dtype="u1") for name in "abcde"})
    for array in load_arrays(tmp_path / "a-1.joblib").values():
        assert array.ctypes.data % ALIGNMENT == 0
        assert not array.flags.writeable
    for array in load_arrays(tmp_path / "a-1.joblib", mmap=False).values():
        assert array.flags.writeable


def test_views_and_memmaps_are_saved_as_what_they_show(tmp_path: Path) -> None:
    """Strides, big-endian numbers and mapped arrays leave no trace in the file."""
    base = np.arange(24.0).reshape(4, 6)
    save_arrays(tmp_path / "a-1.joblib", {"a": base[::2, ::3], "b": base.astype(">f8")})
    again = load_arrays(tmp_path / "a-1.joblib")
    save_arrays(tmp_path / "a-2.joblib", again)
    assert same(load_arrays(tmp_path / "a-2.joblib"), {"a": base[::2, ::3].copy(), "b": base})


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([{}]), np.zeros(2, "c16"), np.zeros(1, "M8[s]")])
def test_other_dtypes_are_never_written(array: Any, tmp_path: Path) -> None:
    """What could not be read is refused while the data are still there."""
    with pytest.raises(ValueError, match="dtype"):
        save_arrays(tmp_path / "a-1.joblib", {"a": array})
    assert not list(tmp_path.iterdir())


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """A generation never changes once it is there."""
    save_arrays(tmp_path / "a-1.joblib", {})
    with pytest.raises(MachineError):
        save_arrays(tmp_path / "a-1.joblib", {})


def test_every_cut_is_damage(tmp_path: Path) -> None:
    """A file cut anywhere, or with a byte behind its end, does not open."""
    path = tmp_path / "a-1.joblib"
    save_arrays(path, {"a": np.arange(9), "b": np.zeros((2, 3), "f4")})
    whole = path.read_bytes()
    for raw in [whole[:length] for length in range(len(whole))] + [whole + b".", whole + whole]:
        path.write_bytes(raw)
        with pytest.raises(DamagedModel):
            load_arrays(path)


def test_every_flipped_byte_is_damage_or_other_arrays(tmp_path: Path) -> None:
    """One changed byte gives DamagedModel or arrays no larger than the file, never another error."""
    path = tmp_path / "a-1.joblib"
    save_arrays(path, {"a": np.arange(9), "b": np.zeros((2, 3), "f4")})
    whole = path.read_bytes()
    for position in range(len(whole)):
        for flip in (0x01, 0xA0):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ flip]) + whole[position + 1 :])
            try:
                found = load_arrays(path)
            except DamagedModel:
                continue
            assert sum(array.nbytes for array in found.values()) <= len(whole)


def test_what_is_relied_on_in_joblib() -> None:
    """The loader overrides these parts of joblib; another joblib needs another look, not a silent change."""
    unpickler = joblib.numpy_pickle.NumpyUnpickler
    assert issubclass(unpickler, __import__("pickle")._Unpickler)
    assert joblib.__version__.startswith("1.6.")
    wrapper = joblib.numpy_pickle.NumpyArrayWrapper(np.ndarray, (1,), "C", np.dtype("f8"))
    assert set(vars(wrapper)) == {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}
    assert hasattr(joblib.numpy_pickle.NumpyPickler, "_create_array_wrapper")
