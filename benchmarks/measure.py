"""Times and peak memory: systems take turns, so that a busy machine is busy for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import Any


def in_turns(systems: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Median seconds of each system.  Each has run once before."""
    for call in systems.values():
        call()
    seconds: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(times):
        for name, call in systems.items():
            start = perf_counter()
            call()
            seconds[name].append(perf_counter() - start)
    return {name: median(values) for name, values in seconds.items()}


def apart(script: str, *arguments: str, uncached: bool = False) -> dict[str, Any]:
    """What a script in a process of its own printed as JSON, with its `seconds` in all and `peak_mb` of memory.

    uncached : with an empty cache of compiled loops.
    """
    code = (
        f"{script}\nimport resource, sys, json\n"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10)\n"
        "print(json.dumps(dict(answer, peak_mb=round(peak))))"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        if uncached:
            environment["NUMBA_CACHE_DIR"] = folder
        start = perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True, env=environment
        )
        seconds = perf_counter() - start
    return {"seconds": seconds, **json.loads(done.stdout.splitlines()[-1])}


def table(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table; missing values are left empty."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    for row in rows:
        cells = [row.get(name, "") for name in names]
        lines.append(
            "| " + " | ".join(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells) + " |"
        )
    return "\n".join(lines)
