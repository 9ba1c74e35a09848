"""A service in a process of its own: models that change under it, clients that misbehave."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import topics
from topics.errors import MachineError

httpx = pytest.importorskip("httpx", reason="httpx is not installed")

Serve = Callable[..., Any]


def rows(word: str, count: int = 40) -> list[dict[str, str]]:
    return [
        {"id": f"{word}/{i}", "text": f"{word} number{i % 7} harbour{i % 3} rose in the quarter"} for i in range(count)
    ]


def raw(server: Any, sent: bytes, wait: float = 5.0) -> bytes:
    """What comes back for some bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=wait) as client:
        client.sendall(sent)
        got = b""
        try:
            while part := client.recv(65536):
                got += part
        except TimeoutError:
            pass
        return got


def test_a_model_that_is_trained_again_is_picked_up_without_a_failed_request(tmp_path: Path, serve: Serve) -> None:
    topics.train(rows("first"), "news", models=str(tmp_path))
    server = serve("news", models=tmp_path, options=["--no-access-log"])
    tags = {httpx.get(f"{server.address}/v1/models/news/topics").headers["etag"]}
    statuses: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=server.address) as client:
            while not stop.is_set():
                statuses.append(client.get("/v1/models/news/topics").status_code)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for turn in range(8):
        topics.train(rows(f"word{turn}"), "news", models=str(tmp_path), replace_model=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = httpx.get(f"{server.address}/v1/models/news/search", params={"q": f"word{turn}"})
            tags.add(answer.headers["etag"])
            if answer.json()["items"]:
                break
        assert answer.json()["items"], f"the model of turn {turn} was not picked up"
    stop.set()
    for asker in askers:
        asker.join()
    assert set(statuses) == {200}
    assert len(tags) == 9


def test_a_model_that_goes_bad_leaves_the_last_good_state(tmp_path: Path, serve: Serve) -> None:
    topics.train(rows("good"), "news", models=str(tmp_path))
    server = serve("news", models=tmp_path)
    manifest = tmp_path / "news" / "manifest.json"
    manifest.write_text("{")
    for _ in range(5):
        assert httpx.get(f"{server.address}/v1/models/news/topics").status_code == 200
    shutil.rmtree(tmp_path / "news")
    assert httpx.get(f"{server.address}/v1/models/news/similar?id=good/1").status_code == 200
    assert any("the last one goes on" in line for line in server.log)


def test_a_port_that_is_taken_is_told_before_anything_is_served(sample_models: Path) -> None:
    from topics.service.run import free_port

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(MachineError, match="try --port 0"):
            free_port("127.0.0.1", taken.getsockname()[1])


@pytest.fixture(scope="module")
def server(serve: Serve) -> Any:
    """One service for all misbehaving clients: after each it must still answer."""
    return serve("sample", options=["--time-limit", "2", "--body-limit", "1"])


@pytest.fixture(autouse=True)
def alive(request: pytest.FixtureRequest) -> Any:
    """Whatever a client did, the next one is answered."""
    yield
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")
        assert httpx.get(f"{server.address}/v1/models/sample/similar?id=tour-prologue").status_code == 200


POST = b"POST /v1/models/sample/similar HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def test_a_gigabyte_is_refused_before_it_is_sent(server: Any) -> None:
    assert raw(server, POST + b"Content-Length: 1000000000\r\n\r\n{").startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"9" * 40, b"0x10", b"1, 2"])
def test_a_length_that_is_none_is_refused(server: Any, length: bytes) -> None:
    assert raw(server, POST + b"Content-Length: " + length + b"\r\n\r\n{}", 3)[9:12] in (b"400", b"413")


def test_an_endless_body_is_cut_off_at_the_limit(server: Any) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            while sent < 200_000_000:
                client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
        assert sent < 100_000_000


def test_a_body_that_drips_is_not_waited_for(server: Any) -> None:
    began = raw(server, POST + b'Content-Length: 100\r\n\r\n{"text"', 10)
    assert began.startswith(b"HTTP/1.1 408")
    assert b"did not come whole" in began


def test_cut_connections_leave_no_trace(server: Any) -> None:
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(POST + b'Content-Length: 100\r\n\r\n{"text"')
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"GET /v1/models/sample/trends HTTP/1.1\r\nHost: x\r\n\r\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200,
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(20_000)) + b"\r\n",
    ],
    ids=["bytes", "version", "tls", "long path", "many headers"],
)
def test_what_is_no_request_gets_no_answer_of_the_server_s_own_fault(server: Any, sent: bytes) -> None:
    got = raw(server, sent, 3)
    assert got[9:10] in (b"", b"2", b"4")


def test_a_connection_on_which_nothing_comes_is_closed(server: Any) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"GET / HTT")
        assert client.recv(100) == b""


def test_requests_are_logged_on_stderr(server: Any) -> None:
    httpx.get(f"{server.address}/v1/models/sample/topics?top=3")
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not any("topics?top=3" in line for line in server.log):
        time.sleep(0.05)
    assert any("topics?top=3" in line and "200" in line for line in server.log)
