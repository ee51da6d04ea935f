"""The nats service: acknowledged publishing, and its consumers of streams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nats.aio.client import Client

from interlock.sdk import NeedsAttention, Service, current_call, tool
from interlock_nats.connection import close, connect
from interlock_nats.consumer import MESSAGE_ID, StreamConsumer
from interlock_nats.errors import errors_of
from interlock_nats.settings import NatsSettings

_ACK_SECONDS = 5.0
_SCHEMES = ("nats://", "tls://", "ws://", "wss://")


class Nats(Service[NatsSettings]):
    """Streams of one account."""

    _client: Client | None = None

    async def start(self) -> None:
        self._opening = asyncio.Lock()
        if not self.settings.url.get_secret_value().startswith(_SCHEMES):
            hint = "write nats://host:4222"
            raise NeedsAttention(f"{self.context.name}: url is no address", hint=hint)
        if self.settings.credentials is not None:
            self._check_credentials(self.settings.credentials)

    def _check_credentials(self, path: str) -> None:
        name = self.context.name
        if find_spec("nkeys") is None:
            hint = "install interlock-nats[nkeys]"
            raise NeedsAttention(f"{name}: credentials need the package nkeys", hint=hint)
        if not Path(path).is_file():
            hint = "see settings.credentials"
            raise NeedsAttention(f"{name}: there is no credentials file {path}", hint=hint)

    async def check(self) -> None:
        with errors_of(self.context.name):
            client = await self._open()
            await client.jetstream().account_info()

    async def stop(self) -> None:
        if self._client is not None:
            await close(self._client)

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            f"{rules.stream}/{rules.durable}": StreamConsumer(
                self.settings, self.context, rules
            ).run
            for rules in self.settings.consume
        }

    async def _open(self) -> Client:
        """The connection for publishing, opened anew if the last one is lost."""
        async with self._opening:
            if self._client is None or not self._client.is_connected:
                self._client = await connect(self.settings, self.context.name)
            return self._client

    @tool(effect="write", idempotent=True)
    async def publish(
        self, subject: str, message: Any, id: str = "", headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Publish a message and wait until a JetStream stream has stored it.

        Returns ``{id, stream, seq, duplicate}``; ``duplicate`` is true if the stream has a message
        of this id already. It is rejected if no stream takes the subject.

        Args:
            subject: subject of the message, which a stream has to take.
            message: the message, any JSON.
            id: id by which the stream and consumers recognise a repetition; default: the
                idempotency key of the call.
            headers: headers of the message.
        """
        id = id or current_call().idempotency_key
        with errors_of(self.context.name):
            client = await self._open()
            taken = await client.jetstream().publish(
                subject,
                json.dumps(message).encode(),
                timeout=_ACK_SECONDS,
                headers={**(headers or {}), MESSAGE_ID: id},
            )
        return {
            "id": id,
            "stream": taken.stream,
            "seq": taken.seq,
            "duplicate": bool(taken.duplicate),
        }
