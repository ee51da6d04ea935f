"""HTTP/2 for httpx: all requests of an origin on one connection, whose end loses none of them."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterable, AsyncIterator

import httpx
from h2.exceptions import ProtocolError

from interlock.host.http.errors import NotProcessed
from interlock.host.http.guard import refuse_literal, resolve
from interlock.host.http.http2_connection import Http2Connection, Stream, hang_up

# A server that ends connections after a few requests turns most of those in flight away each time.
_TRIES = 20
# RFC 9110 9.2.2: a client may repeat these by itself after a connection broke.
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
# Bodies of a stated length up to this are read before the response is handed on, so that a
# connection that breaks meanwhile is still ours to repair.
_SMALL = 2**20
_HTTPS = 443

Origin = tuple[str, int]


class Http2Transport(httpx.AsyncBaseTransport):
    """Origins that do not speak HTTP/2 (no TLS, or no ``h2`` agreed on) go to ``http1``.

    A request that the server did not process is sent again, whatever its method; one that it may
    have processed, only if its method is idempotent. Any other fails with RemoteProtocolError.
    """

    def __init__(
        self, *, allow_private: bool, ssl_context: ssl.SSLContext, http1: httpx.AsyncBaseTransport
    ) -> None:
        self._allow_private = allow_private
        self._ssl = ssl_context
        self._http1 = http1
        self._http1_origins: set[Origin] = set()
        self._current: dict[Origin, Http2Connection] = {}
        self._leaving: set[Http2Connection] = set()
        self._opening: dict[Origin, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for left in reversed(range(_TRIES)):
            connection = await self._connection(request)
            if connection is None:
                return await self._http1.handle_async_request(request)
            try:
                return await _exchange(connection, request)
            except httpx.RemoteProtocolError as error:
                if not left or not _repeatable(request, error):
                    raise
        raise AssertionError("the last try returns or raises")

    async def aclose(self) -> None:
        for connection in [*self._current.values(), *self._leaving]:
            await connection.close()
        await self._http1.aclose()

    async def _connection(self, request: httpx.Request) -> Http2Connection | None:
        """One that takes requests; None if the origin does not speak HTTP/2."""
        origin = request.url.host, request.url.port or _HTTPS
        if request.url.scheme != "https" or origin in self._http1_origins:
            return None
        connection = self._current.get(origin)
        if connection is not None and connection.accepting:
            return connection
        async with self._opening[origin]:
            connection = self._current.get(origin)
            if connection is None or not connection.accepting:
                await self._retire(connection)
                connection = await self._open(origin, _timeout(request, "connect"))
        return connection

    async def _retire(self, connection: Http2Connection | None) -> None:
        """Let it answer what it has accepted; close those that have done so."""
        if connection is not None:
            self._leaving.add(connection)
        for each in [each for each in self._leaving if each.idle]:
            self._leaving.discard(each)
            # The server has said its farewell; the request that is waiting shall not wait for ours.
            await each.close(farewell=0)

    async def _open(self, origin: Origin, seconds: float | None) -> Http2Connection | None:
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await self._connect(*origin)
        except TimeoutError:
            raise httpx.ConnectTimeout("no connection in time") from None
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error
        tls = writer.get_extra_info("ssl_object")
        if tls.selected_alpn_protocol() != "h2":
            await hang_up(writer)
            self._http1_origins.add(origin)
            return None
        self._current[origin] = connection = Http2Connection(reader, writer)
        return connection

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first address that answers, of those that the guard has let through."""
        if not self._allow_private:
            refuse_literal(host)
        failure = OSError(f"{host} has no address")
        for info in await resolve(host, port, private=self._allow_private):
            try:
                return await asyncio.open_connection(
                    str(info[4][0]), port, ssl=self._ssl, server_hostname=host
                )
            except OSError as error:
                failure = error
        raise failure


class _Body(httpx.AsyncByteStream):
    def __init__(self, connection: Http2Connection, stream: Stream, seconds: float | None) -> None:
        self._connection = connection
        self._stream = stream
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            while self._stream.chunks:
                yield self._connection.take(self._stream)
            if self._stream.ended:
                return
            await self._stream.change(self._seconds)

    async def aclose(self) -> None:
        self._connection.release(self._stream)


async def _exchange(connection: Http2Connection, request: httpx.Request) -> httpx.Response:
    body = request.stream
    assert isinstance(body, AsyncIterable)  # noqa: S101 - httpx checked before
    has_body = not isinstance(body, httpx.ByteStream) or bool(await request.aread())
    stream = await _opened(connection, request, has_body=has_body)
    try:
        if has_body:
            await connection.send_body(stream, body)
        seconds = _timeout(request, "read")
        while not stream.status:
            await stream.change(seconds)
        return await _response(stream, _Body(connection, stream, seconds))
    except ProtocolError as error:
        connection.release(stream)
        raise httpx.RemoteProtocolError(f"not in this state: {error}") from error
    except BaseException:
        connection.release(stream)
        raise


async def _opened(connection: Http2Connection, request: httpx.Request, *, has_body: bool) -> Stream:
    try:
        async with asyncio.timeout(_timeout(request, "pool")):
            return await connection.open_stream(request, has_body=has_body)
    except TimeoutError:
        raise httpx.PoolTimeout("no free stream in time") from None


async def _response(stream: Stream, body: _Body) -> httpx.Response:
    headers = httpx.Headers(stream.headers)
    length = headers.get("content-length", "")
    content: httpx.AsyncByteStream = body
    if length.isdigit() and int(length) <= _SMALL:
        content = httpx.ByteStream(b"".join([chunk async for chunk in body]))
        await body.aclose()
    return httpx.Response(
        stream.status, headers=headers, stream=content, extensions={"http_version": b"HTTP/2"}
    )


def _timeout(request: httpx.Request, kind: str) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get(kind)
    return seconds


def _repeatable(request: httpx.Request, error: httpx.RemoteProtocolError) -> bool:
    if not isinstance(request.stream, httpx.ByteStream):
        return False
    return isinstance(error, NotProcessed) or request.method in _IDEMPOTENT
