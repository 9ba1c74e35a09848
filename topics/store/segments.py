"""The articles of all segments of a model as one sequence of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from topics.records import Article
from topics.store.articles import ArticleFile


class SegmentedArticles:
    """Reads several article files as one: row numbers run on from file to file.

    removed : of each file the rows that are gone; they keep their numbers and are found by no id, URL or title.
    """

    def __init__(self, files: Sequence[ArticleFile], removed: Sequence[Iterable[int]] = ()) -> None:
        self._files = tuple(files)
        self._starts = [0]
        for file in files:
            self._starts.append(self._starts[-1] + len(file))
        self._removed = frozenset(s + row for s, rows in zip(self._starts, removed, strict=False) for row in rows)

    def __len__(self) -> int:
        return self._starts[-1]

    def get(self, rows: Sequence[int], *, text: bool = True) -> list[Article]:
        """The articles of these rows, in the order asked."""
        found: dict[int, Article] = {}
        for start, stop, file in zip(self._starts, self._starts[1:], self._files, strict=False):
            mine = [row for row in rows if start <= row < stop]
            articles = file.get([row - start for row in mine], text) if mine else []
            found.update(zip(mine, articles, strict=True))
        return [found[row] for row in rows]

    def scan(self, *, text: bool = True) -> Iterator[Article]:
        """Every article in order, those that are gone too."""
        for file in self._files:
            yield from file.scan(text=text)

    def rows_by_id(self, ids: Sequence[str]) -> dict[str, int]:
        """The rows of these ids; those not there are left out."""
        found: dict[str, int] = {}
        for start, file in zip(self._starts, self._files, strict=False):
            for name, row in file.rows_by_id(ids).items():
                if start + row not in self._removed:
                    found[name] = start + row
        return found

    def find_url(self, url: str) -> list[int]:
        """The rows of exactly this URL."""
        return self._kept(file.find_url(url) for file in self._files)

    def find_title(self, title: str) -> list[int]:
        """The rows of this title, whatever its case."""
        return self._kept(file.find_title(title) for file in self._files)

    def nearest_ids(self, wanted: str) -> list[str]:
        """Ids that look like one, for an error message."""
        near = [name for file in self._files for name in file.nearest_ids(wanted)]
        return [name for name in near if name in self.rows_by_id([name])]

    def close(self) -> None:
        """Let the files go."""
        for file in self._files:
            file.close()

    def _kept(self, found: Iterable[list[int]]) -> list[int]:
        rows = [start + row for start, part in zip(self._starts, found, strict=False) for row in part]
        return [row for row in rows if row not in self._removed]
