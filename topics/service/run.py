"""The server: one socket, one or several processes behind it."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from topics.errors import MachineError
from topics.service.app import Serving, make_app

# What the processes of a server read their task from.
TASK = "TOPICS_SERVING"
# Seconds in which the head of a request has to come: a connection that sends none is closed.
HEAD = 10.0

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False}
        for name in ("uvicorn.error", "uvicorn.access", "topics.service")
    },
}


class Protocol(AutoHTTPProtocol):  # type: ignore[misc,valid-type]  # which of two it is, is known when it runs
    """Closes connections on which no request begins in time; the server itself waits for ever."""

    head = HEAD

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._waiting = asyncio.get_running_loop().call_later(self.head, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None and self.transport is not None:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.cancel()
        super().connection_lost(exc)


def from_environment() -> FastAPI:
    """The application as the server that started this process wants it."""
    serving = Serving.parse(os.environ[TASK])
    Protocol.head = min(HEAD, serving.seconds)
    return make_app(serving)


def free_port(host: str, port: int) -> int:
    """The port, or with 0 one that is free.  Raises MachineError when it is taken or may not be used."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as bound:
        try:
            if os.name == "posix":  # elsewhere it would let two servers share a port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
        except OSError as error:
            raise MachineError(
                f"{host}:{port}: cannot listen there ({error.strerror or error}); try --port 0"
            ) from error
        found: int = bound.getsockname()[1]
        return found


def run(serving: Serving, host: str, port: int, *, workers: int = 1, access_log: bool = True) -> None:
    """Serve until told to stop."""
    os.environ[TASK] = serving.dump()
    uvicorn.run(
        "topics.service.run:from_environment",
        factory=True,
        host=host,
        port=port,
        http=Protocol,
        ws="none",
        workers=workers,
        access_log=access_log,
        log_config=LOGGING,
        server_header=False,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=10,
    )
