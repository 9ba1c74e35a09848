"""Parquet tables, by pyarrow, a thousand rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from topics.corpus import objects
from topics.corpus.articles import BadRecord
from topics.corpus.containers import seekable
from topics.corpus.extras import needed
from topics.corpus.formats import Input, Numbered

_ROWS = 1000


def read(source: Input) -> Iterator[Numbered]:
    """Rows as dicts, numbered from 1; columns of bytes are left out."""
    parquet: Any = needed("pyarrow.parquet", "parquet", "a Parquet file")
    arrow: Any = needed("pyarrow", "parquet", "a Parquet file")
    file = seekable(source.stream)
    number = 0
    try:
        table = parquet.ParquetFile(file, memory_map=False)
        names = [field.name for field in table.schema_arrow if not _is_bytes(arrow, field.type)]
        source.header[:] = names
        for batch in table.iter_batches(batch_size=_ROWS, columns=names):
            for row in batch.to_pylist():
                number += 1
                yield number, objects.record(row)
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        yield number, BadRecord("damaged Parquet", f"({reason}) behind this row")
    finally:
        file.close()


def _is_bytes(arrow: Any, kind: Any) -> bool:
    types = arrow.types
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind))
