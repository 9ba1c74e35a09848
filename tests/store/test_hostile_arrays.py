"""A file of arrays from a stranger runs nothing, changes nothing and eats no memory."""

from __future__ import annotations

import bz2
import copyreg
import gzip
import io
import os
import pickle
import struct
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import joblib.numpy_pickle
import joblib.numpy_pickle_compat
import numpy as np
import pytest

from topics.errors import DamagedModel
from topics.store.arrays import load_arrays

MEGABYTE = 1 << 20
P4 = b"\x80\x04"
OPCODES = [value for key in pickle.__all__ if isinstance(value := getattr(pickle, key), bytes) and len(value) == 1]
LIBRARY = (
    joblib.numpy_pickle.NumpyArrayWrapper,
    joblib.numpy_pickle.NumpyUnpickler,
    joblib.numpy_pickle_compat.NDArrayWrapper,
    pickle._Unpickler,
)


class Payload:
    """Leaves a mark when it is called."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def attributes() -> list[dict[str, Any]]:
    """What the classes of the libraries are made of, without the note that pickling leaves on them."""
    return [{key: value for key, value in vars(cls).items() if key != "__slotnames__"} for cls in LIBRARY]


def text(value: str) -> bytes:
    raw = value.encode()
    return pickle.BINUNICODE + struct.pack("<I", len(raw)) + raw


def name(module: str, attribute: str) -> bytes:
    return text(module) + text(attribute) + pickle.STACK_GLOBAL


WRAPPER = name("joblib.numpy_pickle", "NumpyArrayWrapper")
NDARRAY = name("numpy", "ndarray")
DTYPE = name("numpy", "dtype")


def number(value: int) -> bytes:
    raw = pickle.encode_long(value)
    return pickle.LONG1 + bytes([len(raw)]) + raw


def in_dict(value: bytes) -> bytes:
    return P4 + pickle.EMPTY_DICT + pickle.MARK + text("a") + value + pickle.SETITEMS + pickle.STOP


def dtype(code: str = "f8", state: bytes | None = None) -> bytes:
    """A dtype as NumPy pickles it, or with another state."""
    plain = number(3) + text("<") + pickle.NONE * 3 + number(-1) * 2 + number(0)
    made = DTYPE + text(code) + pickle.NEWFALSE + pickle.NEWTRUE + pickle.TUPLE3 + pickle.REDUCE
    return made + pickle.MARK + (plain if state is None else state) + pickle.TUPLE + pickle.BUILD


def wrapped(shape: bytes, of: bytes | None = None, order: bytes | None = None, align: bytes | None = None) -> bytes:
    """A whole array wrapper around forged parts, and 64 bytes of numbers."""
    parts = {
        "subclass": NDARRAY,
        "shape": shape,
        "order": order or text("C"),
        "dtype": of or dtype(),
        "allow_mmap": pickle.NEWTRUE,
        "numpy_array_alignment_bytes": align or number(64),
    }
    state = b"".join(text(key) + value for key, value in parts.items())
    return (
        WRAPPER
        + pickle.EMPTY_TUPLE
        + pickle.NEWOBJ
        + pickle.EMPTY_DICT
        + pickle.MARK
        + state
        + pickle.SETITEMS
        + pickle.BUILD
    )


def padded(head: bytes, tail: bytes) -> bytes:
    """`head`, aligned numbers, `tail`."""
    length = 64 - (len(head) + 1) % 64
    return head + bytes([length]) + b"\xff" * length + np.arange(8.0).tobytes() + tail


def one_array(wrapper: bytes) -> bytes:
    return padded(P4 + pickle.EMPTY_DICT + pickle.MARK + text("a") + wrapper, pickle.SETITEMS + pickle.STOP)


@pytest.fixture(autouse=True)
def nothing_happens(tmp_path: Path) -> Iterator[None]:
    """No mark is left and no class of a library changes."""
    before = attributes()
    yield
    assert not (tmp_path / "mark").exists()
    assert attributes() == before


def refused(folder: Path, raw: bytes) -> str:
    """What is said of a file with these bytes, for which little memory was taken."""
    path = folder / "model-1.joblib"
    path.write_bytes(raw)
    for mmap in (True, False):
        tracemalloc.start()
        try:
            with pytest.raises(DamagedModel) as caught:
                load_arrays(path, mmap)
            assert tracemalloc.get_traced_memory()[1] < 64 * MEGABYTE
        finally:
            tracemalloc.stop()
        assert caught.value.exit_code == 4
        assert str(path) in str(caught.value)
    return str(caught.value)


def test_the_forgeries_below_are_close_to_the_real_thing(tmp_path: Path) -> None:
    """The parts the forgeries are made of make a good file when nothing is forged."""
    path = tmp_path / "model-1.joblib"
    path.write_bytes(one_array(wrapped(number(8) + pickle.TUPLE1)))
    assert load_arrays(path)["a"].tolist() == list(range(8))


def test_the_payload_below_is_dangerous(tmp_path: Path) -> None:
    """What the next tests refuse does run where nobody refuses it."""
    joblib.dump(Payload(tmp_path / "proof"), tmp_path / "evil.joblib")
    joblib.load(tmp_path / "evil.joblib")
    assert (tmp_path / "proof").is_dir()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("shape", ["bare", "dict", "list", "object array", "deep"])
def test_a_call_never_runs(protocol: int, shape: str, tmp_path: Path) -> None:
    """`__reduce__`, bare, nested and in an object array, in every protocol."""
    payload = Payload(tmp_path / "mark")
    value = {
        "bare": payload,
        "dict": {"a": np.arange(3), "b": payload},
        "list": {"a": [payload]},
        "object array": {"a": np.array([payload, None], dtype=object)},
        "deep": {"a": {"b": {"c": (payload,)}}},
    }[shape]
    file = io.BytesIO()
    joblib.numpy_pickle.NumpyPickler(file, protocol=protocol).dump(value)
    refused(tmp_path, file.getvalue())


@pytest.mark.parametrize("call", ["reduce", "inst", "obj", "newobj", "newobj_ex", "global", "stack_global"])
def test_every_instruction_that_names_or_calls_is_refused(call: str, tmp_path: Path) -> None:
    """REDUCE, INST, OBJ, NEWOBJ, NEWOBJ_EX, GLOBAL and STACK_GLOBAL, on a name outside the three."""
    mark = text(str(tmp_path / "mark"))
    mkdir = name("os", "mkdir")
    raw = {
        "reduce": mkdir + mark + pickle.TUPLE1 + pickle.REDUCE,
        "inst": pickle.MARK + mark + pickle.INST + b"os\nmkdir\n",
        "obj": pickle.MARK + mkdir + mark + pickle.OBJ,
        "newobj": name("subprocess", "Popen") + mark + pickle.TUPLE1 + pickle.NEWOBJ,
        "newobj_ex": name("subprocess", "Popen") + mark + pickle.TUPLE1 + pickle.EMPTY_DICT + pickle.NEWOBJ_EX,
        "global": pickle.GLOBAL + b"os\nmkdir\n" + mark + pickle.TUPLE1 + pickle.REDUCE,
        "stack_global": mkdir,
    }[call]
    refused(tmp_path, P4 + raw + pickle.STOP)
    refused(tmp_path, in_dict(raw))


@pytest.mark.parametrize("module", ["builtins", "numpy", "joblib.numpy_pickle", "topics.store.arrays"])
@pytest.mark.parametrize("attribute", ["eval", "ndarray.tofile", "fromfile", "load", "NDArrayWrapper", "save_arrays"])
def test_names_near_the_allowed_ones_are_refused(module: str, attribute: str, tmp_path: Path) -> None:
    """A dotted name or a neighbour in the same module is not one of the three."""
    assert "it names" in refused(tmp_path, in_dict(name(module, attribute)))


@pytest.mark.parametrize("code", [1, 2, 4])
def test_extension_codes_are_refused(code: int, tmp_path: Path) -> None:
    """EXT1, EXT2 and EXT4 do not reach copyreg's registry."""
    copyreg.add_extension("os", "mkdir", 7)
    try:
        ext = {1: pickle.EXT1 + b"\7", 2: pickle.EXT2 + b"\7\0", 4: pickle.EXT4 + b"\7\0\0\0"}[code]
        refused(tmp_path, in_dict(ext + text(str(tmp_path / "mark")) + pickle.TUPLE1 + pickle.REDUCE))
    finally:
        copyreg.remove_extension("os", "mkdir", 7)


