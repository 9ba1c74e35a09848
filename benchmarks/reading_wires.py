"""Which files of the trade and of the web are read, which are refused, and why.

    python benchmarks/reading_wires.py [DATA]

DATA holds feeds.tar.gz, wire.tar.gz and warc.tar.gz.  Prints a Markdown table: a row for each set and kind of file, how
many there are and give articles, and the reasons of the others, with how many files each.
"""

from __future__ import annotations

import os
import re
import sys
import tarfile
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from topics.corpus import ReadOptions, read
from topics.errors import TopicsError

SETS = ("feeds", "wire", "warc")
# Formats that a file's name does not tell there.
TOLD = {"tag_reuters": "xml", ".tst": "txt", ".lz4": "warc", ".bad": "warc", "channel1": "xml"}


def form_of(name: str) -> str | None:
    return next((form for part, form in TOLD.items() if part in name), None)


def outcome(path: Path) -> tuple[int, str]:
    """Articles, and why there is none."""
    reading = read([path], options=ReadOptions(format=form_of(path.name)))
    try:
        return sum(1 for _ in reading), ""
    except TopicsError as error:
        reasons = reading.report.reasons
        found = next(iter(reasons), None) or str(error).partition(": ")[2]
        return 0, re.sub(r"\s*\(.*", "", found)


def measure(data: Path, name: str) -> list[tuple[str, str, int, int, int, Counter[str]]]:
    """(set, kind, files, files read, articles, reasons of the others)."""
    rows: dict[str, list[tuple[int, str]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(data / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix != ".md":
                inside = path.relative_to(folder).parts
                rows[inside[1] if len(inside) > 2 else path.suffix or "no suffix"].append(outcome(path))
    return [
        (
            name,
            kind,
            len(found),
            sum(n > 0 for n, _ in found),
            sum(n for n, _ in found),
            Counter(w for _, w in found if w),
        )
        for kind, found in sorted(rows.items())
    ]


def main(data: Path) -> None:
    print("| set | kind | files | read | articles | the others |\n|---|---|---|---|---|---|")
    for name in SETS:
        for row in measure(data, name):
            why = ", ".join(f"{reason} ({count})" for reason, count in row[-1].most_common())
            print("| " + " | ".join(map(str, row[:-1])) + f" | {why} |")


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TOPICS_DATA")
    main(Path(given or Path(__file__).parents[2] / "shared" / "data"))
