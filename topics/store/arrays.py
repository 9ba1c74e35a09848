"""Arrays of a model: one flat dict of name -> array a file, written by joblib, read without trusting it.

A file is an ordinary uncompressed joblib file (`joblib.load` opens it) that holds nothing but named arrays of booleans,
integers and floats.  `load_arrays` reads just that: a pickle can call anything it can name, so the names that such a
file needs stand for harmless objects made for each load, and every other name and instruction is refused.
"""

from __future__ import annotations

import mmap as mmap_module
import os
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from joblib.numpy_pickle import NumpyArrayWrapper, NumpyPickler, NumpyUnpickler

from topics.errors import DamagedModel
from topics.store.files import RESTORE, machine_errors, open_regular, size_of

Array = npt.NDArray[Any]
Arrays = dict[str, Array]

# A cache line: kernels read whole lines, and joblib's own 16 would let every row begin inside one.
ALIGNMENT = 64

# Pickle bytes outside the arrays.  A file of 20 arrays has some 3 KB; 64 KB of the costliest instructions make 10 MB.
_LONGEST_STREAM = 64 << 10

_HEADER = pickle.PROTO + b"\x04"

_DTYPE = re.compile(r"b1|[iu][1248]|f[248]")
_MAX_DIMENSIONS = 8
_DTYPE_STATES = {(order, None, None, None, -1, -1, 0) for order in "<|"}
_WRAPPER_KEYS = {"subclass", "shape", "order", "dtype", "allow_mmap", "numpy_array_alignment_bytes"}

# What protocol 4 needs to say "a dict of wrapped arrays".  Nothing here names a global, calls or builds but the four
# that the loader overrides: STACK_GLOBAL, REDUCE, NEWOBJ, BUILD.
_OPCODES = (
    pickle.PROTO + pickle.FRAME + pickle.STOP + pickle.MARK + pickle.MEMOIZE + pickle.BINGET + pickle.LONG_BINGET
    + pickle.NONE + pickle.NEWTRUE + pickle.NEWFALSE + pickle.BININT + pickle.BININT1 + pickle.BININT2 + pickle.LONG1
    + pickle.SHORT_BINUNICODE + pickle.BINUNICODE + pickle.EMPTY_DICT + pickle.SETITEM + pickle.SETITEMS
    + pickle.EMPTY_TUPLE + pickle.TUPLE + pickle.TUPLE1 + pickle.TUPLE2 + pickle.TUPLE3
    + pickle.STACK_GLOBAL + pickle.REDUCE + pickle.NEWOBJ + pickle.BUILD
)  # fmt: skip


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write named arrays to a new file and return when they are on the disk.

    Dtype kinds b, i, u, f of at most 8 bytes, any shape, C or Fortran order.  Raises ValueError for another dtype,
    MachineError when the disk is full or refuses.
    """
    checked: Arrays = {}
    for name, array in arrays.items():
        plain = np.asarray(array)  # not asanyarray: a memmap or a matrix would be saved as such
        if not _DTYPE.fullmatch(plain.dtype.str[1:]):
            raise ValueError(f"array {name!r}: dtype {plain.dtype} cannot be saved; use bool, int, uint or float")
        checked[name] = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
    with machine_errors(path), path.open("xb") as file:
        _AligningPickler(file, protocol=4).dump(checked)
        file.flush()
        os.fsync(file.fileno())


def load_arrays(path: Path, mmap: bool = True, file: BinaryIO | None = None) -> Arrays:
    """The arrays of a file that `save_arrays` wrote, in its order.

    mmap : map them read-only (nothing is read until used, processes share the pages), else copy them to memory.
    file : the same file, open already.  Runs no code of the file, allocates no more than its size, and raises
    DamagedModel for anything but a whole file of plain arrays; FileNotFoundError when it has gone.
    """
    if file is None:
        with open_regular(path) as opened:
            return load_arrays(path, mmap, opened)
    size = size_of(file)
    file.seek(0)
    if file.read(2) != _HEADER:
        raise DamagedModel(f"{path}: {'not a file of arrays, or compressed' if size else 'empty'}; {RESTORE}")
    file.seek(0)
    with machine_errors(path, "read"):
        pages = mmap_module.mmap(file.fileno(), 0, access=mmap_module.ACCESS_READ)
        try:
            loaded = _Loader(file, size, pages).load()
        except (OSError, MemoryError):
            raise  # the machine's fault; all else that a hostile stream makes the unpickler stumble over is the file's
        except Exception as error:
            reason = str(error) or type(error).__name__
            raise DamagedModel(f"{path}: not a whole file of arrays: {reason}; {RESTORE}") from error
    return loaded if mmap else {name: array.copy(order="K") for name, array in loaded.items()}


class _AligningPickler(NumpyPickler):  # type: ignore[misc]  # joblib ships no types
    """Writes each array from a multiple of ALIGNMENT on."""

    def _create_array_wrapper(self, array: Array) -> Any:
        wrapper = super()._create_array_wrapper(array)
        wrapper.numpy_array_alignment_bytes = ALIGNMENT
        return wrapper


class _Reader:
    """A file that gives no more than it has, and a stream no more than it may."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._left = _LONGEST_STREAM

    def read(self, count: int) -> bytes:
        # Checked before reading: BufferedReader.read(n) first allocates n bytes, and n comes from the file.
        if count > min(self._left, self._size - self._file.tell()):
            raise _refusal("cut short, or more than names and shapes in it")
        self._left -= count
        return self._file.read(count)

    def readline(self) -> bytes:
        raise _refusal("an instruction of an old protocol")

    def tell(self) -> int:
        return self._file.tell()

    def skip_to(self, position: int) -> None:
        self._file.seek(position)


