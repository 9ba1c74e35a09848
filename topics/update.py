"""Keeping the articles of a model current: added, replaced and removed without fitting again.

A model's articles lie in segments, oldest first. `add` writes a new segment and joins small neighbours; it never
touches a large one, so its cost does not depend on how many articles there are. An article that is replaced is marked
as gone in its old segment and written to the new one. `remove` writes the segments that hold the article again without
it, so that nothing of its text stays on the disk. Topics, their shares and the vocabulary stay as they were fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topics.corpus.cleaning import filed
from topics.encode import Encoder
from topics.errors import ArticleNotFound, MachineError, SettingError
from topics.facets import ALL, Facets, Filters
from topics.records import Added, Article
from topics.segment import LARGEST, Segment, join, plan
from topics.settings import Settings
from topics.store.arrays import save_arrays
from topics.store.articles import ArticleFile, ArticleWriter, without_text
from topics.store.commit import Transaction
from topics.store.files import check_free
from topics.store.manifest import FileEntry, Manifest, now
from topics.store.models import open_model, segment_arrays
from topics.text.languages import told

# Stage, steps done, steps in all (None when unknown).
Progress = Callable[[str, int, int | None], None]

# Articles in memory at a time.
BLOCK = 1000


def silent(stage: str, done: int, total: int | None) -> None:
    """Show no progress."""


def add(path: Path, articles: Iterable[Article], *, progress: Progress = silent) -> Added:
    """Add articles to the model in a folder; one whose id it has takes the place of the old one.

    articles : read once; of an id that repeats the last counts.  An article equal to the one there is left alone (a
    model that keeps no texts cannot tell, and replaces it).  Raises ModelNotFound, MachineError; whatever happens,
    the model is as it was or holds all of them.
    """
    with Transaction(path, "change") as transaction:
        settings = Settings() if transaction.old is None else Settings.from_row(transaction.old.settings)
        language = None if settings.by_article or "+" in settings.language else settings.language
        incoming = transaction.new_path("incoming", ".sqlite")
        with ArticleWriter(incoming) as writer:
            for done, article in enumerate(articles, 1):
                writer.put(told(filed(article) if settings.clean else article, language))
                if done % 500 == 0:
                    progress("reading", done, None)
        with Change(transaction, progress) as change:
            counts = change.add(incoming)
            if counts.added or counts.replaced:
                change.commit()
    return counts


def remove(path: Path, ids: Sequence[str] = (), *, filters: Filters = ALL) -> int:
    """Remove articles by id, or all that pass the filters, and say how many.

    When this returns, no file of the folder holds their text, that of older versions included.  Raises ArticleNotFound
    for an id that is not there (and removes nothing), SettingError unless one of `ids` and `filters` is given, and
    MachineError when a file cannot be deleted because a program has it open (Windows).
    """
    if bool(ids) == bool(filters):
        raise SettingError("remove takes ids, or filters; give one of the two")
    count, old = _remove(path, ids, filters)
    if any(file.exists() for file in old):
        with Transaction(path, "change"):  # deletes what no manifest names; by now none of our own files is open
            pass
    if left := [file for file in old if file.exists()]:
        raise MachineError(
            f"{left[0]}: out of the model, but another program has the file open and it still holds the text; close "
            "that program, then add or remove any article"
        )
    return count


def _remove(path: Path, ids: Sequence[str], filters: Filters) -> tuple[int, list[Path]]:
    """How many were removed, and the files that are no longer part of the model."""
    with Transaction(path, "change") as transaction, Change(transaction) as change:
        before = {entry.name for entry in change.manifest.files.values()}
        count = change.remove(ids) if ids else change.remove_passing(filters)
        if count:
            change.commit()
        after = {entry.name for entry in change.manifest.files.values()}
    return count, [path / name for name in sorted(before - after)]


class Part:
    """A segment with its file of articles.

    entry : as the manifest names it; None for one that is new.  gone : rows that go with this change.  rewrite : their
    text has to go as well.
    """

    def __init__(self, file: ArticleFile, segment: Segment, entry: dict[str, Any] | None = None) -> None:
        self.file = file
        self.segment = segment
        self.entry = entry
        self.gone: set[int] = set()
        self.rewrite = False
        self.marked = False

    def live(self) -> Segment:
        """The segment without the rows that go."""
        removed = np.union1d(self.segment.removed, np.array(sorted(self.gone), np.int64))
        return replace(self.segment, removed=removed)

    def settle(self) -> None:
        """Take the rows that go out of the segment's articles."""
        self.marked = bool(self.gone)
        self.segment = self.live()
        # a segment without articles costs nothing to write again
        self.rewrite = self.rewrite or (self.segment.n_live == 0 and len(self.segment) > 0)

    def articles(self) -> Iterator[Article]:
        """The articles that are there."""
        live = set(self.segment.live().tolist())
        return (article for row, article in enumerate(self.file.scan()) if row in live)


