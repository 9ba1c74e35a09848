"""A model is changed as a whole or not at all."""

from __future__ import annotations

import errno
import gc
import importlib.util
import os
import subprocess
import sys
import threading
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from topics.errors import DamagedModel, MachineError, ModelExists, ModelNotFound, SettingError
from topics.store import files, lock
from topics.store.arrays import save_arrays
from topics.store.commit import Mode, Transaction
from topics.store.folder import ModelFolder, verify
from topics.store.manifest import FileEntry, Manifest, now
from topics.store.names import MANIFEST, list_models

SCRIPT = Path(__file__).with_name("killing.py")
_spec = importlib.util.spec_from_file_location("killing", SCRIPT)
assert _spec
assert _spec.loader
killing = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(killing)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    killing.change(tmp_path / "model", 1)
    return tmp_path / "model"


def fail(path: Path, mode: Mode) -> None:
    """A change that ends in an error after its first file."""
    with Transaction(path, mode) as transaction:
        save_arrays(transaction.new_path("model", ".joblib"), {})
        _ = 1 / 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(("start", "seen"), [("new", "['2', 'None']"), ("old", "['1', '2']")])
def test_killed_at_any_line_leaves_old_or_new(start: str, seen: str, tmp_path: Path) -> None:
    """The model opens, verify is content, the next writer works and sweeps: for a first save and for a change."""
    every = "11"  # every eleventh line in the tests; every line, run by hand, takes some minutes
    run = subprocess.run(
        [sys.executable, "-W", "ignore", SCRIPT, tmp_path, start, every],
        capture_output=True, text=True, timeout=300, check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[2])},
    )  # fmt: skip
    count, _, found = run.stdout.strip().partition(" ")
    assert int(count) > 30
    assert found == f"{seen} []"


# Where Ctrl-C falls between a call and what follows it, a file is closed by the collector, which says so.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("start", ["new", "old"])
def test_ctrl_c_at_any_line_leaves_old_or_new(start: str, tmp_path: Path) -> None:
    """The lock is free again, nobody sees half a model, and the next writer leaves nothing behind."""
    path = tmp_path / "model"
    tracing = sys.gettrace()

    def interrupt() -> None:
        sys.settrace(None)
        raise KeyboardInterrupt

    for line in range(1, 100_000, 29):
        killing.fresh(path, start)
        try:
            sys.settrace(killing.at_line(line, interrupt))
            killing.change(path, 2)
            break
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(tracing)
        gc.collect()
        assert killing.state(path) in ({1, 2} if start == "old" else {None, 2})
        killing.change(path, 3)
        assert killing.state(path) == 3
        assert not killing.leftovers(path)
    assert killing.state(path) == 2
    assert line > 300


