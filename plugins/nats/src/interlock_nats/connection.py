"""Connections to NATS."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from nats.aio.client import Client

from interlock_nats.settings import NatsSettings

_SECONDS = 5
_PING_SECONDS = 10
_CLOSE_SECONDS = 2.0
_log = logging.getLogger(__name__)


async def connect(settings: NatsSettings, service: str) -> Client:
    """A plain connection: whoever holds it opens a new one when it is lost."""
    client = Client()
    try:
        await client.connect(
            [url.strip() for url in settings.url.get_secret_value().split(",")],
            name=f"interlock {service}",
            user_credentials=settings.credentials,
            error_cb=_log_error,
            allow_reconnect=False,
            # nats-py would try for ever; 0 means that to it as well.
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=_SECONDS,
            ping_interval=_PING_SECONDS,
            max_outstanding_pings=2,
        )
    except BaseException:
        await close(client)
        raise
    return client


async def close(client: Client) -> None:
    """Whatever happens around it, for nats-py leaves its socket open otherwise."""
    with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
        await client.close()


@asynccontextmanager
async def connected(settings: NatsSettings, service: str) -> AsyncIterator[Client]:
    client = await connect(settings, service)
    try:
        yield client
    finally:
        await close(client)


async def _log_error(error: Exception) -> None:
    """Whoever waits for an answer gets the error as well."""
    _log.debug("NATS: %s", error)
