"""Reads of single numbers behind an address, and their bits, for compiled loops."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import int32, int64, uint8, uint16, uint64, void
from numba.extending import intrinsic

_i32, _bytes = ir.IntType(32), ir.IntType(8).as_pointer()


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(_: Any, value: Any) -> Any:
    """The place of the lowest bit that is set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return uint64(uint64), generate


def declared(module: Any, name: str, kind: Any) -> Any:
    """A function of LLVM's in a module."""
    return module.globals.get(name) or ir.Function(module, kind, name)


def fetch(builder: Any, address: Any) -> None:
    """Have bytes at an address read to the cache, and kept there."""
    kind = ir.FunctionType(ir.VoidType(), [_bytes, _i32, _i32, _i32])
    builder.call(declared(builder.module, "llvm.prefetch.p0i8", kind), [address, *map(_i32, (0, 3, 1))])


@intrinsic  # type: ignore[untyped-decorator]
def ask(_: Any, address: Any) -> Any:
    """Have what lies at an address brought to the cache, to be there when it is read."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        fetch(builder, builder.inttoptr(arguments[0], _bytes))
        return context.get_dummy_value()

    return void(int64), generate


def _loader(kind: Any, bits: int) -> Any:
    """A read of the `at`-th number of a kind behind an address, aligned or not.

    The functions below pass addresses, not arrays: numba counts references around calls with arrays, atomically, which
    a loop of a few instructions feels.  `read` holds the arrays.
    """

    @intrinsic  # type: ignore[untyped-decorator]
    def load(_: Any, address: Any, at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            pointer = builder.inttoptr(arguments[0], ir.IntType(bits).as_pointer())
            return builder.load(builder.gep(pointer, [arguments[1]]), align=1)

        return kind(int64, int64), generate

    return load


byte_at, short_at, int_at = _loader(uint8, 8), _loader(uint16, 16), _loader(int32, 32)
word_at, number_at = _loader(uint64, 64), _loader(int64, 64)


@intrinsic  # type: ignore[untyped-decorator]
def above(_: Any, address: Any, low: Any) -> Any:
    """Which of the 64 whole numbers (int32) behind an address are greater than another: a bit for each, uint64."""
    numbers, wide = ir.VectorType(_i32, 64), ir.IntType(64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        there = builder.load(builder.inttoptr(arguments[0], numbers.as_pointer()), align=4)
        one = builder.insert_element(ir.Constant(numbers, ir.Undefined), arguments[1], _i32(0))
        other = builder.shuffle_vector(one, ir.Constant(numbers, ir.Undefined), ir.Constant(numbers, [0] * 64))
        return builder.bitcast(builder.icmp_signed(">", there, other), wide)

    return uint64(int64, int32), generate
