"""What the C library keeps of memory that nobody uses."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from topics import memory

# A large array is let go for the first time, then another below a small one that stays: how much of it is still held.
HELD = """
import resource, sys
import numpy as np
from topics.memory import keep_little
if sys.argv[1] == "keep little":
    keep_little()
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
def filled(size):
    return np.full(size, 1, np.uint8)
before, megabytes = resident(), 2**20
large = filled(24 * megabytes)
del large
large, small = filled(20 * megabytes), filled(megabytes)
del large
print((resident() - before) // megabytes)
"""


@pytest.mark.skipif(memory._of_glibc("mallopt") is None, reason="another C library keeps what it likes")
def test_large_pieces_go_back_at_once() -> None:
    """By itself glibc keeps what it has once seen to be let go."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}

    def run(how: str) -> int:
        command = [sys.executable, "-c", HELD, how]
        return int(subprocess.run(command, check=True, capture_output=True, env=usual).stdout)

    held = {how: run(how) for how in ("as it is", "keep little")}
    assert held["as it is"] >= 10
    assert held["keep little"] <= 5


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing happens, and nothing breaks."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory._of_glibc("mallopt") is None
    memory.keep_little()
    memory.give_back()
