"""Promises of topics.corpus.encodings."""

from __future__ import annotations

import codecs
import io
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.corpus import encodings
from topics.corpus.encodings import Text
from topics.corpus.formats import Input
from topics.corpus.json_lines import read as json_read
from topics.corpus.json_lines import rows as json_rows
from topics.corpus.report import FileReport

FRENCH = "Le président a déclaré à la presse que l’été serait chaud – à Paris, “peut-être”.\n"
POLISH = "Zażółć gęślą jaźń, powiedział premier w środę. Więcej pieniędzy dla miast.\n"
GERMAN = "Außenminister: Größe der Übung bleibt geheim, Straße gesperrt.\n"
RUSSIAN = "Президент России заявил о новых мерах поддержки экономики в среду.\n"
GREEK = "Ο πρωθυπουργός δήλωσε ότι η χώρα θα αντέξει την κρίση.\n"
ARABIC = "أعلن الرئيس عن إجراءات جديدة لدعم الاقتصاد يوم الأربعاء.\n"
JAPANESE = "首相は水曜日に新しい経済政策を発表した。東京都知事も出席した。\n"
CHINESE = "总理星期三宣布了新的经济政策，北京市长也出席了会议。\n"
KOREAN = "대통령은 수요일 새로운 경제 정책을 발표했다.\n"


def text_of(data: bytes, **settings: Any) -> tuple[str, Text]:
    text = Text(io.BufferedReader(io.BytesIO(data)), **settings)
    return "".join(text), text


