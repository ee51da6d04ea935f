"""The HTTP client of a service: httpx's API, with the rules that every service keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import lru_cache, partial
from typing import Any

import anyio
import httpx

from interlock.host.http.errors import service_error
from interlock.host.http.fields import refuse_malformed
from interlock.host.http.shortcuts import Cookies, with_query
from interlock.host.spec import HttpWishes
from interlock.sdk import DeadlineExceeded, HttpOptions, ServiceError, current_call

ReadError = Callable[[httpx.Response], ServiceError]

_REDIRECT_STATUS = 300
_ERROR_STATUS = 400
_LONGEST_ERROR = 1024 * 1024
# What a redirect to another origin may take along; all else may be a credential.
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-length"}
    | {"content-type", "host", "range", "transfer-encoding", "user-agent"}
)


def build_client(
    options: HttpOptions,
    wishes: HttpWishes,
    *,
    service: str,
    read_error: ReadError,
    trace: Callable[[], str | None],
) -> httpx.AsyncClient:
    """A client that lives as long as one instance of a service; close it.

    Args:
        read_error: makes the error of a response of 400 and above, whose body has been read.
        trace: the W3C traceparent to send along, if there is one.
    """
    return _ServiceClient(
        _Errors(partial(_transport, options, wishes), service),
        options,
        service=service,
        read_error=read_error,
        trace=trace,
    )


class _ServiceClient(httpx.AsyncClient):
    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        options: HttpOptions,
        *,
        service: str,
        read_error: ReadError,
        trace: Callable[[], str | None],
    ) -> None:
        timeout = httpx.Timeout(options.read_timeout, connect=options.connect_timeout)
        super().__init__(
            transport=transport,
            base_url=options.base_url,
            timeout=timeout,
            trust_env=False,
            event_hooks={"request": [self._address], "response": [self._examine]},
        )
        self._service = service
        self._options = options
        self._home = _origin(self.base_url) if options.base_url else None
        self._cookies = Cookies(self._cookies)
        # httpx parses a URL three times for each request, a third of what a request costs.
        self._absolute = lru_cache(maxsize=1024)(lambda url: self._merge_url(url))
        self._read_error = read_error
        self._trace = trace

    def build_request(
        self, method: str, url: httpx.URL | str, *, params: Any = None, **kwargs: Any
    ) -> httpx.Request:
        absolute = self._absolute(url) if isinstance(url, str) else self._merge_url(url)
        if params is not None:
            absolute = with_query(absolute, params)
        return super().build_request(method, absolute, **kwargs)

    async def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        _keep_deadline(request, self._service)
        try:
            return await super().send(request, **kwargs)
        except (httpx.TooManyRedirects, httpx.DecodingError) as error:
            raise service_error(error, request, self._service) from error

    async def _address(self, request: httpx.Request) -> None:
        """Called before each request, redirected ones included."""
        if self._options.headers and self._is_home(request.url):
            for name, value in self._options.headers.items():
                request.headers.setdefault(name, value)
        traceparent = self._trace()
        if traceparent is not None:
            request.headers["traceparent"] = traceparent

    async def _examine(self, response: httpx.Response) -> None:
        """Called after each response, before a redirect is followed."""
        if response.status_code >= _ERROR_STATUS:
            await _read_some(response)
            raise self._read_error(response)
        if (
            response.status_code >= _REDIRECT_STATUS
            and response.has_redirect_location
            and _leaves(response)
        ):
            # httpx makes the next request from this one's headers, and drops only Authorization.
            headers = response.request.headers
            for name in [name for name in headers if name not in _HARMLESS]:
                del headers[name]

    def _is_home(self, url: httpx.URL) -> bool:
        return self._home is None or _origin(url) == self._home


def _transport(options: HttpOptions, wishes: HttpWishes) -> httpx.AsyncBaseTransport:
    # What the first request needs, a tenth of a second and 10 MB, is not loaded before it.
    from interlock.host.http.transport import build_transport

    return build_transport(options, wishes)


class _Errors(httpx.AsyncBaseTransport):
    """Errors of the transport below, of its response bodies too, as errors of the tree.

    Args:
        build: makes the transport, in a thread, when the first request comes.
    """

    def __init__(self, build: Callable[[], httpx.AsyncBaseTransport], service: str) -> None:
        self._build = build
        self._service = service
        self._inner: httpx.AsyncBaseTransport | None = None
        self._building = anyio.Lock()

    async def _built(self) -> httpx.AsyncBaseTransport:
        async with self._building:
            if self._inner is None:
                self._inner = await anyio.to_thread.run_sync(self._build)
        return self._inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        inner = self._inner or await self._built()
        try:
            refuse_malformed(request)
            response = await inner.handle_async_request(request)
        except httpx.RequestError as error:
            raise service_error(error, request, self._service) from error
        if not isinstance(response.stream, httpx.ByteStream):
            response.stream = _BodyErrors(response.stream, request, self._service)
        return response

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


class _BodyErrors(httpx.AsyncByteStream):
    def __init__(self, inner: Any, request: httpx.Request, service: str) -> None:
        self._inner = inner
        self._request = request
        self._service = service

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._inner:
                yield chunk
        except httpx.RequestError as error:
            raise service_error(error, self._request, self._service) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _read_some(response: httpx.Response) -> None:
    """The body of an error, but no more of it than anybody would read."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > _LONGEST_ERROR:
            break
    await response.aclose()
    # Where `aread` would have put it.
    response._content = b"".join(parts)[:_LONGEST_ERROR]


def _keep_deadline(request: httpx.Request, service: str) -> None:
    """No time-out of the request is later than the deadline of the call that sends it.

    Raises:
        DeadlineExceeded: no time is left.
    """
    try:
        left = current_call().remaining()
    except LookupError:
        return
    if left <= 0:
        raise DeadlineExceeded(f"no time is left for a request of {service}", policy="deadline")
    timeouts = request.extensions.get("timeout", {})
    request.extensions["timeout"] = {
        name: left if seconds is None else min(seconds, left) for name, seconds in timeouts.items()
    }


def _leaves(response: httpx.Response) -> bool:
    """Whether the redirect leads to another origin; one that cannot be read counts as such."""
    url = response.request.url
    try:
        return _origin(url.join(response.headers["location"])) != _origin(url)
    except httpx.InvalidURL:
        return True


_PORTS = {"http": 80, "https": 443}


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)
