"""One durable pull consumer of a stream, from a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig
from nats.js.errors import NotFoundError

from interlock.sdk import Delivery, Intake, Message, Rejected, ServiceContext
from interlock_nats.connection import connected
from interlock_nats.errors import errors_of
from interlock_nats.settings import ConsumeSubjects, NatsSettings

MESSAGE_ID = "Nats-Msg-Id"
_REASON = "Interlock-Reason"
_WAIT_SECONDS = 1.0
# nats-py waits for a whole batch if it waits at all, so it is asked for one at first.
_MORE_SECONDS = 0.02


class StreamConsumer:
    """Makes events of the messages of a stream."""

    def __init__(
        self, settings: NatsSettings, context: ServiceContext, rules: ConsumeSubjects
    ) -> None:
        self._settings = settings
        self._context = context
        self._rules = rules
        self._intake = Intake(context, rules)
        self._more = False

    async def run(self) -> None:
        """Consume until cancelled; raises when the connection is lost."""
        rules = self._rules
        with errors_of(self._context.name):
            async with connected(self._settings, self._context.name) as client:
                self._jetstream = client.jetstream()
                await self._declare()
                self._pulled = await self._jetstream.pull_subscribe_bind(
                    rules.durable, stream=rules.stream
                )
                await self._intake.consume(self._fetch)

    async def _fetch(self, most: int) -> Sequence[Delivery]:
        wait, count = (_MORE_SECONDS, most) if self._more else (_WAIT_SECONDS, 1)
        try:
            pulled = await self._pulled.fetch(count, timeout=wait)
        except asyncio.TimeoutError:  # noqa: UP041 - nats-py's own is a subclass
            pulled = []
        self._more = bool(pulled)
        return [PulledMessage(self, each, _message_of(each)) for each in pulled]

    async def set_aside(self, pulled: Msg, id: str, reason: str) -> None:
        """Publish it to the stream of dead letters; the id keeps it from being there twice."""
        headers = {**(pulled.headers or {}), _REASON: " ".join(reason.split()), MESSAGE_ID: id}
        await self._jetstream.publish(self._rules.dead_subject, pulled.data, headers=headers)

    async def _declare(self) -> None:
        rules = self._rules
        await self._have_stream(rules.stream, rules.subjects)
        await self._have_stream(rules.dead_stream, (rules.dead_subject,))
        await self._jetstream.add_consumer(
            rules.stream,
            ConsumerConfig(
                durable_name=rules.durable,
                filter_subject=rules.filter or None,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=rules.ack_wait,
                # We count deliveries, and set aside what comes too often.
                max_deliver=-1,
                max_ack_pending=rules.max_in_flight,
            ),
        )

    async def _have_stream(self, name: str, subjects: Sequence[str]) -> None:
        try:
            await self._jetstream.stream_info(name)
        except NotFoundError:
            if not subjects:
                hint = "make it, or name its subjects under consume[].subjects"
                raise Rejected(
                    f"{self._context.name}: there is no stream {name}", hint=hint
                ) from None
            await self._jetstream.add_stream(StreamConfig(name=name, subjects=list(subjects)))


@dataclass(frozen=True)
class PulledMessage:
    """A message of a stream as a ``Delivery``."""

    consumer: StreamConsumer
    pulled: Msg
    message: Message

    async def done(self) -> None:
        await self.pulled.ack()

    async def again(self) -> None:
        await self.pulled.nak()

    async def dead(self, reason: str) -> None:
        await self.consumer.set_aside(self.pulled, self.message.id, reason)
        await self.pulled.term()


def _message_of(pulled: Msg) -> Message:
    """Without an id of its own, a message is known by its place in the stream, and its time."""
    found, headers = pulled.metadata, dict(pulled.headers or {})
    place = f"{found.sequence.stream}-{found.timestamp.isoformat()}"
    id = headers.get(MESSAGE_ID) or place
    return Message(pulled.subject, pulled.data, id, headers, found.num_delivered)
