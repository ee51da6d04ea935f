"""Errors of aio-pika in the words of Interlock's tree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aio_pika import exceptions as amqp

from interlock.sdk import NeedsAttention, Rejected, Retryable


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
