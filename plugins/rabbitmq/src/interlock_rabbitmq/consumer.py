"""One consumer of a queue, from a connection of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio
from aio_pika import Message as Outgoing
from aio_pika.abc import (
    AbstractExchange,
    AbstractIncomingMessage,
    AbstractQueue,
)

from interlock.sdk import Intake, Message, Retryable, ServiceContext
from interlock_rabbitmq.connecting import connect, errors_of
from interlock_rabbitmq.settings import ConsumeQueue


class QueueConsumer:
    def __init__(self, url: str, context: ServiceContext, rules: ConsumeQueue) -> None:
        self._url = url
        self._context = context
        self._rules = rules
        self._intake = Intake(context, rules)

    async def run(self) -> None:
        """Consume until cancelled; raises when the connection or the channel is lost."""
        with errors_of(self._context.name):
            async with await connect(self._url) as connection:
                channel = await connection.channel(on_return_raises=True)
                await channel.set_qos(prefetch_count=self._rules.max_in_flight)
                lost = asyncio.Event()
                channel.close_callbacks.add(lambda *_: lost.set())
                graves = await self._graves(channel)
                await self._receive(await self._queue(channel), graves, lost)

    async def _receive(
        self, queue: AbstractQueue, graves: AbstractExchange, lost: asyncio.Event
    ) -> None:
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()  # bounded by the prefetch
        await queue.consume(arrived.put)
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._watch, lost)
                while True:
                    tasks.start_soon(self._take, await arrived.get(), graves)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _watch(self, lost: asyncio.Event) -> None:
        await lost.wait()
        raise Retryable(f"{self._context.name}: the channel of {self._rules.queue} is closed")

    async def _queue(self, channel: Any) -> AbstractQueue:
        rules = self._rules
        if not rules.declare_queue:
            return await channel.get_queue(rules.queue)  # type: ignore[no-any-return]
        arguments = {
            "x-queue-type": rules.queue_type,
            "x-dead-letter-exchange": f"{rules.queue}.dlx",
        }
        queue = await channel.declare_queue(rules.queue, durable=True, arguments=arguments)
        if rules.exchange:
            await queue.bind(rules.exchange, rules.routing_key)
        return queue  # type: ignore[no-any-return]

    async def _graves(self, channel: Any) -> AbstractExchange:
        name = self._rules.queue
        exchange = await channel.declare_exchange(f"{name}.dlx", "fanout", durable=True)
        dead = await channel.declare_queue(f"{name}.dead", durable=True)
        await dead.bind(exchange)
        return exchange  # type: ignore[no-any-return]

    async def _take(self, incoming: AbstractIncomingMessage, graves: AbstractExchange) -> None:
        headers = {name: str(value) for name, value in incoming.headers.items()}
        deliveries = int(headers.get("x-delivery-count", 1 if incoming.redelivered else 0)) + 1
        message = Message(
            self._rules.queue, incoming.body, incoming.message_id or "", headers, deliveries
        )
        verdict = await self._intake.take(message)
        if verdict.kind == "again":
            await incoming.nack(requeue=True)
            return
        if verdict.kind == "dead":
            # Published by ourselves, because a rejection cannot carry the reason.
            await graves.publish(_grave(incoming, verdict.reason), "")
        await incoming.ack()


def _grave(incoming: AbstractIncomingMessage, reason: str) -> Outgoing:
    return Outgoing(
        incoming.body,
        headers={**incoming.headers, "x-interlock-reason": reason},
        message_id=incoming.message_id,
        content_type=incoming.content_type,
        delivery_mode=2,
    )
