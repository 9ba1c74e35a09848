"""Promises of packed files and archives, good and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topics.corpus import ReadOptions, containers, read
from topics.corpus.containers import Damaged, unpacked
from topics.errors import MissingExtra, SettingError, SourceError

LINES = b"".join(json.dumps({"id": str(i), "text": f"text {i}"}).encode() + b"\n" for i in range(50))


def zst(data: bytes) -> bytes:
    packer = pytest.importorskip("zstandard").ZstdCompressor()
    packed: bytes = packer.compress(data)
    return packed


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def tarred(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def content_of(data: bytes) -> bytes:
    stream = unpacked(io.BytesIO(data), lambda _: None)
    return b"".join(iter(lambda: stream.read1(1000), b""))


PACKERS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zst}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_files_are_read_like_others(suffix: str, write: Any, articles: Any) -> None:
    """By suffix, and by their first bytes when the name says nothing of it; several members are one file."""
    pack = PACKERS[suffix]
    cut = LINES.index(b"\n", 700) + 1
    found, report = articles(write(f"a.jsonl.{suffix}", pack(LINES[:cut]) + pack(LINES[cut:])))
    assert [article.id for article in found] == [str(i) for i in range(50)]
    assert report.skipped == 0
    assert len(articles(write("b.jsonl", pack(LINES)))[0]) == 50


@pytest.mark.parametrize("suffix", PACKERS)
def test_cut_packed_files_give_what_was_whole(suffix: str, write: Any, articles: Any) -> None:
    """The articles before the cut, and one skip that says what happened."""
    import random

    letters = random.Random(0)
    lines = [{"id": str(i), "text": letters.randbytes(300).hex()} for i in range(3000)]
    packed = PACKERS[suffix](b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    found, report = articles(write(f"a.jsonl.{suffix}", packed[: len(packed) * 9 // 10]))
    assert 0 < len(found) < 3000
    assert list(report.reasons) in (["damaged or cut short"], ["broken JSON", "damaged or cut short"])


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_bomb_ends_early(suffix: str) -> None:
    """What unpacks to hundreds of times its size is refused; a small file of spaces is not."""
    pack = PACKERS[suffix]
    assert content_of(pack(b" " * 1_000_000)) == b" " * 1_000_000
    with pytest.raises(Damaged, match="bomb"):
        content_of(pack(b"\0" * (containers.FREE + (1 << 21))))


@given(st.sampled_from(["gz", "bz2", "xz"]), st.data())
@settings(max_examples=60, deadline=None)
def test_altered_packed_bytes_are_content_or_damage(suffix: str, data: st.DataObject) -> None:
    """No other error than Damaged comes out, whichever byte is changed."""
    packed = bytearray(PACKERS[suffix](LINES))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(6, len(packed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Damaged):
        content_of(bytes(packed))


def test_without_the_extra_zst_names_it(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command to install it; in a folder the other files are read all the same."""
    path = write("f/a.jsonl.zst", zst(LINES))
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(MissingExtra, match=r"pip install 'news-topics\[zst\]'"):
        list(read([path]))
    write("f/b.jsonl", LINES)
    reading = read([str(Path(path).parent)])
    assert len(list(reading)) == 50
    assert "news-topics[zst]" in reading.report.examples[0].why


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.zip", zipped),
        ("x.tar", tarred),
        ("x.tar.gz", lambda files: gzip.compress(tarred(files))),
        ("x.tgz", lambda files: gzip.compress(tarred(files))),
        ("x.tar.xz", lambda files: lzma.compress(tarred(files))),
        ("x.tar.bz2", lambda files: bz2.compress(tarred(files))),
    ],
)
def test_an_archive_is_read_like_a_folder(name: str, make: Any, write: Any, articles: Any) -> None:
    """Any readable kinds, packed or not; texts are named by their path; hidden files are not there, others counted."""
    files = {
        "a/lines.jsonl.gz": gzip.compress(LINES),
        "a/b/one.txt": b"Head\n\nBody.",
        "a/table.csv": b"id,text\nt1,x\n",
        "a/.hidden.csv": b"id,text\nh,x\n",
        "__MACOSX/a/._table.csv": b"\0",
        "a/photo.jpg": b"\xff\xd8",
        "inner.zip": zipped({"deep.csv": b"id,text\nd1,x\n"}),
    }
    path = write(name, make(files))
    found, report = articles(path)
    assert [article.id for article in found] == [*map(str, range(50)), f"{name}/a/b/one.txt", "t1", "d1"]
    assert (report.passed_over, report.skipped) == (1, 0)
    stdin = io.BytesIO(make(files))
    assert [article.id for article in articles("-", stdin=stdin, format=name.split(".", 1)[1])[0]][-2:] == ["t1", "d1"]


def test_a_format_is_meant_for_what_an_archive_holds(write: Any, articles: Any) -> None:
    """--format csv reads the tables of a zip, and what has no suffix; not its texts."""
    path = write("x.zip", zipped({"a.csv": b"id,text\n1,x\n", "b.txt": b"x", "c": b"id,text\n2,x\n"}))
    found, report = articles(path, format="csv")
    assert [article.id for article in found] == ["1", "2"]
    assert report.passed_over == 1


