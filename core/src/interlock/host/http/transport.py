"""Which transport carries a service's requests."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from interlock.host.http.aiohttp_transport import AiohttpTransport
from interlock.host.http.http2 import Http2Transport
from interlock.host.spec import HttpWishes
from interlock.sdk import HttpOptions


def build_transport(options: HttpOptions, wishes: HttpWishes) -> httpx.AsyncBaseTransport:
    """Takes some 10 ms the first time, so it belongs in a thread."""
    http1 = AiohttpTransport(
        allow_private=wishes.allow_private,
        max_connections=wishes.max_connections or options.max_connections,
        ssl_context=verifying("http/1.1"),
    )
    if not (options.http2 if wishes.http2 is None else wishes.http2):
        return http1
    return Http2Transport(
        allow_private=wishes.allow_private,
        ssl_context=verifying("h2", "http/1.1"),
        http1=http1,
    )


@cache
def verifying(*protocols: str) -> ssl.SSLContext:
    """Trusts whom httpx trusts, and offers these protocols; one for all, because it holds every
    certificate."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(list(protocols))
    return context
