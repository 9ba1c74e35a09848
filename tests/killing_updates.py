"""Kill -9 while articles are added, removed and joined, at random moments.  Run by test_update_kills.py; more by hand:

`python tests/killing_updates.py FOLDER 200 0` (how often, seed) copies a model, forks a child that changes it, kills
the child at a moment drawn between its start and a little after its end, and looks at what is left: the model is whole
and holds the old articles or the new ones, it answers as a model of these does, and the next writer works and leaves
nothing behind.  Prints how often which state was found, and what was wrong.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import topics
from topics.records import Article
from topics.store.folder import verify
from topics.store.manifest import Manifest
from topics.update import add, remove

WORDS = ["dock", "strike", "storm", "coast", "bank", "rates", "court", "vote", "match", "goal", "harbour", "train"]
State = dict[str, Article]


def article(name: int, version: int = 0) -> Article:
    """A long enough text that writing it takes a moment."""
    rng = random.Random(name * 1000 + version)
    text = " ".join(f"{rng.choice(WORDS)} w{rng.randrange(3000)}" for _ in range(120))
    return Article(f"a{name}", f"{rng.choice(WORDS)} {rng.choice(WORDS)}", f"{text} v{version}")


def joining(path: Path) -> None:
    """Enough articles that the small segments before them are joined with them."""
    add(path, [article(name) for name in range(1000, 1150)])


CHANGES: dict[str, Callable[[Path], object]] = {
    "add": lambda path: add(path, [article(name, 1) for name in range(290, 340)]),
    "remove": lambda path: remove(path, [f"a{name}" for name in range(0, 330, 4)]),
    "join": joining,
}


def state_of(path: Path) -> State:
    """The articles of a whole model, by id; each of them is found by its own text."""
    assert not verify(path), verify(path)
    model = topics.load(path)
    found = {row.article.id for row in model.assign()}
    texts = {one.id: one for one in model.reader.get(model.segments.rows_passing().tolist())}
    assert found == set(texts), "listed otherwise than stored"
    assert len(model) == len(found) == Manifest.read(path).counts["articles"]
    for one in list(texts.values())[::40]:
        [match] = model.similar(text=one.text, title=one.title, top=1)
        assert match.article.id == one.id, f"{one.id} is not found by its text"
    return texts


def build(path: Path) -> None:
    """A model of one large segment, two small ones, and a row that was replaced."""
    topics.train([article(name) for name in range(300)], path, n_topics=4)
    add(path, [article(name) for name in range(300, 330)])
    add(path, [article(name) for name in range(330, 340)] + [article(5, 1), article(301, 1)])


def killed(path: Path, change: Callable[[Path], object], moment: float) -> bool:
    """Run a change in a child and kill it after some seconds; whether it was still running."""
    child = os.fork()
    if child == 0:
        change(path)
        os._exit(0)
    time.sleep(moment)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def main(folder: Path, times: int, seed: int) -> None:
    base, path = folder / "base", folder / "model"
    build(base)
    old = state_of(base)
    new: dict[str, State] = {}
    duration: dict[str, float] = {}
    for name, change in CHANGES.items():
        shutil.copytree(base, path)
        began = time.monotonic()
        change(path)
        duration[name] = time.monotonic() - began
        new[name] = state_of(path)
        assert new[name] != old
        shutil.rmtree(path)
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    for round_ in range(times):
        name = list(CHANGES)[round_ % len(CHANGES)]
        shutil.copytree(base, path)
        # half of them about the end, where the commit is
        moment = duration[name] * (rng.uniform(0, 1) if rng.random() < 0.5 else rng.uniform(0.8, 1.6))
        running = killed(path, CHANGES[name], moment)
        try:
            found = state_of(path)
            assert found in (old, new[name]), "neither the old articles nor the new"
            assert running or found == new[name], "finished, and the old articles are there"
            seen[f"{name} {'new' if found == new[name] else 'old'}"] += 1
            add(path, [article(9999)])
            assert state_of(path) == found | {"a9999": article(9999)}
            named = {entry.name for entry in Manifest.read(path).files.values()}
            left = {file.name for file in path.iterdir()} - named - {"manifest.json", ".lock"}
            assert not left, f"left behind: {left}"
        except Exception as error:  # every round's outcome is wanted, not the first that fails
            wrong.append(f"{name} killed after {moment:.4f} s: {error!r}")
        shutil.rmtree(path)
    sys.stdout.write(f"{times} {dict(sorted(seen.items()))} {wrong}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
