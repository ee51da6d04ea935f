"""Connections to RabbitMQ, and its errors in the words of Interlock's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import aio_pika
from aio_pika import exceptions as amqp
from aio_pika.abc import AbstractConnection
from yarl import URL

from interlock.sdk import NeedsAttention, Rejected, Retryable

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


@contextmanager
def errors_of(service: str) -> Iterator[None]:
    """Raises: NeedsAttention, Rejected, Retryable; by what RabbitMQ answered, if it did."""
    try:
        yield
    except (amqp.ProbableAuthenticationError, amqp.AuthenticationError) as error:
        hint = "check the user, the password and the virtual host"
        raise NeedsAttention(f"{service}: RabbitMQ refuses us: {error}", hint=hint) from None
    except amqp.PublishError as error:
        hint = "declare the queue, or bind it to the exchange with this routing key"
        raise Rejected(f"{service}: no queue takes the message: {error}", hint=hint) from None
    except (amqp.ChannelNotFoundEntity, amqp.ChannelPreconditionFailed) as error:
        raise Rejected(f"{service}: RabbitMQ refuses: {error}") from None
    except (amqp.AMQPError, OSError, TimeoutError, RuntimeError) as error:
        raise Retryable(f"{service}: RabbitMQ does not answer: {error!r}") from None
