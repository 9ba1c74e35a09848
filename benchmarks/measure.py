"""Times and peak memory: systems take turns, so that a busy machine is busy for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
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

    Memory is that of the process and all that it starts, at the moment when they have most together (Linux, looked at
    twenty times a second; pages that they share count for each), and at least what the process itself had at most.
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
        command, peak = [sys.executable, "-c", code, *arguments], 0
        with (
            (Path(folder) / "answer").open("w+") as out,
            subprocess.Popen(command, stdout=out, env=environment) as process,
        ):
            while process.poll() is None:
                peak = max(peak, resident(process.pid))
                sleep(0.05)
            seconds = perf_counter() - start
            if process.returncode:
                raise subprocess.CalledProcessError(process.returncode, command)
            out.seek(0)
            answer = json.loads(out.read().splitlines()[-1])
    return {"seconds": seconds, **answer, "peak_mb": max(answer["peak_mb"], round(peak / 2**20))}


def resident(pid: int) -> int:
    """Bytes in memory of a process and of all that it started; 0 where that cannot be seen."""
    try:
        size = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        started = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (OSError, IndexError):
        return 0
    return size + sum(resident(int(child)) for children in started for child in children)


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
