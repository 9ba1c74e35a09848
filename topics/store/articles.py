"""The articles of a model, or of a corpus being read: one SQLite file of numbered rows."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from topics.errors import DamagedModel, MachineError
from topics.records import Article, made
from topics.store.files import RESTORE, check_free, machine_errors, open_regular, sync_file

# Keys are 64-bit hashes: an index over the texts themselves would store every URL and title twice.
_SCHEMA = {
    "article": (
        "CREATE TABLE article (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT, text TEXT, date TEXT, "
        "source TEXT, section TEXT, url TEXT, authors TEXT, lang TEXT, extra TEXT, url_key INTEGER, title_key INTEGER)"
    ),
    "article_url": "CREATE INDEX article_url ON article (url_key) WHERE url_key IS NOT NULL",
    "article_title": "CREATE INDEX article_title ON article (title_key) WHERE title_key IS NOT NULL",
}
_FOUND_SCHEMA = _SCHEMA | {"sqlite_autoindex_article_1": None}
_COLUMNS = "row, id, title, {text}, date, source, section, url, authors, lang, extra"
_INSERT = f"INSERT INTO article VALUES ({', '.join('?' * 13)}) ON CONFLICT (id) DO NOTHING"
_UPDATE = (
    "UPDATE article SET (id, title, text, date, source, section, url, authors, lang, extra, url_key, title_key) = "
    f"({', '.join('?' * 12)}) WHERE id = ?"
)

_CHECK_EVERY = 16 << 20  # bytes of text between two looks at the free disk: less than the reserve that it keeps
_TEXTS = frozenset((str, type(None)))  # what a column holds, but for the numbers
_BATCH = 500  # rows a query: below SQLite's smallest limit of 999 variables
_NEAR = 2_000  # ids compared for an error message: difflib takes some 20 microseconds each

_MACHINE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


class ArticleWriter:
    """Writes a new file of articles; a context manager that leaves no file behind when its block fails.

    Rows count from 0 in the order of `add`.  Nothing of an article stays in memory.  Readable only after `close`.
    Raises MachineError when the disk is full, or about to be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = 0
        self._unchecked = 0
        with machine_errors(path):
            path.open("xb").close()
        check_free(path.parent, 0)
        self._db = sqlite3.connect(path, isolation_level=None)
        # A file that is of no use until it is whole needs no journal; `close` syncs it once.
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY", "cache_size = -65536"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(_SCHEMA["article"])
        self._db.execute("BEGIN")

    def __len__(self) -> int:
        return self._rows

    def add(self, article: Article) -> int | None:
        """The article's row, or None when an earlier one has its id (the first is kept).

        Raises UnicodeEncodeError on a lone surrogate, which no reader lets through.
        """
        values = _values(article)
        with _writing(self.path):
            if self._db.execute(_INSERT, (self._rows, *values)).rowcount == 0:
                return None
        self._rows += 1
        self._unchecked += sum(len(value) for value in values if isinstance(value, str))
        if self._unchecked > _CHECK_EVERY:
            self._unchecked = 0
            check_free(self.path.parent, 0)
        return self._rows - 1

    def put(self, article: Article) -> None:
        """As `add`, but an earlier article of that id is replaced, where it stands."""
        if self.add(article) is None:
            with _writing(self.path):
                self._db.execute(_UPDATE, (*_values(article), article.id))

    def close(self) -> None:
        """Index, sync and close; from here on the file does not change."""
        with _writing(self.path):
            self._db.execute(_SCHEMA["article_url"])
            self._db.execute(_SCHEMA["article_title"])
            self._db.execute("COMMIT")
            self._db.close()
        with machine_errors(self.path):
            sync_file(self.path)

    def discard(self) -> None:
        """Close and delete the file."""
        self._db.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> ArticleWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is not None:
            return self.discard()
        try:
            self.close()
        except BaseException:
            self.discard()
            raise
        return None


