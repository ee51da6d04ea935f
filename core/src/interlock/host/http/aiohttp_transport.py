"""An httpx transport for HTTP/1.1 on aiohttp's connections.

httpx's own pool walks every connection on every request: at 50 requests in flight it falls to half
of its rate in turn, while aiohttp's rate rises. So services keep httpx's API and requests travel
on aiohttp. Redirects, cookies, decompression and credentials stay with httpx.
"""

from __future__ import annotations

import asyncio
import io
import socket
import ssl
from collections.abc import AsyncIterable, AsyncIterator

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from interlock.host.http.guard import refuse_literal, resolve

# aiohttp frames the body itself; httpx says how the body comes, and we hand that on.
_FRAMING = (b"transfer-encoding",)
_LARGE = 256 * 1024
_SMALL = 65536
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One pool; opens it on first use, because aiohttp wants a running loop.

    Args:
        allow_private: whether private addresses may be reached.
        max_connections: further requests wait, within their ``pool`` time-out.
        ssl_context: offers HTTP/1.1 alone.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        max_connections: int,
        ssl_context: ssl.SSLContext,
    ) -> None:
        self._allow_private = allow_private
        self._max_connections = max_connections
        self._ssl = ssl_context
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not self._allow_private:
            refuse_literal(request.url.host)
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"not an HTTP URL: {request.url.scheme}://")
        try:
            response = await self._open().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=_headers(request),
                data=await _body(request),
                allow_redirects=False,
                timeout=_timeout(request),
            )
            stream = await _stream(response)
        except _ERRORS_OF_AIOHTTP as error:
            raise _as_httpx(error, httpx.WriteError) from error
        return httpx.Response(
            response.status,
            headers=response.raw_headers,
            stream=stream,
            extensions={
                "http_version": b"HTTP/1.1",
                "reason_phrase": (response.reason or "").encode("ascii", "ignore"),
            },
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=self._max_connections,
                resolver=GuardedResolver(private=self._allow_private),
                ssl=self._ssl,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=_NOT_ADDED,
            )
        return self._session


class _Body(httpx.AsyncByteStream):
    """The response's bytes as they arrive; closed before its end, the connection is closed."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except _ERRORS_OF_AIOHTTP as error:
            raise _as_httpx(error, httpx.ReadError) from error

    async def aclose(self) -> None:
        # At the end of the body aiohttp has put the connection back, and this does nothing.
        self._response.close()


async def _stream(response: aiohttp.ClientResponse) -> httpx.AsyncByteStream:
    """The body; read at once where it is small, because that takes a third of the time."""
    length = response.content_length
    if length is None or length > _SMALL:
        return _Body(response)
    return httpx.ByteStream(await response.read())


def _headers(request: httpx.Request) -> list[tuple[str, str]]:
    return [
        (name.decode("ascii"), value.decode("latin-1"))
        for name, value in request.headers.raw
        if name.lower() not in _FRAMING
    ]


async def _body(request: httpx.Request) -> bytes | io.BytesIO | AsyncIterable[bytes] | None:
    if isinstance(request.stream, httpx.ByteStream):
        data = await request.aread()
        # Written in pieces, because copying a large one whole holds the event loop up.
        return io.BytesIO(data) if len(data) > _LARGE else data or None
    assert isinstance(request.stream, AsyncIterable)  # noqa: S101 - httpx checked before
    return request.stream


def _timeout(request: httpx.Request) -> aiohttp.ClientTimeout:
    """``write`` has no counterpart; what a caller may wait at all is bounded by its deadline."""
    seconds = request.extensions.get("timeout", {})
    return aiohttp.ClientTimeout(
        total=None,
        connect=seconds.get("pool"),
        sock_connect=seconds.get("connect"),
        sock_read=seconds.get("read"),
    )


# The first that fits; narrow ones first.
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (asyncio.TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.InvalidURL, httpx.LocalProtocolError),
)


_ERRORS_OF_AIOHTTP = (aiohttp.ClientError, TimeoutError, OSError)


def _as_httpx(error: Exception, otherwise: type[httpx.TransportError]) -> httpx.TransportError:
    kind = next((ours for theirs, ours in _ERRORS if isinstance(error, theirs)), otherwise)
    return kind(f"{type(error).__name__}: {error}")


class GuardedResolver(AbstractResolver):
    """For aiohttp's connector, which connects to exactly what this returns."""

    def __init__(self, *, private: bool) -> None:
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        infos = await resolve(host, port, family, private=self._private)
        return [
            ResolveResult(
                hostname=host,
                host=str(info[4][0]),
                port=int(info[4][1]),
                family=info[0],
                proto=info[2],
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for info in infos
        ]

    async def close(self) -> None:
        """Nothing is held."""