class Change:
    """One change of a model inside a transaction; a context manager that closes the files.

    manifest : the state of the model, the new one after `commit`.
    """

    def __init__(self, transaction: Transaction, progress: Progress = silent) -> None:
        self._transaction = transaction
        self._progress = progress
        self._model, self._files = open_model(transaction.path)
        self.manifest: Manifest = self._model.info["manifest"]
        found = zip(self._files, self._model.segments, self.manifest.segments, strict=True)
        self._parts = [Part(file, segment, entry) for file, segment, entry in found]
        self._starts = np.cumsum([0, *(len(part.file) for part in self._parts)])
        self._stories: dict[str, int] = {}

    def __enter__(self) -> Change:
        return self

    def __exit__(self, *error: object) -> None:
        for file in self._files:
            file.close()

    def add(self, incoming: Path) -> Added:
        """Take in the articles of a file, as new segments, and count what it does."""
        counts = {"added": 0, "replaced": 0, "unchanged": 0}
        rest = self._changed(self._open(incoming), counts)
        for first in rest:
            self._parts.append(self._written(chain([first], islice(rest, LARGEST - 1))))
        return Added(**counts)

    def remove(self, ids: Sequence[str]) -> int:
        """Let the articles of these ids go, older versions too, with their text.  Raises ArticleNotFound."""
        wanted = list(dict.fromkeys(ids))
        there = self._model.reader.rows_by_id(wanted)
        for name in wanted:
            if name not in there:
                self._model.find(name)  # says which ids are near, unless it is a URL or a title
                raise ArticleNotFound(f"no article has the id {name!r}; it is a URL or a title: give the id")
        for part in self._parts:
            part.gone.update(part.file.rows_by_id(wanted).values())
            part.rewrite = bool(part.gone)
        return len(wanted)

    def remove_passing(self, filters: Filters) -> int:
        """Let all articles that pass go, as `remove` does."""
        rows = self._model.segments.rows_passing(filters).tolist()
        return self.remove([article.id for article in self._model.reader.get(rows, text=False)])

    def commit(self) -> None:
        """Join segments that have become small, write what is new, and make it the state of the model."""
        for part in self._parts:
            part.settle()
        parts: list[Part] = []
        for group in plan([part.segment.n_live for part in self._parts]):
            members = self._parts[group.start : group.stop]
            parts.append(self._joined(members) if len(members) > 1 or members[0].rewrite else members[0])
        # one that holds nothing, not even a term that others use, goes; a model has at least one
        self._parts = [part for part in parts if len(part.segment) or len(part.segment.later)] or parts[:1]
        manifest = self._manifest_of(self._parts)
        self.__exit__()  # before old files are deleted
        self._transaction.commit(manifest)
        self.manifest = manifest

    def _changed(self, incoming: ArticleFile, counts: dict[str, int]) -> Iterator[Article]:
        """The articles that are new or other than those there; rows of the latter are marked as gone."""
        # without texts there is nothing to compare
        keeps_text = bool(self.manifest.info.get("text", True))
        rest = incoming.scan()
        while block := list(islice(rest, BLOCK)):
            there = self._model.reader.rows_by_id([article.id for article in block])
            old = dict(zip(there, self._model.reader.get(list(there.values())), strict=True))
            for article in block:
                if article.id not in there:
                    counts["added"] += 1
                elif keeps_text and old[article.id].row() == article.row():
                    counts["unchanged"] += 1
                    continue
                else:
                    counts["replaced"] += 1
                    place = int(np.searchsorted(self._starts, there[article.id], side="right")) - 1
                    row = there[article.id] - int(self._starts[place])
                    self._parts[place].gone.add(row)
                    self._stories[article.id] = int(self._parts[place].segment.stories[row])
                yield article

    def _written(self, articles: Iterator[Article]) -> Part:
        """New articles as a segment."""
        keeps_text = bool(self.manifest.info.get("text", True))
        path = self._transaction.new_path("articles", ".sqlite")
        encoder = Encoder(self._model, [part.segment.later for part in self._parts])
        stories: list[int] = []
        with ArticleWriter(path) as writer:
            while block := list(islice(articles, BLOCK)):
                encoder.add(block)
                stories += [self._stories.get(article.id, -1) for article in block]
                for article in block:
                    writer.add(article if keeps_text else without_text(article))
                self._progress("adding", len(writer), None)
        file = self._open(path)
        others = [part.live() for part in self._parts]
        return Part(file, encoder.segment(Facets.build(file.scan(text=False)), others, np.array(stories, np.int32)))

    def _joined(self, parts: Sequence[Part]) -> Part:
        """Neighbours as one segment, without what is gone."""
        check_free(self._transaction.path, sum(part.file.path.stat().st_size for part in parts))
        path = self._transaction.new_path("articles", ".sqlite")
        with ArticleWriter(path) as writer:
            for part in parts:
                for article in part.articles():
                    writer.add(article)
                self._progress("joining", len(writer), None)
        file = self._open(path)
        others = [part.segment for part in self._parts if part not in parts]
        return Part(file, join([part.segment for part in parts], Facets.build(file.scan(text=False)), others))

    def _manifest_of(self, parts: Sequence[Part]) -> Manifest:
        """The manifest of these segments; what is new is written."""
        old = self.manifest
        of_segments = {role for entry in old.segments for role in entry.values()}
        files = {role: entry for role, entry in old.files.items() if role not in of_segments}
        first = 1 + max((int(role.rpartition("-")[2]) for role in old.files if "-" in role), default=0)
        segments = []
        for number, part in enumerate(parts, first):
            entry = dict(part.entry or {"index": f"index-{number}", "articles": f"articles-{number}"})
            if part.entry is None:
                files[entry["articles"]] = self._transaction.entry(part.file.path)
                files[entry["index"]] = self._save("index", segment_arrays(part.segment))
            elif part.marked:
                entry["removed"] = f"removed-{number}"
                files[entry["removed"]] = self._save("removed", {"rows": part.segment.removed})
            files |= {role: old.files[role] for role in entry.values() if role not in files}
            segments.append(entry)
        counts = {
            "articles": sum(part.segment.n_live for part in parts),
            "terms": len(self._model.vocabulary) + sum(len(part.segment.later) for part in parts),
        }
        return replace(old, changed=now(), files=files, segments=segments, counts={**old.counts, **counts})

    def _save(self, kind: str, arrays: Mapping[str, NDArray[Any]]) -> FileEntry:
        path = self._transaction.new_path(kind, ".joblib")
        save_arrays(path, arrays)
        return self._transaction.entry(path)

    def _open(self, path: Path) -> ArticleFile:
        file = ArticleFile(path)
        self._files.append(file)
        return file
