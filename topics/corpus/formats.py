"""Which formats there are, by suffix and by name, and who reads them.

A reader takes an Input and yields (line, record): a record is a dict of JSON values, or a BadRecord for what could not
be one, or a Block of them, the first on that line.  A new format is a module with such a function and a line
in FORMATS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from topics.corpus.articles import BadRecord
from topics.corpus.blocks import Block
from topics.corpus.encodings import ByteStream, Text
from topics.corpus.report import FileReport
from topics.errors import SettingError

Numbered = tuple[int, dict[str, Any] | BadRecord | Block]


@dataclass(slots=True)
class Input:
    """What a reader gets of one file.

    path : for messages.  stream : its bytes, for what is not text; of it and `text` one may be read.  report : the
    reader fills in the delimiter.  told : our field -> their column, from the user.  header : a table's columns in
    order, filled in by its reader.  notes : (what, how often) worth telling.
    """

    path: str
    stream: ByteStream
    text: Text
    report: FileReport
    told: Mapping[str, str]
    header: list[str] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, text: str, count: int = 1) -> None:
        self.notes[text] = self.notes.get(text, 0) + count

    def all_bytes(self, most: int) -> bytes:
        """The whole file.  Raises BadRecord when it is longer than `most`."""
        blocks: list[bytes] = []
        size = 0
        while block := self.stream.read1(1 << 18):
            blocks.append(block)
            size += len(block)
            if size > most:
                raise BadRecord("too long for one article", f"(over {most >> 20} MiB); is it of another --format?")
        return b"".join(blocks)


Reader = Callable[[Input], Iterator[Numbered]]


@dataclass(frozen=True, slots=True)
class Format:
    """module : where ``read`` is found, imported when a file of the kind comes.  whole : one file is one article.

    archive : holds files of other formats, and has no reader of its own.
    """

    name: str
    suffixes: tuple[str, ...]
    module: str
    whole: bool = False
    archive: bool = False

    def reader(self) -> Reader:
        from importlib import import_module

        reader: Reader = import_module(f"topics.corpus.{self.module}").read
        return reader


FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format("jsonl", (".jsonl", ".ndjson"), "json_lines"),
        Format("json", (".json",), "json_values"),
        Format("csv", (".csv",), "tables"),
        Format("tsv", (".tsv", ".tab"), "tables"),
        Format("txt", (".txt", ".iptc", ".anpa"), "plain", whole=True),
        Format("html", (".html", ".htm", ".xhtml", ".shtml"), "html_pages", whole=True),
        Format("xml", (".xml", ".rss", ".atom", ".rdf", ".nitf", ".newsml"), "xml_files"),
        Format("docx", (".docx",), "word_files", whole=True),
        Format("parquet", (".parquet", ".pq"), "parquet"),
        Format("xlsx", (".xlsx", ".xlsm"), "spreadsheets"),
        Format("warc", (".warc", ".arc"), "web_archives"),
        Format("zip", (".zip",), "archives", archive=True),
        Format("tar", (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"), "archives", archive=True),
    )
}

# What a compressed file's name has behind the suffix that tells its format; its first bytes tell how to open it.
_COMPRESSED = (".gz", ".bz2", ".xz", ".zst")


def format_of(path: str) -> Format | None:
    """The format that a file's name tells, or None."""
    suffixes = PurePath(path.lower()).suffixes
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    suffix = suffixes[-1] if suffixes else ""
    return next((form for form in FORMATS.values() if suffix in form.suffixes), None)


def format_of_name(name: str) -> Format:
    """The format of that name; ``csv.gz`` and ``.csv`` mean the same.  Raises SettingError for an unknown one."""
    plain = name.lower().strip().lstrip(".")
    for packed in _COMPRESSED:
        plain = plain.removesuffix(packed)
    found = FORMATS.get(plain) or format_of("x." + plain)
    if found is None:
        near = get_close_matches(plain, FORMATS, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise SettingError(f"format {name!r} is not one of {', '.join(FORMATS)}{hint}")
    return found