@pytest.mark.parametrize("opcode", [*OPCODES, b"\0", b"\x7f", b"\xff"])
def test_no_single_instruction_does_anything_else(opcode: bytes, tmp_path: Path) -> None:
    """Every instruction of pickle in front of plausible operands is refused or harmless."""
    for operands in (b"", b"x\n", b"os\nmkdir\n", b"\1" * 8, b"\xff" * 8, b"\xff" * 7 + b"\x7f"):
        refused(
            tmp_path,
            P4 + pickle.EMPTY_DICT + pickle.MARK + text("a") + opcode + operands + pickle.SETITEMS + pickle.STOP,
        )


def test_persistent_ids_are_refused(tmp_path: Path) -> None:
    """PERSID and BINPERSID."""
    refused(tmp_path, in_dict(pickle.PERSID + b"1\n"))
    refused(tmp_path, in_dict(text("1") + pickle.BINPERSID))


@pytest.mark.parametrize("target", ["wrapper class", "dtype class", "ndarray", "dict", "text", "unpickler"])
def test_build_changes_no_class_and_no_object(target: str, tmp_path: Path) -> None:
    """BUILD on what a name stands for, which would set attributes for the whole process."""
    on = {
        "wrapper class": WRAPPER,
        "dtype class": DTYPE,
        "ndarray": NDARRAY,
        "dict": pickle.EMPTY_DICT,
        "text": text("a"),
        "unpickler": name("joblib.numpy_pickle", "NumpyUnpickler"),
    }[target]
    attributes = pickle.EMPTY_DICT + text("read") + pickle.NONE + pickle.SETITEM
    for state in (attributes, pickle.NONE + attributes + pickle.TUPLE2, text("x")):
        refused(tmp_path, in_dict(on + state + pickle.BUILD))


