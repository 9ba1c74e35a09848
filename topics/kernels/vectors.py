"""A sparse row times a dense matrix, its sums held in vector registers: what numba's own loops keep in memory.

Left to itself the compiler reads and writes the sums for every four non-zeros: 13 GFLOP/s at 20 columns and 26 at 100
where this does 30 and 54.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import int64, void
from numba.extending import intrinsic

from topics.kernels.bits import declared, fetch

# Numbers in a vector. LLVM cuts it in two where registers are half as wide.
WIDTH = 8
# Vectors of sums at a time: 13 leave room for the factors in 16 registers, and cover 100 columns in one pass.
SIZES = (13, 10, 7, 5, 4, 3, 2, 1)
# Non-zeros ahead whose rows are asked for, to be there in time: 1.2 times as fast, the same where all fits the cache.
AHEAD = 16

_f32, _i32, _i64, _bytes = ir.FloatType(), ir.IntType(32), ir.IntType(64), ir.IntType(8).as_pointer()
_vector = ir.VectorType(_f32, WIDTH)


def _emit(builder: Any, size: int, arguments: Any) -> None:
    """The loop over a row, in `size` vectors of columns side by side; goes on in the block behind it."""
    data, indices, start, stop, end, B, stride, out, tail = arguments
    data, indices = builder.inttoptr(data, _f32.as_pointer()), builder.inttoptr(indices, _i32.as_pointer())
    B, out = builder.inttoptr(B, _bytes), builder.inttoptr(out, _bytes)
    add = declared(builder.module, "llvm.fma.v8f32", ir.FunctionType(_vector, [_vector] * 3))
    offsets = [_i64(4 * WIDTH * i) for i in range(size - 1)] + [tail]

    def row_of(at: Any) -> Any:
        column = builder.zext(builder.load(builder.gep(indices, [at])), _i64)
        return builder.gep(B, [builder.mul(column, stride)])

    def vector_at(base: Any, offset: Any) -> Any:
        return builder.bitcast(builder.gep(base, [offset]), _vector.as_pointer())

    before = builder.block
    head, body, done = (builder.append_basic_block(name) for name in ("head", "body", "done"))
    builder.branch(head)
    builder.position_at_end(head)
    at = builder.phi(_i64)
    at.add_incoming(start, before)
    sums = [builder.phi(_vector) for _ in offsets]
    for total in sums:
        total.add_incoming(ir.Constant(_vector, [0.0] * WIDTH), before)
    builder.cbranch(builder.icmp_signed("<", at, stop), body, done)
    builder.position_at_end(body)
    later = builder.add(at, _i64(AHEAD))
    coming = row_of(builder.select(builder.icmp_signed("<", later, end), later, at))
    for line in range(0, 4 * WIDTH * size, 64):
        fetch(builder, builder.gep(coming, [_i64(line)]))
    none = ir.Constant(_vector, ir.Undefined)
    value = builder.insert_element(none, builder.load(builder.gep(data, [at])), _i32(0))
    value = builder.shuffle_vector(value, none, ir.Constant(ir.VectorType(_i32, WIDTH), [0] * WIDTH))
    row = row_of(at)
    for total, offset in zip(sums, offsets, strict=True):
        more = builder.load(vector_at(row, offset), align=4)
        total.add_incoming(builder.call(add, [value, more, total]), body)
    at.add_incoming(builder.add(at, _i64(1)), body)
    builder.branch(head)
    builder.position_at_end(done)
    for total, offset in zip(sums, offsets, strict=True):
        builder.store(total, vector_at(out, offset), align=4)


@intrinsic  # type: ignore[untyped-decorator]
def row_times(
    _: Any,
    size: Any,
    data: Any,
    indices: Any,
    start: Any,
    stop: Any,
    end: Any,
    B: Any,
    stride: Any,
    out: Any,
    tail: Any,
) -> Any:
    """out = a sparse row times B, in `size` vectors of columns side by side, one of SIZES.

    data, indices, start, stop : the row.  end : the length of `indices`.  B, out : where the columns begin.
    stride : bytes of a row of B.  tail : the offset of the last vector in bytes; where columns do not fill it, it
    reaches back into the one before, and both find the same.  All are int64, addresses too.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        over = builder.append_basic_block("over")
        choice = builder.switch(arguments[0], over)
        for size in SIZES:
            block = builder.append_basic_block(f"by_{size}")
            choice.add_case(_i64(size), block)
            builder.position_at_end(block)
            _emit(builder, size, arguments[1:])
            builder.branch(over)
        builder.position_at_end(over)
        return context.get_dummy_value()

    return void(*10 * [int64]), generate
