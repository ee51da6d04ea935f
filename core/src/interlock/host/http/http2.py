"""HTTP/2 on httpx's own transport, such that the end of a connection loses no request.

A server may end a connection at any time with GOAWAY, which names the last stream that it has
processed or will process (RFC 9113 6.8). httpx fails every stream in flight then.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from interlock.host.http.guard import refuse_literal, resolve

_TRIES = 5
# RFC 9110 9.2.2: a client may repeat these by itself after a connection broke.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_BROKEN = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Http2Transport(httpx.AsyncBaseTransport):
    """All requests of an origin share one connection; HTTP/1.1 if the server prefers that.

    A request that the server did not process is sent again, whatever its method; one that it may
    have processed, only if it is idempotent. Any other fails with the transport's error.
    """

    def __init__(self, *, allow_private: bool, ssl_context: ssl.SSLContext) -> None:
        self._allow_private = allow_private
        self._inner = httpx.AsyncHTTPTransport(http1=True, http2=True, verify=ssl_context)
        # httpx has no argument for it, and the pool of its own is not in use yet.
        self._inner._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context,
            http1=True,
            http2=True,
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=30.0,
            network_backend=_GuardedBackend(private=allow_private),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self._allow_private:
            refuse_literal(request.url.host)
        for left in reversed(range(_TRIES)):
            streams = _Streams()
            request.extensions["trace"] = streams.trace
            try:
                return await self._inner.handle_async_request(request)
            except _BROKEN as error:
                if not left or not _repeatable(request, error, streams):
                    raise
        raise AssertionError("the last try returns or raises")

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Streams:
    """On which stream a request was sent last; None: it never was."""

    def __init__(self) -> None:
        self.last: int | None = None
        self.sent = False

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.sent = True
            self.last = info.get("stream_id")


def _repeatable(request: httpx.Request, error: Exception, streams: _Streams) -> bool:
    if not isinstance(request.stream, httpx.ByteStream):
        return False
    return request.method in _IDEMPOTENT or _unprocessed(error, streams)


def _unprocessed(error: Exception, streams: _Streams) -> bool:
    """Whether the server has certainly not acted on the request."""
    if not streams.sent:
        return True
    goaway = error.__cause__.args[0] if error.__cause__ and error.__cause__.args else None
    processed = getattr(goaway, "last_stream_id", None)
    return processed is not None and streams.last is not None and streams.last > processed


class _GuardedBackend(httpcore.AnyIOBackend):
    """Connects to the address that was checked, whatever the name resolves to by then."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            infos = await resolve(host, port, private=self._private)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for info in infos:
            try:
                return await super().connect_tcp(
                    str(info[4][0]), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure
