"""How fast: `python benchmarks/speed.py` measures, prints tables and writes speed.json.

Needs the corpora (../shared/data or $TOPICS_DATA) and the peers: pip install -e '.[bench]'.  Everything is compared
within one run, by medians and ratios; a bare number of seconds says more about the machine than about a program.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

import factorising
import limits
import looking_up
import starting
import training
import vectorising
from measure import table

PARTS = "parts: 1 vectorise, 2 factorise, 3 train, 4 look up, 5 start, 6 growth, limits of the machine"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="1,2,3,4,5,6,limits", help=PARTS)
    parser.add_argument("--copies", type=int, default=4, help="of newsgroups in parts 2 and 3")
    parser.add_argument("--megabytes", type=int, default=300, help="of text in part 1")
    parser.add_argument("--sizes", default="25000,250000", help="numbers of articles in part 4")
    parser.add_argument("--times", type=int, default=3, help="runs that medians are taken of")
    parser.add_argument("--growth", default="1,2,4,8,16", help="times the corpus in part 6")
    parser.add_argument("--plot", type=Path, help="a picture of part 6 (SVG; needs matplotlib)")
    parser.add_argument("--out", type=Path, default=Path("speed.json"))
    options = parser.parse_args()
    sizes = tuple(int(size) for size in options.sizes.split(","))
    growth = tuple(int(size) for size in options.growth.split(","))
    parts: dict[str, tuple[str, Any]] = {
        "1": ("Vectorise", lambda: vectorising.run(options.megabytes, options.times)),
        "2": ("Factorise", lambda: factorising.run(options.copies, options.times)),
        "3": ("Train, 100 topics", lambda: training.run(options.copies)),
        "4": ("Look up", lambda: looking_up.run(sizes, 100)),
        "5": ("Start", lambda: starting.run(9)),
        "limits": ("Limits of the machine", limits.run),
        "6": ("Growth of train", lambda: training.growing(growth, options.plot)),
    }
    result: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    for number in options.only.split(","):
        title, part = parts[number]
        rows = part()
        result[title] = rows
        sys.stdout.write(f"\n## {title}\n\n{table(rows)}\n")
        sys.stdout.flush()
        options.out.write_text(json.dumps(result, indent=1), "utf-8")


if __name__ == "__main__":
    main()
