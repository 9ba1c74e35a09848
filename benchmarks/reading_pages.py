"""How well the main text and the metadata of real pages are read, against what people marked.

    python benchmarks/reading_pages.py [DATA]

DATA holds pages.tar.gz and pages-many-scripts.tar.gz.  Prints one JSON object a set: mean F1 over words (characters
where a script has no spaces), the share of titles that are exact, of days that are right, and the worst pages.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

from topics.corpus import ReadOptions, dates, read
from topics.corpus.markup import text_of_html
from topics.errors import SourceError
from topics.records import Article

# Kana, Han, Thai, Burmese: a character is a word.
_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0e7f\u1000-\u109f]|[^\W_]+")


def words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def f1(found: str, wanted: str) -> float:
    """Harmonic mean of precision and recall over words, each as often as it stands there."""
    a, b = words(found), words(wanted)
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values())) if shared else 0.0


def page(data: bytes) -> Article | None:
    try:
        return next(iter(read(["-"], options=ReadOptions(format="html"), stdin=io.BytesIO(data))), None)
    except SourceError:
        return None


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        return {info.name: archive.extractfile(info).read() for info in archive if info.isfile()}  # type: ignore[union-attr]


def plain(title: str) -> str:
    return " ".join(title.replace("’", "'").replace("‘", "'").split())


def measure_pages(path: Path) -> dict[str, Any]:
    """pages.tar.gz: source.html, expected.html, expected-metadata.json in a folder each."""
    files = members(path)
    rows = []
    for name in sorted(name for name in files if name.endswith("/source.html")):
        folder = name.removesuffix("source.html")
        wanted = json.loads(files[folder + "expected-metadata.json"])
        found = page(files[name])
        text = text_of_html(files[folder + "expected.html"].decode())
        day = wanted.get("publishedTime")
        rows.append(
            {
                "page": folder.split("/")[-2],
                "f1": f1(found.text if found else "", text),
                "title": bool(found) and plain(found.title) == plain(wanted["title"] or "") if found else False,
                "day": None if not day else bool(found and found.date and found.date[:10] in days(day)),
            }
        )
    return summary("pages", rows)


def days(text: str) -> set[str]:
    """The day as written, and in UTC."""
    return {text[:10], (dates.parse(text) or "")[:10]}


def measure_scripts(path: Path) -> dict[str, Any]:
    """pages-many-scripts.tar.gz: html/NAME.html and txt/NAME.txt."""
    files = members(path)
    rows = []
    for name in sorted(name for name in files if "/txt/" in name):
        source = name.replace("/txt/", "/html/").replace(".txt", ".html")
        if source in files:
            found = page(files[source])
            score = f1(found.text if found else "", files[name].decode())
            rows.append({"page": Path(name).stem, "f1": score, "title": None, "day": None})
    return summary("pages-many-scripts", rows)


def summary(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    def share(key: str) -> float | None:
        values = [row[key] for row in rows if row[key] is not None]
        return round(sum(values) / len(values), 4) if values else None

    worst = sorted(rows, key=lambda row: row["f1"])[:5]
    return {
        "set": name,
        "pages": len(rows),
        "f1": share("f1"),
        "title_exact": share("title"),
        "day_right": share("day"),
        "worst": {row["page"]: round(row["f1"], 3) for row in worst},
        "titles_wrong": [row["page"] for row in rows if row["title"] is False],
        "days_wrong": [row["page"] for row in rows if row["day"] is False],
    }


def measure(folder: Path) -> list[dict[str, Any]]:
    return [measure_pages(folder / "pages.tar.gz"), measure_scripts(folder / "pages-many-scripts.tar.gz")]


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TOPICS_DATA")
    for row in measure(Path(given or Path(__file__).parents[2] / "shared" / "data")):
        print(json.dumps(row, ensure_ascii=False))