def test_stand_ins_take_no_other_use(tmp_path: Path) -> None:
    """The three names cannot be called, made or stored in any other way than a saved array does."""
    shape = number(8) + pickle.TUPLE1
    for raw in (
        WRAPPER,
        WRAPPER + pickle.EMPTY_TUPLE + pickle.REDUCE,
        WRAPPER + shape + pickle.NEWOBJ,
        WRAPPER + pickle.EMPTY_TUPLE + pickle.NEWOBJ,
        NDARRAY + shape + pickle.REDUCE,
        NDARRAY + shape + pickle.NEWOBJ,
        DTYPE + text("O") + pickle.NEWFALSE + pickle.NEWTRUE + pickle.TUPLE3 + pickle.REDUCE,
        dtype(),
        dtype() + pickle.EMPTY_TUPLE + pickle.BUILD,
    ):
        refused(tmp_path, in_dict(raw))


@pytest.mark.parametrize("code", ["O", "V8", "O8", "S5", "U1", "M8", "c16", "f16", "i4,O", "f99", ""])
def test_only_plain_dtypes_are_made(code: str, tmp_path: Path) -> None:
    """Objects, records, strings and sizes that do not exist."""
    refused(tmp_path, one_array(wrapped(number(1) + pickle.TUPLE1, of=dtype(code))))


def test_a_dtype_with_fields_or_objects_is_refused(tmp_path: Path) -> None:
    """Only the state of a plain number is taken; flags 63 mean objects."""
    for state in (
        number(3) + text("<") + pickle.NONE * 3 + number(-1) * 2 + number(63),
        number(3) + text(">") + pickle.NONE * 3 + number(-1) * 2 + number(0),
        number(3) + text("<") + pickle.NONE * 3 + number(2**40) + number(-1) + number(0),
        number(3) + text("|") + pickle.NONE + text("a") + pickle.EMPTY_DICT + number(-1) * 2 + number(0),
        b"",
    ):
        refused(tmp_path, one_array(wrapped(number(1) + pickle.TUPLE1, of=dtype(state=state))))


@pytest.mark.parametrize(
    "shape",
    [
        number(2**38) + pickle.TUPLE1,
        number(2**63) + pickle.TUPLE1,
        number(2**64 + 1) + pickle.TUPLE1,
        number(2**32) + number(2**32) + pickle.TUPLE2,
        number(2**62) + number(4) + number(2) + pickle.TUPLE3,
        number(0) + number(2**62) + pickle.TUPLE2,
        number(2**1500) + pickle.TUPLE1,
        number(-1) + pickle.TUPLE1,
        number(-2) + number(-4) + pickle.TUPLE2,
        number(9) + pickle.TUPLE1,
        pickle.NEWTRUE + pickle.TUPLE1,
        text("8") + pickle.TUPLE1,
        pickle.NONE,
        number(8),
        pickle.MARK + number(1) * 9 + pickle.TUPLE,
        pickle.MARK + number(1) * 5000 + pickle.TUPLE,
    ],
)
def test_forged_shapes_allocate_nothing(shape: bytes, tmp_path: Path) -> None:
    """Up to 2**38 elements and far beyond, negative, overflowing, of the wrong kind or too many."""
    refused(tmp_path, one_array(wrapped(shape)))


