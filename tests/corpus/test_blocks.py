"""Promises of reading many records at once: it gives what reading them one by one gives."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topics.corpus import Reading, ReadOptions, dates, encodings, read, reading, tables
from topics.corpus.articles import BadRecord, Builder, Undecided
from topics.corpus.blocks import articles_of, block_of
from topics.corpus.encodings import Text
from topics.corpus.formats import Input
from topics.corpus.json_lines import read as json_read
from topics.corpus.json_lines import rows
from topics.corpus.report import FileReport
from topics.errors import TopicsError

DATES = ["2014-03-10", "2014-03-10T16:52:51.55+00:00", "2014-03-11 16:52:51", "26-FEB-1987 15:03:27.51"]
DATES += ["Sat, 07 Oct 2023 15:04:05 GMT", "03/04/2023", "25/04/2023", "soon", "", "  ", "2014-02-30T10:00:00"]
DATES += ["2014-03-10\n2014-03-11", "2014-03-10T16:52:51\n2014-03-10T16:52:51", "2014-03-10T24:00:00Z", "1500-01-01"]
WORDS = st.sampled_from(
    ["a", " b ", "", "  ", "c\rd", "e\r\n", "é’", "\0", "f\0", "\u2028g", "Ã© Ã©", "\x0b", '"', ","]
)
VALUES = WORDS | st.none() | st.integers(0, 3) | st.just(["x", " y"]) | st.just([None]) | st.just({"name": "n"})
VALUES |= st.just({"name": "n\0"}) | st.just({"\0": 1}) | st.just(["\0"]) | st.just({"a": {"b": 1}})
VALUES |= st.booleans() | st.just([]) | st.just("x" * 32_767)
# Mostly as records are, so that there are blocks with nothing unusual, too.
KEYS = ["id", "title", "text", "date", "source", "url", "authors", "lang", "n", "k\0", "Text", "guid", "content_html"]
USUAL = {
    "id": st.integers(0, 60).map(str),
    "title": st.sampled_from(["A title", "Another", " one "]),
    "text": st.sampled_from(["A text.", "More\nof it.", "Straße"]),
    "date": st.sampled_from(DATES[:4]),
    "source": st.sampled_from(["A", "B", " A"]),
    "n": st.sampled_from(["x", "y"]),
}
SOME = {key: of for key, of in USUAL.items() if key != "text"}
RECORDS = st.fixed_dictionaries({"text": USUAL["text"]}, optional=SOME) | st.fixed_dictionaries(USUAL)
ODD = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6) | st.fixed_dictionaries(
    {"text": WORDS, "date": st.sampled_from(DATES), "source": WORDS}
)
FILES = st.lists(st.lists(RECORDS, max_size=12) | st.lists(RECORDS | ODD, max_size=4), max_size=6).map(
    lambda parts: [record for part in parts for record in part]
)


def outcome(path: Path, *, by_blocks: bool, **options: Any) -> Any:
    """Articles, the error at the end, and everything the report says."""
    found: list[Any] = []
    pass_: Reading = read([path], options=ReadOptions(**options))
    try:
        found.extend(pass_ if by_blocks else (record.article for record in pass_.records()))
    except TopicsError as error:
        found.append(str(error))
    rows = [(a.row(), list(a.extra.items()), type(a.extra)) if not isinstance(a, str) else a for a in found]
    return rows, pass_.report


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few records are several blocks."""
    monkeypatch.setattr(encodings, "_BLOCK", 300)
    monkeypatch.setattr(encodings, "_SAMPLE", 300)
    monkeypatch.setattr(tables, "_LONGEST_HELD", 1000)


@settings(deadline=None)
@given(
    FILES,
    st.sampled_from([{}, {"on_repeat": "pass"}, {"day_first": True}, {"fields": {"text": "title"}}, {"strict": True}]),
    st.booleans(),
    st.binary(max_size=3),
)
def test_articles_of_a_block_are_those_of_its_records(
    records: list[dict[str, Any]], options: dict[str, Any], escaped: bool, behind: bytes
) -> None:
    """The same articles, skips, counts and notes: repeated ids, odd dates, other keys, broken lines among them."""
    lines = [json.dumps(record, ensure_ascii=escaped) for record in records]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jsonl"
        path.write_bytes("\n".join(lines).encode() + behind)
        assert outcome(path, by_blocks=True, **options) == outcome(path, by_blocks=False, **options)


