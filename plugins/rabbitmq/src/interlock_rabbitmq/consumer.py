"""One consumer of a queue, from a connection of its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aio_pika import DeliveryMode
from aio_pika import Message as Outgoing
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, AbstractQueue

from interlock.sdk import Delivery, Intake, Message, Retryable, ServiceContext
from interlock_rabbitmq.connection import connect
from interlock_rabbitmq.errors import errors_of
from interlock_rabbitmq.message_ids import MessageIds, fingerprint_of
from interlock_rabbitmq.settings import ConsumeQueue

_MOST_COUNTED = 10_000


class QueueConsumer:
    """Makes events of the messages of a queue."""

    def __init__(self, url: str, context: ServiceContext, rules: ConsumeQueue) -> None:
        self._url = url
        self._context = context
        self._rules = rules
        self._intake = Intake(context, rules)
        self._ids = MessageIds(context.state, rules.queue, context.world)
        self._failures: Counter[str] = Counter()

    async def run(self) -> None:
        """Consume until cancelled; raises when the connection or the channel is lost."""
        with errors_of(self._context.name):
            async with await connect(self._url) as connection:
                channel = await connection.channel(on_return_raises=True)
                await channel.set_qos(prefetch_count=self._rules.max_in_flight)
                # Bounded by the prefetch; None says that there will be no more.
                self._arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
                channel.close_callbacks.add(lambda *_: self._arrived.put_nowait(None))
                self.dead_letters = await self._declare_dead_letters(channel)
                queue = await self._declare_queue(channel)
                self._ids.connected()
                await queue.consume(self._arrived.put)
                await self._intake.consume(self._fetch)

    async def _fetch(self, most: int) -> Sequence[Delivery]:
        arrived = [await self._arrived.get()]
        while len(arrived) < most and not self._arrived.empty():
            arrived.append(self._arrived.get_nowait())
        messages = [incoming for incoming in arrived if incoming is not None]
        if len(messages) < len(arrived):
            name, queue = self._context.name, self._rules.queue
            raise Retryable(f"{name}: the channel of {queue} is closed")
        return await asyncio.gather(*map(self._in_hand, messages))

    async def _in_hand(self, incoming: AbstractIncomingMessage) -> QueuedMessage:
        id, fingerprint = incoming.message_id or "", ""
        if not id and not self._rules.id:
            fingerprint = fingerprint_of(incoming)
            id = await self._ids.id_of(fingerprint, redelivered=bool(incoming.redelivered))
        headers = {name: str(value) for name, value in incoming.headers.items()}
        # Only quorum queues count; with others we do, as long as this process lives.
        counted = int(headers.get("x-delivery-count", 0))
        deliveries = 1 + max(counted, self._failures[id or fingerprint_of(incoming)])
        message = Message(self._rules.queue, incoming.body, id, headers, deliveries)
        return QueuedMessage(self, incoming, message, fingerprint)

    # What became of a message

    async def acknowledge(self, queued: QueuedMessage) -> None:
        self._failures.pop(queued.known_as, None)
        await queued.incoming.ack()
        if queued.fingerprint:
            await self._ids.acknowledged(queued.fingerprint, queued.message.id)

    async def deliver_again(self, queued: QueuedMessage) -> None:
        self._failures[queued.known_as] += 1
        if len(self._failures) > _MOST_COUNTED:
            self._failures.pop(next(iter(self._failures)))
        await queued.incoming.nack(requeue=True)

    # What is declared

    async def _declare_queue(self, channel: Any) -> AbstractQueue:
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

    async def _declare_dead_letters(self, channel: Any) -> AbstractExchange:
        name = self._rules.queue
        exchange = await channel.declare_exchange(f"{name}.dlx", "fanout", durable=True)
        dead = await channel.declare_queue(f"{name}.dead", durable=True)
        await dead.bind(exchange)
        return exchange  # type: ignore[no-any-return]


@dataclass(frozen=True)
class QueuedMessage:
    """A message of a queue as a ``Delivery``; ``fingerprint`` if it came without an id."""

    consumer: QueueConsumer
    incoming: AbstractIncomingMessage
    message: Message
    fingerprint: str

    @property
    def known_as(self) -> str:
        return self.message.id or fingerprint_of(self.incoming)

    async def done(self) -> None:
        await self.consumer.acknowledge(self)

    async def again(self) -> None:
        await self.consumer.deliver_again(self)

    async def dead(self, reason: str) -> None:
        # Published by ourselves, because a rejection cannot carry the reason.
        await self.consumer.dead_letters.publish(_dead_letter(self.incoming, reason), "")
        await self.consumer.acknowledge(self)


def _dead_letter(incoming: AbstractIncomingMessage, reason: str) -> Outgoing:
    return Outgoing(
        incoming.body,
        headers={**incoming.headers, "x-interlock-reason": reason},
        message_id=incoming.message_id,
        content_type=incoming.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
    )