def test_forged_order_and_alignment_are_refused(tmp_path: Path) -> None:
    """Every part of the wrapper is checked."""
    shape = number(8) + pickle.TUPLE1
    refused(tmp_path, one_array(wrapped(shape, order=text("K"))))
    refused(tmp_path, one_array(wrapped(shape, order=pickle.NONE)))
    for align in (pickle.NONE, number(16), number(0), number(2**40), text("64"), pickle.NEWTRUE):
        refused(tmp_path, one_array(wrapped(shape, align=align)))
    moved = bytearray(one_array(wrapped(shape)))
    moved[moved.index(b"\xff" * 8) - 1] += 1
    refused(tmp_path, bytes(moved))


def test_lengths_beyond_the_file_allocate_nothing(tmp_path: Path) -> None:
    """A string, frame or buffer that claims gigabytes."""
    huge = struct.pack("<Q", 2**38)
    for raw in (
        pickle.BINUNICODE + struct.pack("<I", 2**32 - 1),
        pickle.BINUNICODE8 + huge,
        pickle.BINBYTES8 + huge,
        pickle.BYTEARRAY8 + huge,
        pickle.FRAME + huge,
        pickle.LONG4 + struct.pack("<i", 2**31 - 1),
        pickle.LONG_BINPUT + b"\xff" * 4,
    ):
        refused(tmp_path, in_dict(raw))


@pytest.mark.parametrize("opcode", [pickle.MEMOIZE, pickle.MARK, pickle.EMPTY_DICT, pickle.NONE, pickle.EMPTY_TUPLE])
def test_a_long_stream_of_small_things_stops_early(opcode: bytes, tmp_path: Path) -> None:
    """Sixteen million instructions would fill the memory one object at a time."""
    refused(tmp_path, P4 + pickle.EMPTY_DICT + opcode * (16 * MEGABYTE))


def test_a_deep_tuple_is_never_hashed(tmp_path: Path) -> None:
    """Not even in a thread with the small stack that macOS gives: this would crash, not fail."""
    deep = pickle.EMPTY_TUPLE + pickle.TUPLE1 * 60_000
    outcome: list[str] = []
    raw = one_array(wrapped(number(1) + pickle.TUPLE1, of=dtype(state=number(3) + deep)))
    before = threading.stack_size(512 << 10)
    try:
        thread = threading.Thread(target=lambda: outcome.append(refused(tmp_path, raw)))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    assert "a dtype that is not plain" in outcome[0]


def test_tuples_tens_of_thousands_deep_do_not_crash(tmp_path: Path) -> None:
    """Hashing or comparing one would overflow the C stack."""
    deep = pickle.EMPTY_TUPLE + pickle.TUPLE1 * 30_000
    refused(tmp_path, in_dict(deep))
    refused(tmp_path, in_dict(WRAPPER + deep + pickle.NEWOBJ))
    refused(tmp_path, in_dict(DTYPE + deep + pickle.REDUCE))
    refused(tmp_path, in_dict(WRAPPER + pickle.EMPTY_TUPLE + pickle.NEWOBJ + deep + pickle.BUILD))
    refused(tmp_path, in_dict(deep + deep[:9] + pickle.STACK_GLOBAL))
    refused(tmp_path, one_array(wrapped(deep)))
    refused(tmp_path, one_array(wrapped(number(1) + pickle.TUPLE1, of=dtype(state=deep))))
    refused(tmp_path, one_array(wrapped(number(1) + pickle.TUPLE1, order=deep)))
    refused(tmp_path, P4 + pickle.EMPTY_DICT + deep + pickle.NONE + pickle.SETITEM + pickle.STOP)