SMALL = st.sampled_from(["a", "b", "", " ", "b\r", None]) | st.sampled_from(
    ["c", 7, ["x"], [], {"name": "d"}, {"id": None}]
)
SOME_KEYS = dict.fromkeys(("title", "text", "content", "Text", "Title", "n"), SMALL)
SOME_KEYS |= {"id": st.integers(0, 99).map(str) | SMALL, "date": st.sampled_from([*DATES[:6], "", None, 7])}
FEW = st.lists(st.fixed_dictionaries({}, optional=SOME_KEYS), min_size=1, max_size=3)


@settings(max_examples=400, deadline=None)
@given(FEW, st.sampled_from([{}, {"text": "n"}, {"text": "TEXT"}, {"title": "TEXT"}]), st.booleans())
@example([{"title": "a", "text": "b"}, {"title": "c", "content": "d"}], {}, False)
@example([{"Text": "a"}, {"Text": "b", "TEXT": "c"}], {"text": "TEXT"}, False)
def test_a_block_gives_what_each_record_gives_or_nothing(
    records: list[dict[str, Any]], told: dict[str, str], again: bool
) -> None:
    """Keys that only some have, or that mean another thing in some; and no id is taken in vain."""
    builder, plain = (Builder(told, None, "keep-first") for _ in range(2))
    if again:
        builder.ids.is_new("a"), plain.ids.is_new("a")
    found = articles_of(block_of(records), builder)
    made: list[Any] = []
    for record in records:
        try:
            made.append(plain.build(record))
        except (BadRecord, Undecided):
            made.append(None)
    if found is None:
        assert again != builder.ids.is_new("a")
        return
    assert found == made
    assert [list(article.extra) for article in found] == [list(article.extra) for article in made]
    assert builder.plans() == plain.plans()
    assert builder.ids._seen == plain.ids._seen


NUMBERS = ["NaN", "1e999", "-0", "-0.0", "1E5", "9" * 30, "-18446744073709551616", "18446744073709551615", "01", "true"]
NUMBERS += ["9" * 5000, "1e-400", "[1]", '{"a": 1.0}', '{"a": -0.0, "a": 1e999}']
LINE = st.dictionaries(st.sampled_from(["text", "title", "guid", "content_html", "k\0"]), WORDS | VALUES, max_size=3)


BROKEN = st.sampled_from(["", " ", "{", "[]", '{"a":', "1}", "{}{}"])
NUMBERED = st.sampled_from(NUMBERS).map('{{"text": "a", "n": {}}}'.format)


@given(st.lists(LINE.map(json.dumps) | NUMBERED | BROKEN, max_size=4))
def test_lines_of_a_block_are_read_as_each_by_itself(one_by_one: Any, lines: list[str]) -> None:
    """NULs, the keys of other formats, records over two lines: as text that is parsed line by line."""
    data = "\n".join(lines)
    source: Any = Input("x", None, Text(io.BufferedReader(io.BytesIO(data.encode()))), FileReport("x", "jsonl"), {})  # type: ignore[arg-type]
    found = [
        [(line, getattr(row, "why", row)) for line, row in of] for of in (one_by_one(json_read(source)), rows([data]))
    ]
    assert repr(found[0]) == repr(found[1])


CELLS = st.lists(st.lists(WORDS | st.sampled_from(DATES), min_size=1, max_size=4), max_size=30)
GOOD_ROWS = st.lists(st.tuples(USUAL["id"], USUAL["text"], USUAL["date"]).map(list), max_size=30)


