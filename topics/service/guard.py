"""What every request passes: limits on its size and its time, and headers that every answer bears."""

from __future__ import annotations

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from topics.service.problems import problem

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


class TooLargeError(Exception):
    """More was sent than is taken."""


class Guard:
    """An ASGI layer.

    A body of more than `body` bytes is refused with 413, by its Content-Length before a byte is read, else when the
    limit is passed.  A request that has not come whole, or has no answer, after `seconds` is refused with 408 or 503.
    """

    def __init__(self, app: ASGIApp, body: int, seconds: float) -> None:
        self.app = app
        self.body = body
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(receive, send, self.body)
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or int(length[:20]) > self.body:
            await problem(413, exchange.too_large(), {"Connection": "close"})(scope, receive, exchange.send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                await self.app(scope, exchange.receive, exchange.send)
        except TooLargeError:
            pass
        except TimeoutError:
            if exchange.began:
                raise
            status, what = (503, "no answer was found") if exchange.whole else (408, "the request did not come whole")
            detail = f"{what} in {self.seconds:g} seconds; ask for less, or again later"
            await problem(status, detail, {"Connection": "close"})(scope, receive, exchange.send)
        if exchange.over and not exchange.began:
            exchange.over = False
            await problem(413, exchange.too_large(), {"Connection": "close"})(scope, receive, exchange.send)


class _Exchange:
    """One request and its answer, watched."""

    def __init__(self, receive: Receive, send: Send, body: int) -> None:
        self._receive = receive
        self._send = send
        self._body = body
        self._read = 0
        self.began = False  # the answer is on its way
        self.whole = False  # the request has come
        self.over = False  # more has come than is taken

    def too_large(self) -> str:
        return f"the body is larger than {self._body:,} bytes; send less at a time"

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self._read > self._body:
                self.over = True
                raise TooLargeError
        return message

    async def send(self, message: Message) -> None:
        if self.over:
            return  # what the application makes of a body cut short
        if message["type"] == "http.response.start":
            self.began = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