@pytest.mark.parametrize(
    ("sample", "encoding"),
    [
        *((FRENCH, name) for name in ("utf-8", "cp1252", "utf-16-le", "utf-16-be", "utf-32-le")),
        *((GERMAN, "cp1252"), (POLISH, "cp1250"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r"), (GREEK, "cp1253")),
        *((ARABIC, "cp1256"), (JAPANESE, "shift_jis"), (CHINESE, "gb18030"), (KOREAN, "euc_kr")),
        *((JAPANESE, "utf-16-le"), (CHINESE, "utf-16-be")),
    ],
)
def test_the_encoding_is_told(sample: str, encoding: str) -> None:
    """With ASCII lines around, without a mark but where UTF-32 needs one."""
    content = ("id,text,date\n1,plain,2023\n" + sample) * 10
    mark = codecs.BOM_UTF32_LE if encoding == "utf-32-le" else b""
    found, text = text_of(mark + content.encode(encoding))
    assert found == content
    assert text.encoding == encoding


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.integers(1, 40))
def test_utf8_is_read_exactly_whatever_the_pieces(content: str, size: int) -> None:
    """Blocks put together are the text, and each but the last ends where a line ends."""

    class Slow:
        def __init__(self) -> None:
            self.data = io.BytesIO((content * 50).encode())

        def read1(self, _: int) -> bytes:
            return self.data.read(size if self.data.tell() > 70_000 else 70_000)

    blocks = list(Text(Slow()))
    assert "".join(blocks) == (content * 50).removeprefix("\ufeff")
    assert all(block[-1] in "\n\r" for block in blocks[:-1])


@given(st.binary(max_size=2000))
def test_any_bytes_become_text(data: bytes) -> None:
    """Without NULs and lone surrogates."""
    found, _ = text_of(data)
    assert "\0" not in found
    found.encode()


def test_lines_of_another_encoding_are_read_in_it() -> None:
    """Two exports put together: each line as it was meant, and counted."""
    found, text = text_of(FRENCH.encode() * 5 + FRENCH.encode("cp1252") + FRENCH.encode())
    assert found == FRENCH * 7
    assert (text.encoding, text.other_lines, text.other_encoding) == ("utf-8", 1, "cp1252")


def test_a_broken_character_does_not_change_the_line() -> None:
    """A CJK line with one damaged byte stays CJK."""
    line = CHINESE.encode()
    found, text = text_of(line + line[:6] + b"\xff" + line[6:] + line)
    assert found == CHINESE + CHINESE[:2] + "\ufffd" + CHINESE[2:] + CHINESE
    assert text.damaged_lines == 1


def test_a_line_too_long_is_left_out_and_the_next_are_read() -> None:
    """With the line numbers kept: its place stays as an empty line."""
    data = b"first\n" + b"x" * 2_000_000 + b"\nlast\n"
    found, text = text_of(data, longest=500_000)
    assert text.too_long == 1
    assert found == "first\n\nlast\n"


def test_a_line_end_of_two_characters_is_never_parted() -> None:
    r"""A block does not end between \r and \n, or the next would begin with an empty line."""

    class Parted:
        pieces = iter([b"a" * 70_000 + b"\r", b"\nb\r", b"\nc", b""])

        def read1(self, _: int) -> bytes:
            return next(self.pieces)

    blocks = list(Text(Parted()))
    assert "".join(blocks) == "a" * 70_000 + "\r\nb\r\nc"
    assert not any(block.startswith("\n") for block in blocks)


def test_damage_comes_after_what_is_whole() -> None:
    """A stream that fails gives its whole lines first."""

    class Broken:
        pieces = iter([b"one\ntwo\nthr", b"ee\nfo"])

        def read1(self, _: int) -> bytes:
            piece = next(self.pieces, None)
            if piece is None:
                raise zlib.error("cut")
            return piece

    text = iter(Text(Broken()))
    assert next(text) == "one\ntwo\nthree\n"
    with pytest.raises(zlib.error):
        next(text)


def test_letters_broken_by_an_earlier_program_are_reported(write: Any, articles: Any) -> None:
    """Counted, not repaired; São Paulo and prices in â are no such thing."""
    broken = "Le café était fermé, l’été aussi.".encode().decode("cp1252")
    found, report = articles(write("a.jsonl", [{"text": broken}, {"text": "São Paulo, Ãngela, pâté, “â” and ÃÃÃ"}]))
    assert found[0].text == broken
    assert next(note for note in report.notes if "an earlier program broke" in note).startswith("1 articles")


LINES = "".join(f'{{"id": "{n}", "text": "Café nº {n} — l’été"}}\n' for n in range(30))


@pytest.mark.parametrize(
    "data",
    [
        LINES.encode(),
        LINES.encode("utf-8-sig"),
        LINES.encode("utf-16"),
        LINES.encode("utf-16-be"),
        LINES.encode("cp1252"),
        LINES.encode() + LINES.encode("cp1252"),
        LINES.encode().replace(b"\xc3\xa9 n", b"\xff\xc3\xa9 n", 3),
        LINES.encode().replace(b'"Caf', b'"\0Caf') + b"\0\0\n",
        LINES.encode().replace(b'"text"', b'"text', 2),
    ],
)
def test_json_parsed_from_bytes_is_what_its_text_says(one_by_one: Any, data: bytes) -> None:
    """The same records, places and counts, whether lines are decoded before their JSON or with it."""
    one, two = (Text(io.BufferedReader(io.BytesIO(data))) for _ in range(2))  # type: ignore[arg-type]
    source: Any = Input("x", None, two, FileReport("x", "jsonl"), {})  # type: ignore[arg-type]
    plain, quick = (
        [(n, getattr(row, "why", row)) for n, row in rows] for rows in (json_rows(one), one_by_one(json_read(source)))
    )
    assert quick == plain
    assert len(quick) >= 30
    counts = [(t.encoding, t.nuls, t.damaged_lines, t.other_lines, t.other_encoding) for t in (one, two)]
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("encoding", "swallows"), [("euc_jp", b"\x8f\n"), ("gb18030", b"\x812\n")])
def test_broken_characters_keep_the_lines_apart(
    one_by_one: Any, encoding: str, swallows: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a decoder makes of a character cut by a line end, lines keep their numbers."""
    monkeypatch.setattr(encodings, "guess", lambda sample: encoding)
    assert swallows.decode(encoding, "replace").count("\n") == 0
    text = {"euc_jp": JAPANESE, "gb18030": CHINESE}[encoding]
    lines = [f'{{"text": "{text.strip()}"}}\n'.encode(encoding)] * 20
    data = b"".join([*lines, swallows])
    reader = Text(io.BufferedReader(io.BytesIO(data)))  # type: ignore[arg-type]
    assert "".join(reader).count("\n") == 21
    source: Any = Input("x", None, Text(io.BufferedReader(io.BytesIO(data))), FileReport("x", "jsonl"), {})  # type: ignore[arg-type]
    found = list(one_by_one(json_read(source)))
    assert [number for number, _ in found] == list(range(1, 22))
    assert [row for _, row in found if isinstance(row, dict)] == [{"text": text.strip()}] * 20
