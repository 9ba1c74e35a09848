"""Loops whose sums are held in vector registers: what numba's own keep in memory.

Left to itself the compiler reads and writes the sums of a sparse row times a dense matrix for every four non-zeros: 13
GFLOP/s at 20 columns and 26 at 100 where `row_times` does 30 and 54. Those of a sweep it reads and writes for every
four topics: 24 and 32 GFLOP/s (on an older machine) where `descend` does 73 and 68.
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
# Topics and lanes whose residuals `descend` holds at once, 8 vectors: two multiplications and sums a cycle, four cycles
# each, want as many. Four topics of 16 lanes do 60 GFLOP/s at 20 topics and 67 at 100, two of 32 do 73 and 68.
TOPICS, SIDE_BY_SIDE = 2, 32

_f32, _i32, _i64, _bytes = ir.FloatType(), ir.IntType(32), ir.IntType(64), ir.IntType(8).as_pointer()
_vector = ir.VectorType(_f32, WIDTH)
_nothing = ir.Constant(_vector, ir.Undefined)


def _times_plus(builder: Any, x: Any, y: Any, z: Any) -> Any:
    """xy + z, in one instruction where there is one."""
    kind = ir.FunctionType(_vector, [_vector] * 3)
    return builder.call(declared(builder.module, "llvm.fmuladd.v8f32", kind), [x, y, z])


def _spread(builder: Any, number: Any) -> Any:
    """A vector of one number."""
    value = builder.insert_element(_nothing, number, _i32(0))
    return builder.shuffle_vector(value, _nothing, ir.Constant(ir.VectorType(_i32, WIDTH), [0] * WIDTH))


def _vector_at(builder: Any, base: Any, offset: Any) -> Any:
    return builder.bitcast(builder.gep(base, [offset]), _vector.as_pointer())


def _emit(builder: Any, size: int, arguments: Any) -> None:
    """The loop over a row, in `size` vectors of columns side by side; goes on in the block behind it."""
    data, indices, start, stop, end, B, stride, out, tail = arguments
    data, indices = builder.inttoptr(data, _f32.as_pointer()), builder.inttoptr(indices, _i32.as_pointer())
    B, out = builder.inttoptr(B, _bytes), builder.inttoptr(out, _bytes)
    offsets = [_i64(4 * WIDTH * i) for i in range(size - 1)] + [tail]

    def row_of(at: Any) -> Any:
        column = builder.zext(builder.load(builder.gep(indices, [at])), _i64)
        return builder.gep(B, [builder.mul(column, stride)])

    before = builder.block
    begin = [builder.load(_vector_at(builder, out, offset), align=4) for offset in offsets]
    head, body, done = (builder.append_basic_block(name) for name in ("head", "body", "done"))
    builder.branch(head)
    builder.position_at_end(head)
    at = builder.phi(_i64)
    at.add_incoming(start, before)
    sums = [builder.phi(_vector) for _ in offsets]
    for total, value in zip(sums, begin, strict=True):
        total.add_incoming(value, before)
    builder.cbranch(builder.icmp_signed("<", at, stop), body, done)
    builder.position_at_end(body)
    later = builder.add(at, _i64(AHEAD))
    coming = row_of(builder.select(builder.icmp_signed("<", later, end), later, at))
    for line in range(0, 4 * WIDTH * size, 64):
        fetch(builder, builder.gep(coming, [_i64(line)]))
    value = _spread(builder, builder.load(builder.gep(data, [at])))
    row = row_of(at)
    for total, offset in zip(sums, offsets, strict=True):
        more = builder.load(_vector_at(builder, row, offset), align=4)
        total.add_incoming(_times_plus(builder, value, more, total), body)
    at.add_incoming(builder.add(at, _i64(1)), body)
    builder.branch(head)
    builder.position_at_end(done)
    for total, offset in zip(sums, offsets, strict=True):
        builder.store(total, _vector_at(builder, out, offset), align=4)


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


def _residuals(builder: Any, a: Any, S: list[Any], begin: list[list[Any]], k: Any, lanes: Any) -> list[list[Any]]:
    """begin - S a, for the rows of S at some addresses and vectors of lanes side by side."""
    before, head, done = builder.block, builder.append_basic_block("head"), builder.append_basic_block("done")
    builder.branch(head)
    builder.position_at_end(head)
    t = builder.phi(_i64)
    rest = [[builder.phi(_vector) for _ in row] for row in begin]
    row = builder.gep(a, [builder.mul(t, lanes)])
    here = [builder.load(_vector_at(builder, row, _i64(4 * WIDTH * v)), align=4) for v in range(len(begin[0]))]
    found = []
    for square, sums in zip(S, rest, strict=True):
        c = builder.fneg(_spread(builder, builder.load(builder.gep(square, [t]))))
        found.append([_times_plus(builder, c, x, total) for x, total in zip(here, sums, strict=True)])
    for sums, first, later in zip(rest, begin, found, strict=True):
        for total, x, y in zip(sums, first, later, strict=True):
            total.add_incoming(x, before)
            total.add_incoming(y, head)
    after = builder.add(t, _i64(1))
    t.add_incoming(_i64(0), before)
    t.add_incoming(after, head)
    builder.cbranch(builder.icmp_signed("<", after, k), head, done)
    builder.position_at_end(done)
    return found


@intrinsic  # type: ignore[untyped-decorator]
def descend(_: Any, a: Any, p: Any, S: Any, inverse: Any, s: Any, k: Any, lanes: Any) -> Any:
    """The topics from `s` on, TOPICS of them, one after the other: a[s] = max(a[s] + (p[s] - S[s] a) / S[s, s], 0).

    In SIDE_BY_SIDE lanes.  a, p, S, inverse : addresses of float32 (k, LANES) from the first of the lanes on, of (k, k)
    and (k,).  lanes : bytes of a row of a and of p.  What S takes off is found for all from `a` as it was, and mended
    for each by what those before it moved.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        a, p, S, inverse, s, k, lanes = arguments
        a, p = builder.inttoptr(a, _bytes), builder.inttoptr(p, _bytes)
        S, inverse = builder.inttoptr(S, _f32.as_pointer()), builder.inttoptr(inverse, _f32.as_pointer())
        topics = [builder.add(s, _i64(i)) for i in range(TOPICS)]
        starts = [builder.mul(topic, lanes) for topic in topics]
        offsets = [_i64(4 * WIDTH * v) for v in range(SIDE_BY_SIDE // WIDTH)]
        squares = [builder.gep(S, [builder.mul(topic, k)]) for topic in topics]

        def row(of: Any, start: Any) -> list[Any]:
            return [_vector_at(builder, builder.gep(of, [start]), offset) for offset in offsets]

        begin = [[builder.load(place, align=4) for place in row(p, start)] for start in starts]
        rest = _residuals(builder, a, squares, begin, k, lanes)
        zero = ir.Constant(_vector, [0.0] * WIDTH)
        for i, start in enumerate(starts):
            c = _spread(builder, builder.load(builder.gep(inverse, [topics[i]])))
            for v, place in enumerate(row(a, start)):
                old = builder.load(place, align=4)
                new = _times_plus(builder, rest[i][v], c, old)
                new = builder.select(builder.fcmp_ordered(">", new, zero), new, zero)
                builder.store(new, place, align=4)
                for j in range(i + 1, TOPICS):
                    d = _spread(builder, builder.load(builder.gep(squares[j], [topics[i]])))
                    rest[j][v] = _times_plus(builder, d, builder.fsub(old, new), rest[j][v])
        return context.get_dummy_value()

    return void(*7 * [int64]), generate