@settings(deadline=None)
@given(
    CELLS
    | GOOD_ROWS
    | st.tuples(GOOD_ROWS, CELLS, GOOD_ROWS).map(lambda parts: [row for part in parts for row in part]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", '"', 'x"', "\n\n", "id,text,date\n", "a,b,c,d\n", ",,\n", ",,\n"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
)
def test_rows_of_a_block_are_those_of_the_whole_table(
    rows: list[list[str]], end: str, between: str, encoding: str
) -> None:
    """The same records on the same lines, whether a table is parsed block by block or in one go."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=end)
    writer.writerow(["id", "text", "date"])
    for number, row in enumerate(rows):
        writer.writerow(row)
        if number == len(rows) // 2:
            buffer.write(between)
    data = buffer.getvalue().replace("\0", "").encode(encoding, "replace")

    def found() -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.csv"
            path.write_bytes(data)
            pass_ = read([path])
            try:
                records = [(r.where.removeprefix(folder), r.row, r.article) for r in pass_.records()]
            except TopicsError as error:
                records = [str(error).replace(folder, "")]
            skips = [str(skip).replace(folder, "") for skip in pass_.report.examples]
            by_blocks = outcome(path, by_blocks=True)[0]
            assert [row for row, *_ in by_blocks if isinstance(row, dict)] == [
                article.row() for _, _, article in (record for record in records if isinstance(record, tuple))
            ]
            return records, skips, [note.replace(folder, "") for note in pass_.report.notes]

    by_blocks = found()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "_parts", in_one_go)
        assert by_blocks == found()


def in_one_go(blocks: Any, dialect: Any, before: int) -> Any:
    """Every row by itself, in one parse from the first line to the last."""
    lines = [line for block in blocks for line in encodings.lines_of(block)]
    for start, row in tables._rows([*lines, tables._END], dialect, before):
        yield start, [0], [row]


# All of one shape: that minutes end at 59 and which zone it is shows in the digits.
ALIKE = ["2014-03-10T16:52:51.55+00:00", "2014-03-10T23:59:59.00+00:00", "2014-03-11T24:00:00.00+00:00"]
ALIKE += ["2014-03-10T16:60:51.55+00:00", "2014-03-10T16:09:90.55+00:00", "2014-02-30T16:52:51.55+00:00"]
ALIKE += [
    "2014-03-10T16:52:51.55+10:00",
    "2014-03-10T16:52:51.55+00:30",
    "2014-03-10T16:52:51.55+01:00",
    "2014-03-10T16:52:51.55-00:00",
]
ALIKE += ["2014-03-10T16:5a:51.55+00:00", "2014-03-10t16:52:51.55+00:00", "2014-03-10T16:52:51.55Z00:00", "2014-03-10"]
ALIKE += [
    "2014-03-10 16:52:51.55+00:00",
    "2014-03-10T29:52:51.55+00:00",
    "2014-03-10T32:52:51.55+00:00",
    "2014-03-10T16:52:51.5५+00:00",
]
NAMED = ["26-FEB-1987 15:03:27.51", "02-mar-1987 23:59:59.00", " 1-MAR-1987 15:03:27.51", "26-FEV-1987 15:03:27.51"]
NAMED += ["26-FEB-1987 15:03:27 GMT", "26-FEB-1987 15:03:27 EST", "26-FEB-1987 24:03:27.51", "26-FEB-1987T15:03:27.51"]
NAMED += [f"{day}-JUN-1987 09:00:00.00" for day in range(10, 16)]
TWO = [DATES[1], f"{DATES[1]}\n{DATES[1]}", "soon"]


@given(
    st.lists(st.sampled_from(DATES), min_size=1) | st.lists(st.sampled_from(TWO), min_size=1, max_size=4),
    st.sampled_from([None, True, False]),
)
def test_dates_together_are_dates_one_by_one(texts: list[str], day_first: bool | None) -> None:
    """Also those with a line end inside, which could be taken for two."""
    assert dates.parse_all(texts, day_first) == [dates.parse(text, day_first) for text in texts]
    for odd in ALIKE:
        alike = [*ALIKE[:2], odd, *ALIKE[:2]]
        assert dates.parse_all(alike, day_first) == [dates.parse(text, day_first) for text in alike]


@given(
    st.lists(st.sampled_from(ALIKE[:1] * 20 + ALIKE), min_size=1, max_size=20)
    | st.lists(st.sampled_from(NAMED), min_size=1, max_size=20),
    st.lists(st.sampled_from(DATES), max_size=2),
    st.randoms(use_true_random=False),
)
def test_a_few_odd_dates_among_many_are_read_as_by_themselves(texts: list[str], odd: list[str], random: Random) -> None:
    """Of other lengths and forms, of many days, with letters where others have digits."""
    texts = [*texts, *odd]
    random.shuffle(texts)
    assert dates.parse_all(texts, None) == [dates.parse(text, None) for text in texts]


def test_the_last_good_line_is_named_when_a_file_is_cut_short(write: Any) -> None:
    """As it is when records come one by one."""
    import gzip

    lines = "".join(f'{{"id": "{n}", "text": "{n * 7919:x}"}}\n' for n in range(400))
    path = Path(write("a.jsonl.gz", gzip.compress(lines.encode())[:-30]))
    by_blocks = outcome(path, by_blocks=True)
    assert len(by_blocks[1].examples) == 1
    assert by_blocks == outcome(path, by_blocks=False)


def test_usual_records_do_go_by_blocks(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the tests above would compare one way with itself."""
    made: list[int] = []
    articles_of = reading.articles_of
    monkeypatch.setattr(reading, "articles_of", lambda *args: made.append(len(args[0])) or articles_of(*args))
    rows = [{"id": str(n), "text": f"text {n}", "n": "x"} for n in range(100)]
    table = "id,text\n" + "".join(f"{n},text {n}\n" for n in range(100))
    for path in (write("a.jsonl", rows), write("b.csv", table)):
        made.clear()
        assert len(list(read([path]))) == 100
        assert sum(made) == 100
        assert len(made) < 30
