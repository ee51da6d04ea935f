"""How a plugin describes its HTTP client, and how a failed response becomes an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from interlock.sdk.errors import (
    Conflict,
    NeedsAttention,
    NotFound,
    Rejected,
    Retryable,
    ServiceError,
    Throttled,
)

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class HttpOptions:
    """Wishes of a plugin for its client.

    Attributes:
        base_url: relative URLs of requests are joined to it.
        headers: sent with every request, to the base URL's origin only.
        http2: the vendor speaks HTTP/2; calls share one connection.
        max_connections: size of the pool otherwise.
        read_timeout: seconds without a byte, when the call's deadline is later.
    """

    base_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    http2: bool = False
    max_connections: int = 100
    connect_timeout: float = 10.0
    read_timeout: float = 60.0


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from a ``Retry-After`` header (RFC 9110 10.2.3: a number or a date).

    None if it is absent or neither, infinity included: nobody can wait for that.

    Args:
        headers: names are looked up in lower case, as httpx does.
        now: seconds since the epoch.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - now
        except (ValueError, OverflowError):
            return None
    return max(0.0, seconds) if isfinite(seconds) else None


_BY_STATUS: dict[int, type[ServiceError]] = {
    401: NeedsAttention,
    402: NeedsAttention,
    403: NeedsAttention,
    404: NotFound,
    408: Retryable,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    425: Retryable,
    429: Throttled,
    529: Throttled,
}


def error_from_response(
    response: httpx.Response, *, now: float, message: str = "", **details: Any
) -> ServiceError:
    """The error, chosen by status, for a response of 400 and above."""
    status = response.status_code
    kind = _BY_STATUS.get(status) or (Retryable if status >= 500 else Rejected)
    request = response.request
    return kind(
        message or f"{request.method} {request.url.path} was answered {status}",
        retry_after=retry_after_seconds(response.headers, now),
        status=status,
        **details,
    )