def test_what_a_power_cut_keeps(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New files are synced before the manifest that names them, and that before an old file goes."""
    done: list[tuple[str, str]] = []
    sync, rename, unlink = os.fsync, Path.replace, Path.unlink

    def note_sync(handle: int) -> None:
        done.append(("sync", str(os.fstat(handle).st_ino)))
        sync(handle)

    def note_replace(self: Path, target: Path) -> Path:
        done.append(("rename", target.name))
        return rename(self, target)

    def note_unlink(self: Path, missing_ok: bool = False) -> None:
        done.append(("delete", self.name))
        unlink(self, missing_ok)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    monkeypatch.setattr(Path, "unlink", note_unlink)
    killing.change(model, 2)
    renamed = done.index(("rename", MANIFEST))
    folder = ("sync", str(model.stat().st_ino))
    for name in ("model-2.joblib", "index-2.joblib", "articles-2.sqlite", MANIFEST):
        assert ("sync", str((model / name).stat().st_ino)) in done[:renamed]
    deleted = [
        i for i, (what, name) in enumerate(done) if what == "delete" and name in ("index-1.joblib", "articles-1.sqlite")
    ]
    assert len(deleted) == 2
    if os.name != "nt":
        assert folder in done[:renamed]
        assert folder in done[renamed : deleted[0]]


def test_modes(tmp_path: Path, model: Path) -> None:
    """create wants none, change wants one, replace takes either; nothing is made by one that is refused."""
    for path, mode, error in [
        (model, "create", ModelExists), (tmp_path / "none", "change", ModelNotFound),
        (tmp_path / "no" / "where", "change", ModelNotFound),
    ]:  # fmt: skip
        with pytest.raises(error), Transaction(path, mode):  # type: ignore[arg-type]
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    assert killing.state(model) == 1


def test_a_damaged_model_is_replaced_and_only_that(model: Path) -> None:
    """--replace is the way out of damage; add and remove say what is wrong and touch nothing."""
    (model / MANIFEST).write_text("{", encoding="utf-8")
    before = sorted(path.name for path in model.iterdir())
    for mode in ("change", "create"):
        with pytest.raises(DamagedModel), Transaction(model, mode):
            pass
    with pytest.raises(ZeroDivisionError):
        fail(model, "replace")
    assert sorted(path.name for path in model.iterdir()) == before
    killing.change(model, 2)
    assert killing.state(model) == 2
    assert not killing.leftovers(model)


def test_a_failed_first_save_leaves_no_folder(tmp_path: Path) -> None:
    """And nothing that a listing shows."""
    with pytest.raises(ZeroDivisionError):
        fail(tmp_path / "a", "create")
    assert not list(tmp_path.iterdir())
    assert not list_models(tmp_path)


def test_other_peoples_files_are_never_touched(tmp_path: Path, model: Path) -> None:
    """No model in a folder of other things; a stray file in a model is reported and kept."""
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SettingError, match=r"dear\.txt"), Transaction(tmp_path / "letters", "replace"):
        pass
    (model / "notes.txt").write_text("x", encoding="utf-8")
    (model / "sub").mkdir()
    killing.change(model, 2)
    assert [problem.file for problem in verify(model)] == ["notes.txt", "sub"]
    assert (model / "notes.txt").exists()


def test_a_second_writer_waits_or_is_told(model: Path) -> None:
    """Who holds the lock is named; when it is let go in time, the second goes on from the new state."""
    second = Transaction(model, "change", wait=0.2)
    with Transaction(model, "change"), pytest.raises(MachineError, match=f"process {os.getpid()} on"):
        second.__enter__()
    first = Transaction(model, "replace")
    first.__enter__()
    thread = threading.Thread(target=killing.change, args=(model, 5))
    thread.start()
    time.sleep(0.3)
    assert killing.state(model) == 1
    first.__exit__(None, None, None)
    thread.join()
    assert killing.state(model) == 5


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open lock")
def test_a_lock_that_was_deleted_excludes_nobody_and_nobody_falls_for_it(tmp_path: Path) -> None:
    """Who waited on a folder that its first writer gave up makes it anew, with a lock of its own."""
    first = Transaction(tmp_path / "a", "create")
    first.__enter__()
    waiting = [threading.Thread(target=killing.change, args=(tmp_path / "a", value)) for value in (2, 3, 4)]
    for thread in waiting:
        thread.start()
    time.sleep(0.2)
    first.__exit__(None, None, None)
    for thread in waiting:
        thread.join()
    assert killing.state(tmp_path / "a") in (2, 3, 4)
    assert not killing.leftovers(tmp_path / "a")


@pytest.mark.skipif(os.name == "nt", reason="Windows deletes no open lock")
def test_a_lock_is_the_one_in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock whose file was replaced between opening and locking it excludes nobody, and is let go."""
    take, tries = lock._lock, []

    def replaced(handle: int) -> None:
        tries.append(handle)
        if len(tries) == 1:
            (tmp_path / lock.LOCK).unlink()
            (tmp_path / lock.LOCK).touch()
        take(handle)

    monkeypatch.setattr(lock, "_lock", replaced)
    mine = lock.Lock(tmp_path, make=False)
    mine.acquire(5.0)
    assert len(tries) == 2
    with pytest.raises(MachineError):
        lock.Lock(tmp_path, make=False).acquire(0.0)
    mine.release()


def test_generations_never_come_back(model: Path) -> None:
    """A name is committed once, also when its file has gone, so that no reader opens another file under an old name."""
    with Transaction(model, "change") as transaction:
        paths = [transaction.new_path("segment", ".joblib") for _ in range(2)]
        assert [path.name for path in paths] == ["segment-2.joblib", "segment-3.joblib"]
        assert transaction.old
        for path in paths:
            save_arrays(path, {})
        more = {path.stem: transaction.entry(path) for path in paths}
        transaction.commit(replace(transaction.old, files=transaction.old.files | more))
    for expected in (3, 4):
        with Transaction(model, "change") as transaction:
            assert transaction.old
            assert transaction.old.generation == expected
            fewer = {role: entry for role, entry in transaction.old.files.items() if not role.startswith("segment")}
            transaction.commit(replace(transaction.old, files=fewer))
    with Transaction(model, "change") as transaction:
        assert transaction.new_path("segment", ".joblib").name == "segment-6.joblib"


def test_only_described_files_are_committed(model: Path) -> None:
    """A file that was never described, or changed its entry, cannot get into a manifest."""
    old = Manifest.read(model)
    for name in ("model-9.joblib", "model-1.joblib"):
        wrong = {"model": FileEntry(name, 3, "0" * 64)}
        with pytest.raises(ValueError, match="neither"), Transaction(model, "change") as transaction:
            transaction.commit(Manifest(created=now(), changed=now(), versions={}, files=wrong))
    with Transaction(model, "change") as transaction, pytest.raises(ValueError, match="path"):
        transaction.entry(model / "model-1.joblib")
    assert Manifest.read(model) == old
    assert killing.state(model) == 1


def test_too_little_disk_is_said_first(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Needed and there, in megabytes, before anything is written."""
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: usage(1, 1, 500_000_000))
    with pytest.raises(MachineError, match=r"3\.0 GB.*500 MB"), Transaction(tmp_path / "b", "create", needed=3 * 10**9):
        pass
    assert not (tmp_path / "b").exists()
    assert killing.state(model) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_refuses_leaves_the_old_model(
    number: int, call: str, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full, forbidden, read-only or broken: exit code 5 with the place, and the old state."""

    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os if call == "fsync" else Path, call, refuse)
        with pytest.raises(MachineError, match=str(model)):
            killing.change(model, 2)
    assert killing.state(model) == 1
    assert not killing.leftovers(model)


def test_a_reader_keeps_its_state(model: Path) -> None:
    """What was opened before a change says the old, also when it is first used afterwards."""
    with ModelFolder.open(model) as folder:
        killing.change(model, 2)
        killing.change(model, 3)
        arrays, articles = folder.arrays("index"), folder.articles("articles")
    assert arrays["value"].tolist() == [1] * 10
    assert [article.id for article in articles.scan()] == ["1"]
    articles.close()


def test_readers_beside_writers_see_whole_states(model: Path) -> None:
    """A reader whose file has gone reads the manifest again."""
    wrong: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                killing.state(model)
        except BaseException as error:  # a thread's failure must reach the test
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for value in range(2, 30):
        killing.change(model, value)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_opening_and_verifying_find_damage(model: Path) -> None:
    """Opening: a missing file, another size, an altered model file.  verify: every altered byte too."""
    whole = {path.name: path.read_bytes() for path in model.iterdir()}
    for name in ("model-1.joblib", "index-1.joblib", "articles-1.sqlite"):
        raw = whole[name]
        flipped = raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:]
        for changed, opens in [
            (None, False),
            (raw[:-1], False),
            (raw + b"x", False),
            (b"", False),
            (flipped, name[0] != "m"),
        ]:
            (model / name).unlink(missing_ok=True)
            if changed is not None:
                (model / name).write_bytes(changed)
            assert [problem.file for problem in verify(model)] == [name]
            if not opens:
                with pytest.raises(DamagedModel, match=name):
                    ModelFolder.open(model)
        (model / name).write_bytes(raw)
        assert verify(model) == []
    (model / MANIFEST).write_bytes(whole[MANIFEST][:-5])
    assert [problem.file for problem in verify(model)] == [MANIFEST]
    with pytest.raises(ModelNotFound):
        verify(model / "none")


