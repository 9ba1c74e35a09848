"""Change a model again and again, dying one line later each time.  Run by test_commit.py in a process of its own.

`python killing.py FOLDER STATE EVERY` forks a child for every EVERY-th line that the store runs in one change of the
model FOLDER/model (STATE: "new", none there yet; "old", one there), kills the child at that line, checks what is left,
and lets the next writer finish.  Prints the number of children and what was found wrong.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

import topics.store
from topics.errors import ModelNotFound
from topics.records import Article
from topics.store.arrays import save_arrays
from topics.store.articles import ArticleWriter
from topics.store.commit import Transaction
from topics.store.folder import ModelFolder, verify
from topics.store.manifest import Manifest, now
from topics.store.names import list_models

STORE = str(Path(topics.store.__file__).parent)


def change(path: Path, value: int) -> None:
    """A whole change: an article file and two files of arrays that say `value`, one of them kept next time."""
    with Transaction(path, "replace", wait=60.0) as transaction:
        files = {}
        for role in ("model", "index"):
            new = transaction.new_path(role, ".joblib")
            save_arrays(new, {"value": np.full(10, value)})
            files[role] = transaction.entry(new)
        new = transaction.new_path("articles", ".sqlite")
        with ArticleWriter(new) as writer:
            writer.add(Article(str(value)))
        files["articles"] = transaction.entry(new)
        kept = transaction.old.files["model"] if transaction.old else files["model"]
        transaction.commit(
            Manifest(
                created=now(),
                changed=now(),
                versions={},
                files=files | {"kept": kept} if kept.name != files["model"].name else files,
            )
        )


def state(path: Path) -> int | None:
    """The value that a whole model says, None when there is no model.  Raises when it is neither."""
    try:
        folder = ModelFolder.open(path)
    except ModelNotFound:
        return None
    with folder:
        values = {int(folder.arrays(role)["value"][0]) for role in ("model", "index")}
        articles = folder.articles("articles")
        values |= {int(article.id) for article in articles.scan()}
        articles.close()
    assert len(values) == 1, f"a mixed state: {values}"
    assert not verify(path), verify(path)
    return values.pop()


def leftovers(path: Path) -> set[str]:
    """Files that no manifest names."""
    named = {entry.name for entry in Manifest.read(path).files.values()}
    return {entry.name for entry in path.iterdir()} - named - {"manifest.json", ".lock"}


def at_line(count: int, act: Callable[[], None]) -> Any:
    """A trace function that acts at the `count`-th line that the store runs."""
    left = [count]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(STORE):
            return None
        if event == "line":
            left[0] -= 1
            if left[0] == 0:
                act()
        return trace

    return trace


def fresh(path: Path, start: str) -> None:
    """The model as it is before the change: none, or one that says 1."""
    shutil.rmtree(path, ignore_errors=True)
    if start == "old":
        change(path, 1)


def main(folder: Path, start: str, every: int) -> None:
    path = folder / "model"
    before = 1 if start == "old" else None
    wrong, count, seen = [], 0, set()
    for line in range(1, 100_000, every):
        fresh(path, start)
        child = os.fork()
        if child == 0:
            sys.settrace(at_line(line, lambda: os._exit(9)))
            change(path, 2)
            os._exit(0)
        finished = os.waitpid(child, 0)[1] == 0
        count += 1
        try:
            found = state(path)
            seen.add(found)
            assert found in (before, 2), f"neither old nor new: {found}"
            assert (found is None) == (list_models(folder) == []), "listed, and no model"
            change(path, 3)
            assert state(path) == 3
            assert not leftovers(path), leftovers(path)
        except Exception as error:  # every line's outcome is wanted, not the first that fails
            wrong.append(f"line {line}: {error!r}")
        if finished:
            break
    sys.stdout.write(f"{count} {sorted(map(str, seen))} {wrong}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
