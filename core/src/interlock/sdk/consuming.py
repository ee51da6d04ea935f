"""What consumers of message brokers share: from a message to a durable event.

At least once, end to end: a message is acknowledged only when :meth:`Intake.take` says it is
``done``, which is after its event is in the journal. A message that comes again has the same
event id, and the journal keeps one event for each id. :meth:`Intake.consume` does it for a
broker that is described by a :class:`Delivery`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import anyio
from pydantic import Field

from interlock.sdk.context import ServiceContext
from interlock.sdk.errors import InvalidInput
from interlock.sdk.events import Event
from interlock.sdk.service import Settings

_LONGEST_PAUSE = 30.0


class ConsumeSettings(Settings):
    """One consumer; a broker's plugin adds where the messages come from."""

    event: str = Field("message", description="the event's name after the service's own")
    id: str = Field("", description="dotted path in the message to its id; default: the broker's")
    key: str = Field("", description="dotted path in the message to the correlation key")
    format: Literal["json", "text"] = Field("json", description="how to read a message's body")
    max_in_flight: int = Field(100, ge=1, le=10_000, description="messages not yet acknowledged")
    dead_letter_after: int = Field(5, ge=1, description="failed deliveries before it is set aside")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as a broker delivered it.

    Attributes:
        source: the stream, queue or subject.
        id: the same for every delivery of the message; empty if the broker knows none.
        deliveries: 1 the first time.
    """

    source: str
    body: bytes = field(repr=False)
    id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    deliveries: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a message: acknowledge, have it delivered again, or set it aside."""

    kind: Literal["done", "again", "dead"]
    reason: str = ""


class Delivery(Protocol):
    """A message in our hands, and how its broker is told what became of it."""

    @property
    def message(self) -> Message:
        """What was delivered."""
        ...

    async def done(self) -> None:
        """Acknowledge it."""
        ...

    async def again(self) -> None:
        """Have it delivered once more, at once: the pause is over."""
        ...

    async def dead(self, reason: str) -> None:
        """Keep it aside with the reason, then acknowledge it."""
        ...


Fetch = Callable[[int], Awaitable[Sequence[Delivery]]]
"""The next deliveries, at most so many; waits for the first, but not for ever."""


class Intake:
    """Makes durable events of the messages of one consumer."""

    def __init__(self, context: ServiceContext, rules: ConsumeSettings) -> None:
        self._context = context
        self._rules = rules
        self._in_flight = 0
        self._left = asyncio.Event()

    async def consume(self, fetch: Fetch) -> None:
        """Fetch and take until cancelled, ``max_in_flight`` messages at once.

        Raises:
            Exception: what ``fetch`` or a delivery raised first; the others are cancelled, so
                their broker delivers them again.
        """
        try:
            async with anyio.create_task_group() as tasks:
                while True:
                    for delivery in await fetch(await self._room()):
                        self._in_flight += 1
                        tasks.start_soon(self._handle, delivery)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            self._in_flight = 0

    async def _room(self) -> int:
        """How many more messages may be taken in; waits until it is at least one."""
        while self._in_flight >= self._rules.max_in_flight:
            self._left.clear()
            await self._left.wait()
        return self._rules.max_in_flight - self._in_flight

    async def _handle(self, delivery: Delivery) -> None:
        verdict = await self.take(delivery.message)
        if verdict.kind == "done":
            await delivery.done()
        elif verdict.kind == "again":
            await delivery.again()
        else:
            message = delivery.message
            self._context.log.error(
                "a message of %s is set aside: %s", message.source, verdict.reason
            )
            await delivery.dead(verdict.reason)
        self._in_flight -= 1
        self._left.set()

    async def take(self, message: Message) -> Verdict:
        """Publish the message's event; never raises but when cancelled.

        Returns:
            ``done`` once the event is durable, ``dead`` for what can never be read or has failed
            often enough, else ``again``, after a pause that grows with the deliveries.
        """
        try:
            await self._context.emit(self._event(message))
        except InvalidInput as error:
            return Verdict("dead", error.message)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message must not be lost
            return await self._failed(message, error)
        return Verdict("done")

    async def _failed(self, message: Message, error: Exception) -> Verdict:
        reason = f"{type(error).__name__}: {error}"
        if message.deliveries >= self._rules.dead_letter_after:
            return Verdict("dead", f"failed {message.deliveries} times, at last with {reason}")
        self._context.log.warning("a message of %s comes again: %s", message.source, reason)
        pause = min(_LONGEST_PAUSE, 0.1 * 2.0 ** min(message.deliveries, 10))
        await self._context.world.sleep(pause)
        return Verdict("again", reason)

    def _event(self, message: Message) -> Event:
        """The event that the rules make of a message.

        Raises:
            InvalidInput: the body cannot be read, or lacks what the rules ask for.
        """
        body = self._read(message.body)
        rules = self._rules
        name = f"{self._context.name}.{rules.event}"
        id = _at(body, rules.id) if rules.id else message.id
        return Event(
            name=name,
            payload={
                "message": body,
                "source": message.source,
                "headers": dict(message.headers),
            },
            # Two consumers may make different events of one message.
            id=f"{name}:{message.source}:{id}" if id else "",
            key=_at(body, rules.key) if rules.key else "",
        )

    def _read(self, body: bytes) -> Any:
        try:
            return body.decode() if self._rules.format == "text" else json.loads(body)
        except ValueError as error:
            raise InvalidInput(f"the body is not {self._rules.format}: {error}") from None


def _at(body: Any, path: str) -> str:
    for name in path.split("."):
        if not isinstance(body, Mapping) or body.get(name) is None:
            raise InvalidInput(f"the message has nothing at {path}")
        body = body[name]
    return str(body)
