"""The rabbitmq service: confirmed publishing, and its consumers of queues."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import anyio
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection

from interlock.sdk import NeedsAttention, Service, current_call, tool
from interlock_rabbitmq.connection import LOST, connect
from interlock_rabbitmq.consumer import QueueConsumer
from interlock_rabbitmq.errors import errors_of
from interlock_rabbitmq.settings import RabbitSettings

_CONFIRM_SECONDS = 10.0
_CLOSE_SECONDS = 2.0


class RabbitMQ(Service[RabbitSettings]):
    """Exchanges and queues of one virtual host."""

    _connection: AbstractConnection | None = None
    _channel: AbstractChannel | None = None

    async def start(self) -> None:
        self._opening = asyncio.Lock()
        self._url = self.settings.url.get_secret_value()
        if not self._url.startswith(("amqp://", "amqps://")):
            hint = "write amqp://user:password@host:5672/vhost"
            raise NeedsAttention(f"{self.context.name}: url is no address", hint=hint)

    async def check(self) -> None:
        with errors_of(self.context.name):
            await self._open_channel()

    async def stop(self) -> None:
        await self._drop_connection()

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

    async def _drop_connection(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            # A server that does not answer does not say goodbye either.
            with anyio.move_on_after(_CLOSE_SECONDS):
                await connection.close()

    @tool(effect="write", idempotent=True)
    async def publish(
        self,
        routing_key: str,
        message: Any,
        exchange: str = "",
        id: str = "",
        headers: dict[str, str] | None = None,
    ) -> dict[str, str]:
        """Publish a message and wait until RabbitMQ confirms that a queue has it: ``{id}``.

        It is rejected if no queue takes it. Durable queues keep it on disk.

        Args:
            routing_key: routing key of the message; without an exchange, the name of the queue.
            message: the message, any JSON.
            exchange: name of an existing exchange; default: directly to the queue.
            id: id by which consumers recognise a repetition; default: the idempotency key of the
                call.
            headers: headers of the message.
        """
        id = id or current_call().idempotency_key
        outgoing = Message(
            json.dumps(message).encode(),
            message_id=id,
            headers=dict(headers or {}),
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        with errors_of(self.context.name):
            try:
                await self._confirmed(outgoing, exchange, routing_key)
            except LOST:
                # aio-pika may take a connection for open that its server has closed.
                await self._drop_connection()
                raise
        return {"id": id}

    async def _confirmed(self, outgoing: Message, exchange: str, routing_key: str) -> None:
        channel = await self._open_channel()
        target = channel.default_exchange
        if exchange:
            target = await channel.get_exchange(exchange, ensure=False)
        await target.publish(outgoing, routing_key, mandatory=True, timeout=_CONFIRM_SECONDS)
