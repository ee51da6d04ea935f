"""uvicorn's HTTP protocol, held to what a connection may cost before the guard sees a request."""

from __future__ import annotations

import asyncio
import socket
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from interlock.api.problems import Problem
from interlock.sdk import InterlockError

_MOST_HEAD = 65_536  # bytes


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn waits for ever for the head of a request, and keeps however much comes of it.

    The same goes for what frames a body in chunks, and for the trailers after it.

    Args:
        seconds: in which a head has to be complete.
    """

    def __init__(self, seconds: float, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seconds = seconds
        self._hurry: asyncio.TimerHandle | None = None
        self._unused = 0  # bytes since the last head or piece of a body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        super().connection_made(transport)
        # asyncio does so only where the protocol was named when the socket was made. Without
        # it an answer's body waits 40 ms for the client to acknowledge the head.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unused += len(data)
        super().data_received(data)
        if self._unused > _MOST_HEAD:
            self._refuse()
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop_waiting()

    def on_headers_complete(self) -> None:
        if self._unused > _MOST_HEAD and _size(self.headers) > _MOST_HEAD:
            self._refuse()
            return
        self._unused = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            self._unused = 0
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.transport.is_closing():
            super().on_message_complete()

    def _refuse(self) -> None:
        if not self._is_answering():
            message = f"the head of a request may have {_MOST_HEAD} bytes at most"
            self.transport.write(_problem(431, message))
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """What the parser did not understand; ``msg`` is uvicorn's."""
        self.transport.write(_problem(400, "this is no HTTP request"))
        self.transport.close()

    def _wait_for_head(self) -> None:
        if self._is_answering():
            self._stop_waiting()
        elif self._hurry is None:
            self._hurry = self.loop.call_later(self._seconds, self.transport.close)

    def _is_answering(self) -> bool:
        return bool(self.cycle) and not self.cycle.response_complete

    def _stop_waiting(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None


def _problem(status: int, message: str) -> bytes:
    """A whole answer, made where no application is asked."""
    body = bytes(Problem(InterlockError(message), status).body)
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nconnection: close\r\n"
        f"content-type: {Problem.media_type}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) for name, value in headers)
