"""What happened: published, delivered, replayed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import Any, TypeVar

from interlock.events import Bus, Subscription
from interlock.host import Host
from interlock.journal import EventRecord, Journal, Place, unknown
from interlock.runtime.auditing import audited
from interlock.runtime.caller import current_caller
from interlock.runtime.visibility import filled_page
from interlock.sdk import Event, WebhookReply, WebhookRequest
from interlock.sdk.events import EventMark, marks_of

Handler = TypeVar("Handler", bound=Callable[[Event], Awaitable[None]])


class EventOperations:
    """The part of :class:`Runtime` that is about events."""

    bus: Bus
    host: Host
    journal: Journal

    async def publish(self, event: Event, source: str = "python") -> bool:
        """Make an event durable and deliver it; False if its id was published before.

        Raises:
            Forbidden: its name is not within the caller's scopes; it could start anything.
        """
        return await self._publish(event.name, event.payload, event, source)

    @audited("event.publish")
    async def _publish(
        self, name: str, payload: Mapping[str, Any], event: Event, source: str
    ) -> bool:
        """The first two are what the audit log keeps of it."""
        current_caller().require_tool(name)
        return await self.bus.publish(event, source)

    async def events(
        self, *, name: str | None = None, limit: int = 50, after: Place | None = None
    ) -> list[dict[str, Any]]:
        """What was published, newest first.

        Each is ``{id, name, key, payload, source, created, delivered}``.

        Args:
            name: pattern of their names.
            after: moment and id of the one that the listing goes on after.
        """

        async def sees(record: EventRecord) -> bool:
            return current_caller().sees(record.event.name)

        fetch = partial(self.journal.events.list, pattern=name)
        return [each.to_dict() for each in await filled_page(fetch, sees, limit, after)]

    async def event(self, event_id: str) -> dict[str, Any]:
        """One of :meth:`events`; NotFound if there is none, or none any more."""
        record = await self.journal.events.record(event_id)
        if not current_caller().sees(record.event.name):
            raise unknown("event", event_id)
        return record.to_dict()

    @audited("event.replay")
    async def replay_events(self, name: str, *, since: float = 0.0, until: float = inf) -> int:
        """Deliver events of a span of time again; how many.

        Handlers are called again. What a trigger has started from an event is not started twice,
        so this is how a new trigger gets what came before it.

        Args:
            name: pattern of their names.
            since, until: seconds since the epoch; when they were published.

        Raises:
            Forbidden: ``name`` is not within the caller's scopes.
        """
        current_caller().require_all(name)
        return await self.bus.replay(name, since, until)

    @contextmanager
    def subscribe(self, pattern: str = "*") -> Iterator[Subscription]:
        """A stream of events as they are published, for as long as the block lasts."""
        with self.bus.subscribe(pattern) as subscription:
            yield subscription

    def handle(self, handler: Callable[[Event], Awaitable[None]]) -> None:
        """Call a coroutine function for the events that its ``@on_event`` marks name."""
        for mark in marks_of(handler):
            if isinstance(mark, EventMark):
                self.bus.consume(mark.event, handler)

    def on_event(self, pattern: str) -> Callable[[Handler], Handler]:
        """Call the decorated coroutine function for every event whose name matches.

        It is called at least once for an event: again, later, if it raises.
        """

        def decorate(handler: Handler) -> Handler:
            self.bus.consume(pattern, handler)
            return handler

        return decorate

    async def receive_webhook(
        self, service: str, path: str, delivery: WebhookRequest
    ) -> WebhookReply:
        """Have ``service`` verify a delivery, and publish what it says.

        Raises:
            NotFound: no such service, or it has no webhook at ``path``.
            Rejected: the delivery is not from whom it claims to be.
        """
        reply = await self.host.receive_webhook(service, path, delivery)
        for event in reply.events:
            await self.bus.publish(event, service)
        return reply
