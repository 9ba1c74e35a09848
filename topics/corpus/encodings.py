"""From bytes to text, in blocks that end where a line ends.

Files are read once and may be pipes, so the encoding is told from the first block and corrected on the way: a UTF-8
file that holds some lines of CP1252 (two exports put together) is read right, line by line.
"""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator
from typing import Protocol

# Big enough that the work per block vanishes, small enough that block, text and lines stay in the processor's cache:
# four times as much takes a tenth longer.
_BLOCK = 1 << 16

# What the encoding is told from; more than any header of a table.
_SAMPLE = 1 << 16

# The longest line, and so the longest JSON record: above this it is no article but a damaged or hostile file.
LONGEST_LINE = 1 << 27

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Of the letters of a line, how many are above 127: French 0.04, Czech 0.3, Cyrillic, Greek, Chinese 0.7 and more.
# charset-normalizer is right on the second kind and takes nearly all of the first for CP1250.
_MOST_ACCENTS = 0.4
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")
# Inside a word these are Polish and Slovak letters in CP1250, and the signs ³ ¹ ¿ ¾ in CP1252.
_CENTRAL = re.compile(rb"[a-z\xe0-\xff][\x9f\xb3\xb9\xbe\xbf][a-z\xe0-\xff]")
_OTHERS = [
    "cp1251",
    "cp1253",
    "cp1255",
    "cp1256",
    "cp874",
    "koi8_r",
    "shift_jis",
    "euc_jp",
    "gb18030",
    "big5",
    "euc_kr",
]


# UTF-8 that was read as CP1252 and saved so: é is Ã©, the apostrophe ’ is â€™, ü is Ã¼.
_MOJIBAKE = re.compile(
    "Ã[\u0080-\u00bf\u0192\u0160\u0161\u2018-\u2122]|â€[\u0080-\u00ff\u0152\u0153\u02dc\u2018-\u2122]"
)


def is_mojibake(text: str) -> bool:
    """Whether letters of a text stand as two or three others each, since a program before us read them wrongly."""
    if text.isascii() or ("Ã" not in text and "â" not in text):  # one character is looked for much faster than two
        return False
    return len(_MOJIBAKE.findall(text)) > 1


class ByteStream(Protocol):
    """What is read here: gzip files, buffered files and pipes alike.  Returns b"" at the end only."""

    def read1(self, size: int, /) -> bytes: ...