def test_a_forged_digest_opens_no_door(model: Path) -> None:
    """Digests find damage; a stranger can make them fit, and is refused by what reads the file."""
    import pickle

    raw = pickle.dumps({"a": os.getcwd}, protocol=4)
    (model / "model-1.joblib").write_bytes(raw)
    with (model / "model-1.joblib").open("rb") as file:
        entry = FileEntry("model-1.joblib", len(raw), files.digest(file))
    old = Manifest.read(model)
    parts = {key: getattr(old, key) for key in Manifest.__dataclass_fields__}
    Manifest(**parts | {"files": old.files | {"model": entry}}).write(model)
    with ModelFolder.open(model) as folder, pytest.raises(DamagedModel, match="names"):
        folder.arrays("model")
    assert [problem.file for problem in verify(model)] == ["model-1.joblib"]


def test_a_link_in_the_folder_is_refused(model: Path, tmp_path: Path) -> None:
    """Even to a file of the right size and digest."""
    for name in ("index-1.joblib", "articles-1.sqlite"):
        (model / name).rename(tmp_path / name)
        try:
            (model / name).symlink_to(tmp_path / name)
        except OSError:
            pytest.skip("this system lets no user make links")
        with pytest.raises(DamagedModel, match="plain file"):
            ModelFolder.open(model)
        assert [problem.file for problem in verify(model)] == [name]
        (model / name).unlink()
        (tmp_path / name).rename(model / name)


def test_a_role_that_is_not_there_is_damage(model: Path) -> None:
    """A manifest that names too little."""
    with ModelFolder.open(model) as folder, pytest.raises(DamagedModel, match="removed"):
        folder.arrays("removed")


def test_importing_the_store_costs_no_joblib() -> None:
    """A listing of models needs neither joblib nor sqlite3 nor numpy."""
    code = "import sys, topics.store.names, topics.store.folder, topics.store.commit; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env={**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])})  # fmt: skip
    assert not {"joblib", "sqlite3", "numpy", "sklearn", "fcntl"} & set(run.stdout.split())


def test_side_files_of_killed_writers_are_swept(model: Path) -> None:
    """Files of ours without a place in the manifest, and what SQLite puts beside them."""
    for name in ("model-99.joblib", "articles-98.sqlite", "articles-98.sqlite-journal", ".manifest.json.new"):
        (model / name).write_bytes(b"x")
    assert verify(model) == []
    killing.change(model, 2)
    assert not killing.leftovers(model)
