"""Memory that nobody uses and the C library keeps."""

from __future__ import annotations

import sys


def give_back() -> None:
    """Have the C library return it to the system where it can (glibc); elsewhere nothing happens.

    It keeps what lies between pieces in use: a third of the 600 MB that training 45,000 articles held.
    """
    if sys.platform == "linux":
        import ctypes

        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