def test_places_name_the_member(write: Any, articles: Any) -> None:
    """Archive, path inside, line."""
    path = write("x.zip", zipped({"a/b.jsonl": b'{"text": "x"}\n{"tex\n'}))
    _, report = articles(path)
    assert report.examples[0].where == f"{path}/a/b.jsonl:2"


HOSTILE = ["../../etc/evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"]


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize("name", HOSTILE)
def test_paths_out_of_an_archive_are_refused(make: Any, name: str, write: Any, articles: Any) -> None:
    """The member is skipped, the good ones are kept."""
    found, report = articles(write(f"x.{make.__name__[:3]}", make({name: b"evil", "good.txt": b"good"})))
    assert [article.text for article in found] == ["good"]
    assert list(report.reasons) == ["a path that leads out of the archive"]


def test_links_in_archives_are_not_followed(write: Any, articles: Any) -> None:
    """Neither those of tar nor those of zip."""
    found, report = articles(write("x.tar", tarred({"good.txt": b"good"}, {"evil.txt": "/etc/passwd"})))
    assert [article.text for article in found] == ["good"]
    assert list(report.reasons) == ["a link inside an archive"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("evil.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good.txt", "good")
    found, report = articles(write("x.zip", out.getvalue()))
    assert [article.text for article in found] == ["good"]
    assert list(report.reasons) == ["a link inside an archive"]


def test_bombs_in_archives_are_refused_and_the_rest_is_read(write: Any, articles: Any) -> None:
    """A member that swells; archives in archives in archives."""
    bomb = b"\0" * (containers.FREE + (1 << 21))
    found, report = articles(write("x.zip", zipped({"a.csv": bomb, "good.txt": b"good"})))
    assert [article.text for article in found] == ["good"]
    nest = zipped({"deepest.txt": b"x"})
    for _ in range(6):
        nest = zipped({"inner.zip": nest})
    found, report = articles(write("y.zip", zipped({"inner.zip": nest, "good.txt": b"good"})))
    assert [article.text for article in found] == ["good"]
    assert list(report.reasons) == ["archives nested too deep"]


def test_a_member_without_a_name_is_passed_over(write: Any, articles: Any) -> None:
    """A find of the fuzzer."""
    data = zipped({"x": b"nameless", "good.txt": b"good"}, zipfile.ZIP_STORED)
    at = data.index(b"PK\x01\x02")
    bare = data[: at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 47 :]
    end = bare.index(b"PK\x05\x06")
    size = int.from_bytes(bare[end + 12 : end + 16], "little") - 1
    found, _ = articles(write("x.zip", bare[: end + 12] + size.to_bytes(4, "little") + bare[end + 16 :]))
    assert [article.text for article in found] == ["good"]


def test_an_encrypted_member_is_named(write: Any, articles: Any) -> None:
    """Its flag alone decides."""
    data = bytearray(zipped({"a.txt": b"secret", "b.txt": b"open"}, zipfile.ZIP_STORED))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    found, report = articles(write("x.zip", bytes(data)))
    assert [article.text for article in found] == ["open"]
    assert list(report.reasons) == ["an encrypted file"]


def test_a_header_that_claims_a_gigabyte_is_refused(write: Any, articles: Any) -> None:
    """The long name of a tar is not read before it is looked at."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
    head = tarred({"good.txt": b"good"})[:1024]
    found, report = articles(write("x.tar", head + info.tobuf() + b"\0" * 100_000))
    assert [article.text for article in found] == ["good"]
    assert list(report.reasons) == ["damaged or cut short"]


@pytest.mark.parametrize("name", ["x.zip", "x.tar"])
def test_what_is_no_archive_is_refused(name: str, write: Any, articles: Any) -> None:
    """Empty, other bytes, cut at any place: articles or a SourceError, nothing else."""
    whole = (zipped if name == "x.zip" else tarred)({"a.csv": b"id,text\n1,x\n", "b.csv": b"id,text\n2,x\n"})
    for data in (b"", b"no archive", b"\0" * 2000, *(whole[:cut] for cut in range(0, len(whole), 97))):
        path = write(name, data)
        with suppress(SourceError):
            assert articles(path)[0], "nothing found and nothing said"


@given(st.sampled_from([zipped, tarred]), st.data())
@settings(max_examples=80, deadline=None)
def test_altered_archives_never_crash(make: Any, data: st.DataObject) -> None:
    """Whichever bytes are changed: articles, skips, or SourceError."""
    packed = bytearray(make({"a.csv": b"id,text\n1,x\n", "b/c.txt": b"text " * 20}))
    for _ in range(data.draw(st.integers(1, 5))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SourceError, SettingError):
        list(read(["-"], options=ReadOptions(format=make.__name__[:3]), stdin=io.BytesIO(bytes(packed))))


def test_bombs_of_lines_end_soon(write: Any, articles: Any) -> None:
    """Blank lines cost next to nothing; a file of lines that are no JSON is left after some thousands."""
    found, report = articles(write("a.jsonl.gz", gzip.compress(b"\n" * 3_000_000 + b'{"text": "x"}\n')))
    assert (len(found), report.skipped) == (1, 0)
    found, report = articles(write("b.jsonl.gz", gzip.compress(b'{"text": "x"}\n' + b"x\n" * 3_000_000)))
    assert (len(found), report.skipped) == (1, 10_002)
    assert report.reasons["not JSON lines"] == 1
