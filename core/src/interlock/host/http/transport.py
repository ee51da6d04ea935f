"""Which transport carries a service's requests."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from interlock.host.http.aiohttp_transport import AiohttpTransport
from interlock.host.http.http2 import Http2Transport
from interlock.host.spec import HttpWishes
from interlock.sdk import HttpOptions


def build_transport(
    options: HttpOptions, wishes: HttpWishes, ssl_context: ssl.SSLContext | None
) -> httpx.AsyncBaseTransport:
    """Takes some 10 ms the first time, so it belongs in a thread.

    Args:
        ssl_context: None to verify against the certificates of httpx.
    """
    ssl_context = ssl_context or _verifying()
    http1 = AiohttpTransport(
        allow_private=wishes.allow_private,
        max_connections=wishes.max_connections or options.max_connections,
        ssl_context=ssl_context,
    )
    if not (options.http2 if wishes.http2 is None else wishes.http2):
        return http1
    return Http2Transport(allow_private=wishes.allow_private, ssl_context=ssl_context, http1=http1)


@cache
def _verifying() -> ssl.SSLContext:
    """One for all, because it holds every certificate."""
    return httpx.create_ssl_context()
