"""Whenever the process dies, a model is the old one or the new one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killing_updates.py")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_killed_at_any_moment_leaves_old_or_new(tmp_path: Path) -> None:
    """Adding, removing and joining; whole, complete, answering, and ready for the next writer."""
    times = 21  # 200 with several seeds were run by hand
    run = subprocess.run(
        [sys.executable, "-W", "ignore", SCRIPT, tmp_path, str(times), "0"],
        capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[1])},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"{times} ")
    assert run.stdout.endswith(" []\n"), run.stdout