class ArticleFile:
    """Reads a file that `ArticleWriter` closed.

    Safe to use from several threads, which take turns: one open file, so that a writer who replaces and deletes it
    disturbs no reader.  Trusts nothing: another schema, a row out of place or a value of another kind raises
    DamagedModel, where it is met.  Raises FileNotFoundError when the file has gone before it is opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._open()
        with self._reading() as db:
            last = db.execute("SELECT max(row) FROM article").fetchone()[0]
        self._rows = 0 if last is None else last + 1
        if not 0 <= self._rows <= path.stat().st_size:  # a row takes more than a byte
            self.close()
            raise DamagedModel(f"{path}: rows up to {last}, which cannot be; {RESTORE}")

    def __len__(self) -> int:
        return self._rows

    def get(self, rows: Iterable[int], text: bool = True) -> list[Article]:
        """The articles of these rows, in the order asked.  text : False leaves the texts on the disk ("")."""
        wanted = [int(row) for row in rows]  # SQLite takes no NumPy integers
        found: dict[int, Article] = {}
        for batch in _batches(sorted(set(wanted))):
            for record in self._ask(f"WHERE row IN ({_marks(batch)})", batch, text):
                found[record[0]] = self._article(record)
        missing = next((row for row in wanted if row not in found), None)
        if missing is not None:
            raise DamagedModel(f"{self.path}: no article in row {missing}, of {self._rows}; {RESTORE}")
        return [found[row] for row in wanted]

    def scan(self, start: int = 0, stop: int | None = None, text: bool = True) -> Iterator[Article]:
        """The articles of rows `start` to `stop` (or the end), in order, a few hundred in memory."""
        stop = self._rows if stop is None else min(stop, self._rows)
        for first in range(start, stop, _BATCH):
            last = min(first + _BATCH, stop)
            records = self._ask("WHERE row >= ? AND row < ? ORDER BY row LIMIT ?", [first, last, _BATCH], text)
            if [record[0] for record in records] != list(range(first, last)):
                raise DamagedModel(f"{self.path}: rows {first} to {last} are not all there; {RESTORE}")
            yield from map(self._article, records)

    def order(self) -> list[int]:
        """All rows by id, as Python sorts strings."""
        rows = [self._checked_row(row) for (row,) in self._select("SELECT row FROM article ORDER BY id", [])]
        if len(set(rows)) != self._rows:
            raise DamagedModel(f"{self.path}: {len(rows)} ids, of {self._rows} rows; {RESTORE}")
        return rows

    def rows_by_id(self, ids: Iterable[str]) -> dict[str, int]:
        """The rows of these ids; those not in the file are left out."""
        found: dict[str, int] = {}
        for batch in _batches([name for name in dict.fromkeys(ids) if _encodable(name)]):
            rows = self._select(f"SELECT id, row FROM article WHERE id IN ({_marks(batch)})", batch)
            found.update((name, self._checked_row(row)) for name, row in rows)
        return found

    def find_url(self, url: str) -> list[int]:
        """The rows of exactly this URL, ascending."""
        return self._find("url", _key(url), url, str)

    def find_title(self, title: str) -> list[int]:
        """The rows of this title, whatever its case and spaces, ascending."""
        folded = _folded(title)
        return self._find("title", _key(folded), folded, _folded)

    def nearest_ids(self, text: str, count: int = 3) -> list[str]:
        """Ids that look like `text`, nearest first, for an error message; looks at some, not at all."""
        import difflib  # only an error needs it

        before = "SELECT id FROM article WHERE id < ? ORDER BY id DESC LIMIT ?"
        behind = "SELECT id FROM article WHERE id >= ? ORDER BY id LIMIT ?"
        text = text.encode(errors="replace").decode()
        candidates = self._select(behind, ["", _NEAR])
        for start in (text, text[: len(text) // 2], text[:1]):
            candidates += self._select(behind, [start, _NEAR // 10]) + self._select(before, [start, _NEAR // 10])
        names = dict.fromkeys(str(name) for (name,) in candidates if len(str(name)) <= 200)
        return difflib.get_close_matches(text[:200], names, n=count)

    def copy(self, path: Path, rows: Iterable[int] | None = None, text: bool = True) -> None:
        """Write some rows (all), renumbered from 0, to a new file.

        text : False leaves out what cannot be published: the texts, and the source's other keys, which may hold them.
        """
        chosen = range(self._rows) if rows is None else rows
        with ArticleWriter(path) as writer:
            for batch in _batches(list(chosen)):
                for article in self.get(batch, text):
                    writer.add(article if text else without_text(article))

    def close(self) -> None:
        """Let the file go; nothing can be read afterwards."""
        with self._lock:
            self._db.close()

    def __del__(self) -> None:
        # nobody closes a model; from Python 3.13 on a connection that is merely dropped warns
        if (db := getattr(self, "_db", None)) is not None:
            db.close()

    def _open(self) -> None:
        open_regular(self.path).close()  # refuses links, pipes and what may not be read
        self._process = os.getpid()
        # immutable: no lock, no journal of the same name is played back, and none of its pages is ever written
        address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        with _damage(self.path):
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
            try:
                # A schema is code that SQLite runs (views, triggers): it must be ours to the letter.
                self._db.execute("PRAGMA trusted_schema = OFF")
                self._db.execute("PRAGMA cell_size_check = ON")
                found = dict(self._db.execute("SELECT name, sql FROM sqlite_master LIMIT 10"))
                if found != _FOUND_SCHEMA:
                    raise DamagedModel(f"{self.path}: not a file of articles (other tables or indexes); {RESTORE}")
            except BaseException:
                self._db.close()
                raise

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _damage(self.path):
            if self._process != os.getpid():  # SQLite forbids to take a connection across a fork
                self._db.close()  # no harm to the other process: on an immutable file there is no lock
                self._open()
            yield self._db

    def _select(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._reading() as db:
            return db.execute(query, values).fetchall()

    def _ask(self, where: str, values: Sequence[Any], text: bool) -> list[Any]:
        columns = _COLUMNS.format(text="text" if text else "NULL")
        return self._select(f"SELECT {columns} FROM article {where}", values)

    def _find(self, column: str, key: int, wanted: str, form: Any) -> list[int]:
        query = f"SELECT row, {column} FROM article WHERE {column}_key = ? ORDER BY row"
        rows = self._select(query, [key])
        return [self._checked_row(row) for row, value in rows if isinstance(value, str) and form(value) == wanted]

    def _checked_row(self, row: Any) -> int:
        if type(row) is not int or not 0 <= row < self._rows:
            raise DamagedModel(f"{self.path}: an index names row {row!r:.40}, of {self._rows}; {RESTORE}")
        return row

    def _article(self, record: Sequence[Any]) -> Article:
        row, name, title, text, date, source, section, url, authors, lang, extra = record
        if name is None or not _TEXTS.issuperset(map(type, record[1:])):
            raise DamagedModel(f"{self.path}: row {row!r:.40} holds something other than text; {RESTORE}")
        people = [] if authors is None else self._json(row, authors, list)
        if not all(type(person) is str for person in people):
            raise DamagedModel(f"{self.path}: row {row}: authors that are not names; {RESTORE}")
        others = {} if extra is None else self._json(row, extra, dict)
        return made(name, title or "", text or "", date, source, section, url, tuple(people), lang, others)

    def _json(self, row: int, value: str, kind: type) -> Any:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise DamagedModel(f"{self.path}: row {row}: broken JSON; {RESTORE}") from error
        if type(found) is not kind:
            raise DamagedModel(f"{self.path}: row {row}: a {kind.__name__} expected; {RESTORE}")
        return found


def _values(article: Article) -> tuple[Any, ...]:
    """What a row holds, behind its number."""
    return (
        article.id,
        article.title or None,
        article.text or None,
        article.date,
        article.source,
        article.section,
        article.url,
        _dumps(list(article.authors)) if article.authors else None,
        article.lang,
        _dumps(dict(article.extra)) if article.extra else None,
        _key(article.url) if article.url else None,
        _key(_folded(article.title)) if article.title else None,
    )


def without_text(article: Article) -> Article:
    """The article without what cannot be published."""
    return Article(
        id=article.id,
        title=article.title,
        date=article.date,
        source=article.source,
        section=article.section,
        url=article.url,
        authors=article.authors,
        lang=article.lang,
    )


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Turn what SQLite finds wrong with a file into DamagedModel."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # our own mistake, such as reading after `close`
    except sqlite3.DatabaseError as error:
        raise DamagedModel(f"{path}: not a whole file of articles: {error}; {RESTORE}") from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses to SQLite into MachineError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _MACHINE:  # the rest of the number says which of its kind
            raise
        raise MachineError(f"{path}: cannot write: {error}; free some space, or use another disk") from error


def _key(text: str) -> int:
    """64 bits of a hash, as the signed integer that SQLite stores."""
    raw = text.encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(raw, digest_size=8).digest(), "big", signed=True)


def _encodable(text: str) -> bool:
    """Whether SQLite takes it: a lone surrogate (a terminal of another encoding sends them) is in no file."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _batches(values: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
