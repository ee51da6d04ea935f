"""Channels of pub/sub as events: at most once, because Redis keeps nothing for us."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from interlock.sdk import Delivery, Intake, Message, ServiceContext
from interlock_redis.errors import errors_of
from interlock_redis.settings import SubscribeChannel

_WAIT_SECONDS = 1.0


class ChannelSubscriber:
    """Makes events of the messages on a channel."""

    def __init__(self, client: Any, context: ServiceContext, rules: SubscribeChannel) -> None:
        self._client = client
        self._context = context
        self._rules = rules
        self._intake = Intake(context, rules)
        self._again: deque[HeardMessage] = deque()

    async def run(self) -> None:
        """Listen until cancelled; raises when Redis is gone."""
        with errors_of(self._context.name):
            async with self._client.pubsub(ignore_subscribe_messages=True) as self._pubsub:
                await self._pubsub.psubscribe(self._rules.channel)
                await self._intake.consume(self._fetch)

    async def _fetch(self, most: int) -> Sequence[Delivery]:
        if self._again:
            return [self._again.popleft()]
        heard = await self._pubsub.get_message(timeout=_WAIT_SECONDS)
        if heard is None:
            return ()
        return [HeardMessage(self, Message(heard["channel"].decode(), heard["data"]))]

    def repeat(self, message: Message) -> None:
        """Take a message again, from here: Redis has forgotten it."""
        self._again.append(HeardMessage(self, replace(message, deliveries=message.deliveries + 1)))

    async def set_aside(self, message: Message, reason: str) -> None:
        """Keep a message that cannot be handled in the stream of dead letters."""
        fields: dict[Any, Any] = {"channel": message.source, "body": message.body, "reason": reason}
        await self._client.xadd(self._rules.dead_stream, fields)


@dataclass(frozen=True)
class HeardMessage:
    """A message as a ``Delivery``; there is nobody to acknowledge it to."""

    subscriber: ChannelSubscriber
    message: Message

    async def done(self) -> None:
        """Its event is durable, and that is all."""

    async def again(self) -> None:
        self.subscriber.repeat(self.message)

    async def dead(self, reason: str) -> None:
        await self.subscriber.set_aside(self.message, reason)
