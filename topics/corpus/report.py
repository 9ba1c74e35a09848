"""What was read, what was not and why: filled while a reading goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Skip:
    """A record that was left out.  where : ``path:line`` or ``article 17``.  why : the reason and what to try."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


@dataclass(slots=True)
class FileReport:
    """One file, or one SOURCE whose files are an article each.

    encoding, delimiter : None where there is none to tell.  columns : our field -> their column or key.  unused : their
    columns that stay in ``extra``.  articles : how many were kept.
    """

    path: str
    format: str
    files: int = 1
    encoding: str | None = None
    delimiter: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    articles: int = 0


@dataclass(slots=True)
class Report:
    """The sum of a reading, correct at any moment of it; articles count when they are made, some hundreds at once.

    `notes`, and a file's encoding and columns, are complete when the reading, or the file, has come to its end.

    header : column order of the first table, [] when there was none.  bytes_read, bytes_total : of the files as they
    lie on the disk, so compressed ones too; the total is None when unknown (a pipe, objects in memory).
    first_date, last_date : as in Article.  repeated : records whose given id had come before.  passed_over : files
    of other kinds that lay in the folders.
    """

    files: list[FileReport] = field(default_factory=list)
    kept: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: list[Skip] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_date: str | None = None
    last_date: str | None = None
    undated: int = 0
    repeated: int = 0
    passed_over: int = 0
    header: list[str] = field(default_factory=list)
    bytes_read: int = 0
    bytes_total: int | None = None

    def skip(self, where: str, reason: str, why: str) -> Skip:
        """Count a record that is left out; the first of them are kept as examples."""
        self.skipped += 1
        self.reasons[reason] += 1
        skip = Skip(where, why)
        if len(self.examples) < EXAMPLES:
            self.examples.append(skip)
        return skip

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)
