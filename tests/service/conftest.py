"""A client of the application without a socket, and services in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from topics.service.app import Serving, make_app


@pytest.fixture(scope="session")
def client_of() -> Callable[[Serving], Any]:
    """Makes a client; a context manager."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names a package that it will want in place of httpx
        testclient = pytest.importorskip("fastapi.testclient", reason="httpx is not installed")
    return lambda serving: testclient.TestClient(make_app(serving), raise_server_exceptions=False)


class Server:
    """A service in a process of its own."""

    def __init__(self, models: Path, names: Sequence[str], *options: str, env: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "topics", "serve", *names, "--models", str(models), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
        self.log: list[str] = []
        started = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(started,), daemon=True)
        self._reader.start()
        if not started.wait(60):
            self.stop()
            raise AssertionError("".join(self.log))
        self.port = int(self.log[0].split("/ answers")[0].rsplit(":", 1)[1])
        self.address = f"http://127.0.0.1:{self.port}"

    def _read(self, started: threading.Event) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if "Uvicorn running" in line:
                started.set()

    def stop(self) -> int:
        """Its exit code."""
        self.process.terminate()
        code = self.process.wait(30)
        self._reader.join(10)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return code


@pytest.fixture(scope="session")
def serve(sample_models: Path) -> Iterator[Callable[..., Server]]:
    """Starts services; they are stopped in the end."""
    started: list[Server] = []

    def start(*names: str, models: Path = sample_models, options: Sequence[str] = (), env: Any = None) -> Server:
        started.append(Server(models, names, *options, env=env))
        return started[-1]

    yield start
    for server in started:
        server.stop()
