"""The models that are served, each in its newest state."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import topics
from topics import kernels
from topics.errors import ModelNotFound, TopicsError
from topics.model import Model
from topics.store.manifest import Manifest
from topics.store.models import load
from topics.store.names import MANIFEST

Stamp = tuple[int, int, int]

# Postings of models for which the compiled loops are started with the service: a few thousand articles.
LARGE = 500_000

log = logging.getLogger("topics.service")


@dataclass(frozen=True)
class Held:
    """A model that is open.  etag : changes with what the model answers, and with the version of the program."""

    name: str
    model: Model
    manifest: Manifest
    etag: str

    # Groups are found once for a state: going over all articles takes far longer than a look-up.

    @cached_property
    def stories(self) -> list[Any]:
        """The stories, largest first; none in a model that knows of none."""
        return list(getattr(self.model, "stories", list)())

    @cached_property
    def duplicates(self) -> list[Any]:
        """The groups of copies, largest first."""
        return list(getattr(self.model, "duplicates", list)())

    @cached_property
    def story_of(self) -> dict[str, Any]:
        """The story of each article that is in one, by id."""
        return {name: story for story in self.stories for name in story.ids}


class Library:
    """Open models by name.

    Who asks gets the newest state that is open; when the folder holds a newer one, it is opened beside, and answers go
    on meanwhile.  A state stays open for as long as somebody works with it.
    """

    def __init__(self, paths: Mapping[str, Path]) -> None:
        """Opens every model.  Raises what `load` raises."""
        self._paths = dict(paths)
        self._stamps: dict[str, Stamp | None] = {}
        self._held: dict[str, Held] = {}
        self._locks = {name: threading.Lock() for name in self._paths}
        for name in self._paths:
            self.refresh(name)
        # a service looks up a lot: better now than while somebody waits
        if sum(len(s.index.posting_rows) for held in self._held.values() for s in held.model.segments) >= LARGE:
            kernels.load("topk")

    @property
    def names(self) -> list[str]:
        return list(self._paths)

    def path(self, name: str) -> Path:
        """The folder of a model that is served.  Raises ModelNotFound."""
        if name not in self._paths:
            near = get_close_matches(name[:200], self._paths, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(self._paths)}"
            raise ModelNotFound(f"no model {name[:200]!r} is served; {hint}")
        return self._paths[name]

    def get(self, name: str) -> Held:
        """The model, as it is now; a newer state on disk is opened in the background.  Raises ModelNotFound."""
        path = self.path(name)
        stamp = _stamp(path)
        if stamp is not None and stamp != self._stamps[name] and self._locks[name].acquire(blocking=False):
            threading.Thread(target=self._renew, args=(name,), name=f"open {name}", daemon=True).start()
        return self._held[name]

    def refresh(self, name: str) -> Held:
        """The model in the state that is on disk, opened now if need be: what a writer answers from."""
        with self._locks[name]:
            self._open(name)
        return self._held[name]

    def _renew(self, name: str) -> None:
        """In a thread of its own, which holds the lock."""
        try:
            self._open(name)
            log.info("%s: opened its new state", name)
        except (TopicsError, OSError) as error:
            # noted by the stamp: it is not tried again until the folder changes
            log.error("%s: the new state cannot be opened, the last one goes on: %s", name, error)
        finally:
            self._locks[name].release()

    def _open(self, name: str) -> None:
        path = self._paths[name]
        # read before: if a writer commits meanwhile, the stamp is old and the next request opens again
        stamp = _stamp(path)
        if stamp == self._stamps.get(name, ()):
            return
        self._stamps[name] = stamp
        model = load(path)
        manifest: Manifest = model.info["manifest"]
        self._held[name] = Held(name, model, manifest, etag(manifest))


def etag(manifest: Manifest) -> str:
    """A weak tag (answers are compressed on the way) of a model's state."""
    state: dict[str, Any] = asdict(manifest) | {"program": topics.__version__}
    return f'W/"{hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:20]}"'


def _stamp(path: Path) -> Stamp | None:
    """What changes when a manifest is replaced; None while there is none."""
    try:
        status = (path / MANIFEST).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