class _Dtype:
    """Stands for a dtype while a file is read."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.built = False


class _Wrapper:
    """Stands for joblib's NumpyArrayWrapper until it is built."""


class _Loader(NumpyUnpickler):  # type: ignore[misc]  # joblib ships no types
    """Reads one file of arrays; nothing that the file names is ever looked up, called or changed.

    The three names that a file needs are given as bare objects of this one load.  REDUCE makes a `_Dtype` of the one,
    NEWOBJ a `_Wrapper` of the other, BUILD completes these two, and every other use is refused.
    """

    def __init__(self, file: BinaryIO, size: int, pages: mmap_module.mmap) -> None:
        self._reader = _Reader(file, size)
        super().__init__("", self._reader, ensure_native_byte_order=False)
        self._size = size
        self._pages = pages
        self._ndarray, self._dtype, self._wrapper = object(), object(), object()
        self._names = {
            (np.ndarray.__module__, np.ndarray.__name__): self._ndarray,
            (np.dtype.__module__, np.dtype.__name__): self._dtype,
            (NumpyArrayWrapper.__module__, NumpyArrayWrapper.__name__): self._wrapper,
        }

    def load(self) -> Arrays:
        """The file's dict.  Raises UnpicklingError or whatever the stream provokes."""
        loaded = super().load()
        frame = self._unframer.current_frame
        if self._reader.tell() != self._size or (frame is not None and frame.read(1)):
            raise _refusal("bytes behind its end")
        if type(loaded) is not dict:
            raise _refusal("not a dict of arrays")
        for name, array in loaded.items():
            if type(name) is not str or type(array) is not np.ndarray:
                raise _refusal("something other than named arrays")
        return loaded

    def find_class(self, module: str, name: str) -> object:
        found = self._names.get((module, name))
        if found is None:
            raise _refusal(f"it names {module}.{name}, which no model needs")
        return found

    def _load_reduce(self) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        if function is not self._dtype or type(arguments) is not tuple or len(arguments) != 3:
            raise _refusal("it calls something")
        code = arguments[0]
        if type(code) is not str or not _DTYPE.fullmatch(code):
            raise _refusal(f"an array of dtype {code!r:.40}")
        self.stack.append(_Dtype(code))

    def _load_newobj(self) -> None:
        arguments, cls = self.stack.pop(), self.stack.pop()
        if cls is not self._wrapper or arguments != ():
            raise _refusal("it makes an object")
        self.stack.append(_Wrapper())

    def _load_build(self) -> None:
        state, target = self.stack.pop(), self.stack.pop()
        if type(target) is _Dtype:
            # (version, byte order, subdtype, names, fields, itemsize, alignment, flags): plain numbers only
            if type(state) is not tuple or not _plain(state) or state[1:] not in _DTYPE_STATES:
                raise _refusal("a dtype that is not plain")
            target.built = True
            self.stack.append(target)
        elif type(target) is _Wrapper:
            self.stack.append(self._read(state))
        else:
            raise _refusal("it changes an object")

    def _load_setitems(self) -> None:
        self._set(self.pop_mark())

    def _load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._set([key, value])

    def _set(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not dict or any(type(key) is not str for key in items[::2]):
            raise _refusal("it fills something other than a dict by name")
        target.update(zip(items[::2], items[1::2], strict=True))

    def _read(self, state: Any) -> Array:
        """The array that `state` describes, mapped from where the reader stands."""
        if type(state) is not dict or set(state) != _WRAPPER_KEYS or state["subclass"] is not self._ndarray:
            raise _refusal("an array of an unknown kind")
        shape, dtype, order = state["shape"], state["dtype"], state["order"]
        if type(dtype) is not _Dtype or not dtype.built or order not in ("C", "F"):
            raise _refusal("an array without dtype or order")
        start = self._after_padding(state["numpy_array_alignment_bytes"])
        real = np.dtype("<" + dtype.code)
        stop = start + _count(shape) * real.itemsize
        if stop > self._size:
            raise _refusal(f"an array of shape {shape!r:.60} cannot be in {self._size} bytes")
        array: Array = np.ndarray(shape, real, self._pages, start, order=order)
        self._reader.skip_to(stop)
        return array

    def _after_padding(self, alignment: Any) -> int:
        """Skip the byte that counts the padding, and the padding; where the array begins."""
        if type(alignment) is not int or alignment != ALIGNMENT:
            raise _refusal(f"an array aligned to {alignment!r:.20}")
        length = self._reader.read(1)[0]
        if length != ALIGNMENT - self._reader.tell() % ALIGNMENT or self._reader.read(length) != b"\xff" * length:
            raise _refusal("an array that is not aligned")
        return self._reader.tell()

    def _refuse(self) -> None:
        raise _refusal("an instruction that no model needs")

    dispatch = dict.fromkeys(range(256), _refuse) | {code: NumpyUnpickler.dispatch[code] for code in _OPCODES}
    dispatch[pickle.REDUCE[0]] = _load_reduce
    dispatch[pickle.NEWOBJ[0]] = _load_newobj
    dispatch[pickle.BUILD[0]] = _load_build
    dispatch[pickle.SETITEM[0]] = _load_setitem
    dispatch[pickle.SETITEMS[0]] = _load_setitems


def _plain(values: tuple[Any, ...]) -> bool:
    """Whether these may be hashed: the hash of a tuple tens of thousands deep overflows the C stack."""
    return all(value is None or type(value) in (int, str) for value in values)


def _count(shape: Any) -> int:
    """Elements of an array of this shape, in Python's integers, which cannot overflow."""
    if type(shape) is not tuple or len(shape) > _MAX_DIMENSIONS:
        raise _refusal("an array without a shape")
    count, largest = 1, 1
    for length in shape:
        if type(length) is not int or length < 0:
            raise _refusal("an array without a shape")
        count *= length
        largest *= max(length, 1)
    if largest >= 2**59:  # NumPy counts bytes in 63 bits and minds the other lengths even where one is 0
        raise _refusal("an array larger than any disk")
    return count


def _refusal(what: str) -> pickle.UnpicklingError:
    return pickle.UnpicklingError(what)
