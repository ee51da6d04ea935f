"""Transport errors as errors of the tree, chosen by what may have happened to the request."""

from __future__ import annotations

import httpx

from interlock.sdk import InterlockError, Rejected, Retryable


class NotProcessed(httpx.RemoteProtocolError):
    """The server has said that it did not act on the request, and will not."""


_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, NotProcessed)
_CALLERS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects)


def service_error(
    error: httpx.RequestError, request: httpx.Request, service: str
) -> InterlockError:
    """Names method, host and path; never the query or a header, which may hold a secret."""
    where = f"{service}: {request.method} {request.url.host}{request.url.path}"
    reason = _reason(error)
    if isinstance(error, _CALLERS):
        return Rejected(f"{where}: {reason}")
    return Retryable(f"{where}: {reason}", sent=not isinstance(error, _NOT_SENT))


def _reason(error: httpx.RequestError) -> str:
    """In our words: the error's own text may quote the URL."""
    reasons: tuple[tuple[type[Exception], str], ...] = (
        (httpx.ConnectTimeout, "no connection in time"),
        (httpx.PoolTimeout, "no free connection in time"),
        (httpx.ReadTimeout, "no answer in time"),
        (httpx.WriteTimeout, "the request was not taken in time"),
        (httpx.ConnectError, "cannot connect"),
        (httpx.RemoteProtocolError, "the server broke off or spoke no HTTP"),
        (httpx.NetworkError, "the connection broke"),
        (httpx.TooManyRedirects, "too many redirects"),
        (httpx.DecodingError, "the body is not encoded as its header says"),
        (httpx.UnsupportedProtocol, "the URL must begin with http:// or https://"),
        (httpx.LocalProtocolError, "the request is not valid HTTP"),
    )
    return next((text for kind, text in reasons if isinstance(error, kind)), type(error).__name__)
