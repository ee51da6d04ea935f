"""Connections to NATS, and its errors in the words of Interlock's tree."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import anyio
from nats import errors
from nats.aio.client import Client
from nats.js import errors as js

from interlock.sdk import NeedsAttention, Rejected, Retryable
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
            error_cb=_told,
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


async def _told(error: Exception) -> None:
    """Whoever waits for an answer gets the error as well."""
    _log.debug("NATS: %s", error)


@contextmanager
def errors_of(service: str) -> Iterator[None]:
    """Raises: NeedsAttention, Rejected, Retryable; by what NATS answered, if it did."""
    try:
        yield
    except (errors.AuthorizationError, errors.InvalidUserCredentialsError) as error:
        hint = "check the user, the password or the credentials file"
        raise NeedsAttention(f"{service}: NATS refuses us: {error}", hint=hint) from None
    except js.NoStreamResponseError:
        hint = "make a stream of this subject, or name it under consume[].subjects"
        raise Rejected(f"{service}: no stream takes the message", hint=hint) from None
    except errors.NoRespondersError:
        hint = "start nats-server with -js, or allow JetStream for the account"
        raise NeedsAttention(f"{service}: NATS has no JetStream", hint=hint) from None
    except (js.ServiceUnavailableError, js.ServerError) as error:
        raise Retryable(f"{service}: JetStream cannot answer now: {error}") from None
    except (js.APIError, errors.MaxPayloadError, errors.BadSubjectError) as error:
        raise Rejected(f"{service}: NATS refuses: {error}") from None
    except (errors.Error, OSError, TimeoutError) as error:
        raise Retryable(f"{service}: NATS does not answer: {error!r}") from None
