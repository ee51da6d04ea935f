"""The event bus: an event is durable first, then everyone who asked for it gets it.

Two kinds of receivers. A *consumer* must not miss an event: it is called until it succeeds, at
least once, also after a restart. A *subscription* only watches: a bounded stream that counts
what it had to skip.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import Protocol

import anyio

from interlock.sdk import Event, World

Consumer = Callable[[Event], Awaitable[None]]
DeadLetterSink = Callable[[Event, Exception], Awaitable[None]]
Position = tuple[float, int]

_BEGINNING: Position = (0.0, 0)
_ATTEMPTS = 5
_BATCH = 1000
_BACKOFF = 1.0
_log = logging.getLogger(__name__)


class EventLog(Protocol):
    """Where events are durable; the journal implements it."""

    async def append(self, event: Event, source: str) -> bool:
        """False if an event of this id is there already."""
        ...

    def put(self, event: Event, source: str, recorded: Callable[[], None]) -> None:
        """Append without waiting; ``recorded`` is called once it is durable, if it is new."""
        ...

    async def undelivered(
        self, after: Position, limit: int = 1000
    ) -> Sequence[tuple[Position, Event]]:
        """Events not marked delivered that stand behind ``after``, oldest first."""
        ...

    def delivered(self, event_id: str) -> None:
        """Mark an event delivered, without waiting until that is durable."""
        ...

    async def deliver_again(self, event_id: str) -> None:
        """Mark an event undelivered."""
        ...

    async def all_again(self, pattern: str, since: float, until: float) -> int:
        """Mark what was delivered of a span of time undelivered; how many events that are."""
        ...


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int = 0
    retry_at: float = 0.0


@dataclass(eq=False, frozen=True, slots=True)
class _Consumption:
    pattern: str
    consumer: Consumer
    asks: Callable[[str], bool]


class Subscription:
    """A stream of the events that match, as they are published."""

    def __init__(self, pattern: str, capacity: int) -> None:
        self.pattern = pattern
        self.skipped = 0
        self._events: deque[Event] = deque(maxlen=capacity)
        self._arrived = asyncio.Event()

    def offer(self, event: Event) -> None:
        if not fnmatchcase(event.name, self.pattern):
            return
        self.skipped += len(self._events) == self._events.maxlen
        self._events.append(event)
        self._arrived.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()


class Bus:
    """Publishes and delivers. :meth:`run` must be running for consumers to be called."""

    def __init__(self, log: EventLog, world: World, dead_letters: DeadLetterSink) -> None:
        self._events = log
        self._world = world
        self._dead_letters = dead_letters
        self._consumers: list[_Consumption] = []
        self._subscriptions: set[Subscription] = set()
        self._failures: dict[str, _Failures] = {}
        self._pending = asyncio.Event()

    async def publish(self, event: Event, source: str = "") -> bool:
        """Make ``event`` durable; False if it was published before."""
        if not event.id:
            event = replace(event, id=self._world.new_id())
        try:
            # Whoever publishes may be cancelled, but an event that is durable is told.
            with anyio.CancelScope(shield=True):
                fresh = await self._events.append(event, source)
        except asyncio.CancelledError:
            self._pending.set()
            raise
        if fresh:
            self._recorded(event)
        return fresh

    def announce(self, name: str, make: Callable[[], Event]) -> None:
        """Publish an event without waiting, if anybody asks for events of its name.

        It is durable before anything that is written to the journal later.
        """
        if self._asked_for(name):
            event = make()
            self._events.put(event, "runs", partial(self._recorded, event))

    def _recorded(self, event: Event) -> None:
        for subscription in self._subscriptions:
            subscription.offer(event)
        self._pending.set()

    def _asked_for(self, name: str) -> bool:
        return any(fnmatchcase(name, each.pattern) for each in self._subscriptions) or any(
            fnmatchcase(name, each.pattern) and each.asks(name) for each in self._consumers
        )

    async def deliver_again(self, event_id: str) -> None:
        """Hand an event to its consumers once more."""
        await self._events.deliver_again(event_id)
        self._pending.set()

    async def replay(self, pattern: str, since: float, until: float) -> int:
        """Hand all events of a span of time to their consumers once more; how many."""
        again = await self._events.all_again(pattern, since, until)
        self._pending.set()
        return again

    def consume(
        self, pattern: str, consumer: Consumer, *, asks: Callable[[str], bool] = lambda _: True
    ) -> Callable[[], None]:
        """Call ``consumer`` for every event whose name matches; returns how to stop that.

        Args:
            asks: whether it is reason enough to make an event of a name.
        """
        entry = _Consumption(pattern, consumer, asks)
        self._consumers.append(entry)
        return lambda: self._consumers.remove(entry)

    @contextmanager
    def subscribe(self, pattern: str = "*", *, capacity: int = 1000) -> Iterator[Subscription]:
        """A :class:`Subscription` for as long as the block lasts."""
        subscription = Subscription(pattern, capacity)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    async def run(self) -> None:
        """Deliver until cancelled, beginning with what an earlier process left behind."""
        self._pending.set()
        while True:
            await self._pending.wait()
            self._pending.clear()
            await self._deliver_all()

    async def _deliver_all(self) -> None:
        """Offer each once: those that wait for another try hold up nobody behind them."""
        reached = _BEGINNING
        while batch := await self._events.undelivered(reached, _BATCH):
            for _, event in batch:
                await self._deliver(event)
            reached = batch[-1][0]

    async def _deliver(self, event: Event) -> None:
        failures = self._failures.get(event.id, _Failures())
        if failures.retry_at > self._world.monotonic():
            return
        try:
            for each in list(self._consumers):
                if fnmatchcase(event.name, each.pattern):
                    await each.consumer(event)
        except Exception as error:  # noqa: BLE001 - a consumer is anybody's code; its event is kept
            if failures.count < _ATTEMPTS - 1:
                self._offer_again(event, failures.count + 1)
                return
            _log.error("event %s (%s) goes to the dead letters: %s", event.name, event.id, error)
            await self._dead_letters(event, error)
        self._failures.pop(event.id, None)
        self._events.delivered(event.id)

    def _offer_again(self, event: Event, count: int) -> None:
        delay = _BACKOFF * 2**count
        self._failures[event.id] = _Failures(count, self._world.monotonic() + delay)
        self._world.call_later(delay, self._pending.set)
