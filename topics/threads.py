"""How many threads work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def limited(jobs: int | None) -> Iterator[None]:
    """Hold the linear algebra to one thread, so that its sums do not depend on the number of threads."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        yield
