"""Connections to RabbitMQ."""

from __future__ import annotations

import aio_pika
from aio_pika import exceptions as amqp
from aio_pika.abc import AbstractConnection
from yarl import URL

_SECONDS = 10.0
# A server that is gone without a word is missed after three of these.
_HEARTBEAT_SECONDS = 10

LOST = (amqp.AMQPConnectionError, OSError, TimeoutError, RuntimeError)
"""After these a connection is of no use any more."""


async def connect(url: str) -> AbstractConnection:
    """A plain connection: whoever holds it opens a new one when it is lost."""
    address = URL(url)
    if "heartbeat" not in address.query:
        address = address.update_query(heartbeat=_HEARTBEAT_SECONDS)
    return await aio_pika.connect(address, timeout=_SECONDS)