class Text:
    """The text of a stream, as blocks of whole lines; NUL characters are left out.

    encoding : known once the first block was taken.  other_lines, other_encoding : lines in another encoding than the
    file's.  damaged_lines : UTF-8 with broken characters.  nuls : NULs left out.  too_long : lines left out for
    passing `longest` bytes.  Iterating raises what the stream raises, after all whole lines before it.
    """

    def __init__(self, stream: ByteStream, longest: int = LONGEST_LINE) -> None:
        self._stream = stream
        self._longest = longest
        self._proven = False
        self.encoding = "utf-8"
        self.other_encoding = ""
        self.other_lines = 0
        self.damaged_lines = 0
        self.nuls = 0
        self.too_long = 0

    def __iter__(self) -> Iterator[str]:
        return map(self.decoded, self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """The same before it is decoded, for a reader that decodes UTF-8 itself as long as `is_utf8` holds."""
        return self._whole_lines(self._chunks())

    @property
    def is_utf8(self) -> bool:
        """Whether the blocks are in UTF-8, as far as is known by now (UTF-16 becomes UTF-8 on the way)."""
        return self.encoding in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")

    def proven(self) -> None:
        """Put down that a block with letters beyond ASCII was UTF-8; what follows and is not is damaged."""
        self._proven = True

    def decoded(self, block: bytes) -> str:
        """A block as text; to be called once for each, for it counts."""
        text = self._decoded(block)
        if b"\0" in block:  # and not in the text, where looking for a zero byte takes twenty times as long
            self.nuls += text.count("\0")
            text = text.replace("\0", "")
        return text

    def _chunks(self) -> Iterator[bytes]:
        """The stream in an encoding whose newline is the byte 10, without byte-order mark; UTF-16 becomes UTF-8."""
        first = b""
        error: Exception | None = None
        try:
            while len(first) < _SAMPLE and (more := self._stream.read1(_BLOCK)):
                first += more
        except (EOFError, OSError, zlib.error) as caught:
            error = caught  # what came before the damage is still to be read
        mark, wide = _wide(first)
        if wide is not None:
            self.encoding = wide
        chunks = self._rest(first[len(mark) :], error)
        if self.encoding == "utf-8":
            yield from chunks
            return
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", True).encode("utf-8", "replace")

    def _rest(self, first: bytes, error: Exception | None) -> Iterator[bytes]:
        yield first
        if error is not None:
            raise error
        while chunk := self._stream.read1(_BLOCK):
            yield chunk

    def _whole_lines(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        held: list[bytes] = []  # the beginning of a line; joined once, so a long line does not cost its square
        size = 0
        dropping = False
        for chunk in chunks:
            if dropping:
                end = chunk.find(b"\n")
                if end < 0:
                    continue
                chunk, dropping = chunk[end:], False  # its newline stays, so that the lines behind keep their numbers
            # A lone \r ends a line on old Macs; not at the end of a chunk, where \n may follow.
            cut = chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, len(chunk) - 1) + 1
            if cut:
                yield b"".join([*held, chunk[:cut]])
                held, size = [chunk[cut:]], len(chunk) - cut
                continue
            held.append(chunk)
            size += len(chunk)
            if size > self._longest:
                held, size, dropping = [], 0, True
                self.too_long += 1
        if size:
            yield b"".join(held)

    def _decoded(self, block: bytes) -> str:
        if not self.is_utf8:
            return _by_lines(block, self.encoding)
        try:
            text = block.decode()
        except UnicodeDecodeError:
            return self._mixed(block)
        self._proven = self._proven or not block.isascii()
        return text

    def _mixed(self, block: bytes) -> str:
        """A block that is not UTF-8 throughout."""
        lines = block.split(b"\n")
        bad = [line for line in lines if not _is_utf8(line)]
        good = sum(not line.isascii() for line in lines) - len(bad)
        sample = b"\n".join(bad)[:_SAMPLE]
        if not self._proven and len(bad) > good and (guessed := guess(sample)):
            self.encoding = guessed
            return _by_lines(block, guessed)
        return "\n".join(self._line(line) for line in lines)

    def _line(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            text = line.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        if sum(char > "\x7f" for char in text) - broken > broken:  # UTF-8 with a few damaged characters
            self.damaged_lines += 1
            return text
        self.other_encoding = self.other_encoding or guess(line)
        self.other_lines += 1
        return line.decode(self.other_encoding, "replace")


def lines_of(text: str) -> Iterator[str]:
    r"""Lines as the csv module wants them: ending in \n, \r\n or \r and in none of Unicode's other line ends."""
    return io.StringIO(text, newline="")


def _by_lines(block: bytes, encoding: str) -> str:
    """A block decoded so that it has as many lines as before: broken EUC-JP and GB 18030 can swallow a line end."""
    text = block.decode(encoding, "replace")
    if text.count("\n") == block.count(b"\n"):
        return text
    return "\n".join(line.decode(encoding, "replace") for line in block.split(b"\n"))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wide(first: bytes) -> tuple[bytes, str | None]:
    """The byte-order mark and, for UTF-16 and UTF-32, the name of the encoding; UTF-16 also without a mark."""
    for mark, name in BOMS:
        if first.startswith(mark):
            return mark, None if name == "utf-8" else name
    sample = first[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    # The other half of each ASCII character is NUL: half of English, some of Chinese (line ends, digits, commas), which
    # then is not UTF-8.  Stray NULs in a UTF-8 file are neither.
    many = max(even, odd) * (4 if _begins_utf8(sample) else 40) > len(sample)
    if many and min(even, odd) * 10 < max(even, odd):
        return b"", "utf-16-be" if even > odd else "utf-16-le"
    return b"", None


def _begins_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)  # incremental: the last character may be cut
    except UnicodeDecodeError:
        return False
    return True


def guess(sample: bytes) -> str:
    """The encoding of bytes that are not UTF-8: told by the share of letters above 127, then by charset-normalizer."""
    letters = len(_LETTER.findall(sample))
    high = letters - len(re.findall(rb"[A-Za-z]", sample))
    if high <= _MOST_ACCENTS * letters:
        return "cp1250" if _CENTRAL.search(sample) else "cp1252"
    from charset_normalizer import from_bytes  # here, for most files never need it

    best = from_bytes(sample, cp_isolation=_OTHERS).best()
    return best.encoding if best is not None else "cp1252"
