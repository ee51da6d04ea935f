"""The rabbitmq service: confirmed publishing, and its consumers of queues."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection

from interlock.sdk import Service, current_call, tool
from interlock_rabbitmq.connecting import connect, errors_of
from interlock_rabbitmq.consumer import QueueConsumer
from interlock_rabbitmq.settings import RabbitSettings

_CONFIRM_SECONDS = 10.0


class RabbitMQ(Service[RabbitSettings]):
    """Exchanges and queues of one virtual host."""

    _connection: AbstractConnection | None = None
    _channel: AbstractChannel | None = None

    async def start(self) -> None:
        self._opening = asyncio.Lock()
        self._url = self.settings.url.get_secret_value()

    async def check(self) -> None:
        with errors_of(self.context.name):
            await self._open_channel()

    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            rules.queue: QueueConsumer(self._url, self.context, rules).run
            for rules in self.settings.consume
        }

    async def _open_channel(self) -> AbstractChannel:
        """The channel for publishing, opened anew if the last one is lost."""
        async with self._opening:
            if self._connection is None or self._connection.is_closed:
                self._connection = await connect(self._url)
            if self._channel is None or self._channel.is_closed:
                self._channel = await self._connection.channel(on_return_raises=True)
            return self._channel

    @tool(effect="write", idempotent=True)
    async def publish(
        self, routing_key: str, message: Any, exchange: str = "", id: str = ""
    ) -> dict[str, str]:
        """Publish, and wait until RabbitMQ has it in a queue; Rejected if no queue takes it.

        Args:
            routing_key: the queue's name, if there is no exchange.
            message: JSON; kept on disk by durable queues.
            exchange: an existing one; default: straight to the queue.
            id: by which consumers know a repetition; default: the call's idempotency key.
        """
        id = id or current_call().idempotency_key
        outgoing = Message(
            json.dumps(message).encode(),
            message_id=id,
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        with errors_of(self.context.name):
            channel = await self._open_channel()
            target = channel.default_exchange
            if exchange:
                target = await channel.get_exchange(exchange, ensure=False)
            await target.publish(outgoing, routing_key, mandatory=True, timeout=_CONFIRM_SECONDS)
        return {"id": id}
