"""How many threads work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from topics import kernels


@contextmanager
def limited(jobs: int | None) -> Iterator[None]:
    """Let compiled loops use `jobs` threads, all when None, and the linear algebra one.

    Its sums would otherwise depend on the number of threads.
    """
    from threadpoolctl import threadpool_limits

    before = kernels.allowed
    kernels.allowed = jobs or before
    try:
        with threadpool_limits(1):
            yield
    finally:
        kernels.allowed = before