def test_memo_tricks_lead_nowhere(tmp_path: Path) -> None:
    """An unknown memo entry, a dict in itself, a wrapper kept past its reading, filling something else."""
    put, get = pickle.MEMOIZE, pickle.BINGET
    refused(tmp_path, in_dict(get + b"\x09"))
    refused(tmp_path, P4 + pickle.EMPTY_DICT + put + text("a") + get + b"\0" + pickle.SETITEM + pickle.STOP)
    kept = wrapped(number(8) + pickle.TUPLE1).replace(pickle.NEWOBJ, pickle.NEWOBJ + put, 1)
    head = P4 + pickle.EMPTY_DICT + pickle.MARK + text("a") + kept
    refused(tmp_path, padded(head, text("b") + get + b"\0" + pickle.SETITEMS + pickle.STOP))
    refused(tmp_path, P4 + pickle.NONE + text("a") + pickle.NONE + pickle.SETITEM + pickle.STOP)
    refused(tmp_path, in_dict(WRAPPER + text("a") + pickle.NONE + pickle.SETITEM))
    refused(tmp_path, P4 + pickle.EMPTY_DICT + number(1) + pickle.NONE + pickle.SETITEM + pickle.STOP)
    refused(tmp_path, P4 + pickle.STOP)
    refused(tmp_path, P4 + pickle.TUPLE2 + pickle.STOP)


@pytest.mark.parametrize("kind", ["NDArrayWrapper", "ZNDArrayWrapper"])
def test_the_legacy_wrapper_is_refused(kind: str, tmp_path: Path) -> None:
    """The old wrapper would load another file with pickles allowed."""
    np.save(tmp_path / "evil.npy", np.array([Payload(tmp_path / "mark")], dtype=object), allow_pickle=True)
    for module in ("joblib.numpy_pickle", "joblib.numpy_pickle_compat"):
        parts = text("filename") + text("evil.npy") + text("subclass") + NDARRAY + text("allow_mmap") + pickle.NEWFALSE
        state = pickle.EMPTY_DICT + pickle.MARK + parts + pickle.SETITEMS
        refused(tmp_path, in_dict(name(module, kind) + pickle.EMPTY_TUPLE + pickle.NEWOBJ + state + pickle.BUILD))


def test_a_subclass_of_arrays_is_refused(tmp_path: Path) -> None:
    """A matrix, a memmap, or an attribute too many."""
    file = io.BytesIO()
    with pytest.warns(PendingDeprecationWarning):
        joblib.dump({"a": np.matrix([1.0])}, file)
    refused(tmp_path, file.getvalue())
    extra = wrapped(number(8) + pickle.TUPLE1).replace(pickle.MARK, pickle.MARK + text("read") + pickle.NONE, 1)
    refused(tmp_path, one_array(extra))


def test_compressed_files_are_refused(tmp_path: Path) -> None:
    """Nothing is unpacked: a bomb of a gigabyte is a file of a megabyte."""
    bomb = bytes(32 * MEGABYTE)
    for raw in (zlib.compress(bomb), gzip.compress(bomb, 1), bz2.compress(bomb[:MEGABYTE]), b"ZF" + bomb[:99]):
        assert "compressed" in refused(tmp_path, raw)
    for compress in ("zlib", "gzip", "bz2", "lzma", "xz"):
        joblib.dump({"a": np.zeros(99)}, tmp_path / "other", compress=(compress, 3))
        refused(tmp_path, (tmp_path / "other").read_bytes())


def test_bytes_behind_the_end_are_refused(tmp_path: Path) -> None:
    """In the file, in the last frame, or as a second pickle."""
    good = one_array(wrapped(number(8) + pickle.TUPLE1))
    refused(tmp_path, good + b"\0")
    refused(tmp_path, good + good)
    body = pickle.EMPTY_DICT + pickle.STOP + b"hidden"
    refused(tmp_path, P4 + pickle.FRAME + struct.pack("<Q", len(body)) + body)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_links_pipes_and_folders_are_refused(tmp_path: Path) -> None:
    """A link may lead anywhere, and opening a pipe would wait for ever."""
    (tmp_path / "secret").write_bytes(one_array(wrapped(number(8) + pickle.TUPLE1)))
    (tmp_path / "a-1.joblib").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "a-2.joblib")
    (tmp_path / "a-3.joblib").mkdir()
    for number_ in (1, 2, 3):
        with pytest.raises(DamagedModel, match="plain file"):
            load_arrays(tmp_path / f"a-{number_}.joblib")
