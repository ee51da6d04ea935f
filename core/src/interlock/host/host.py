"""What plugins bring, at work: their services, and the way to these for calls and events."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import anyio

from interlock.actors import ActorSystem
from interlock.calls import Call, Gates, Ledger, Origin, OutcomeRecord, Shared
from interlock.host.admission import DEFAULT_DEADLINE, earliest
from interlock.host.catalog import Catalog, ToolEntry
from interlock.host.hosted import Surroundings
from interlock.host.plugin_record import PluginRecord
from interlock.host.plugins import Plugins
from interlock.host.roll_up import roll_up
from interlock.host.service_actor import EventDelivery, WebhookDelivery
from interlock.host.services import Services
from interlock.host.spec import Emit, Stores
from interlock.host.watchdog import Watchdog
from interlock.sdk import (
    ActorStopped,
    DeadlineExceeded,
    Event,
    NotFound,
    WebhookReply,
    WebhookRequest,
    World,
)
from interlock.sdk.context import OnProgress
from interlock.telemetry import Telemetry


class Host:
    """``async with Host(...) as host:`` watches the loop; leaving it stops all services.

    Args:
        emit: publishes an event of the service named second; False if its id is known already.
        on_outcome: hears of every call.
        ledger: keeps what calls have used up; without it a restart forgets that.
    """

    def __init__(
        self,
        world: World,
        telemetry: Telemetry,
        actors: ActorSystem,
        stores: Stores,
        emit: Emit,
        *,
        on_outcome: Callable[[OutcomeRecord], None] | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.catalog = Catalog()
        self.watchdog = Watchdog(world)
        self.shared = Shared(world)
        self._world = world
        self._telemetry = telemetry
        self._actors = actors
        around = Surroundings(world, telemetry, actors, stores, emit, self._call_other, on_outcome)
        self.services = Services(
            around,
            self.catalog,
            self.watchdog,
            lambda service: Gates(service, world, ledger, self.shared),
        )

    async def __aenter__(self) -> Self:
        self.watchdog.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.watchdog.stop()
        with anyio.CancelScope(shield=True):
            await self.services.stop()

    def adopt(self, plugins: Plugins) -> None:
        """Take plugins that were loaded before; services started from now on use them."""
        self.services.plugins = plugins

    @property
    def plugins(self) -> list[PluginRecord]:
        """By name, with how the services of their types do."""
        states = [
            (service.spec.type, service.spec.name, service.status)
            for service in self.services.running()
        ]
        return [roll_up(record, states) for record in self.services.plugins.records]

    def actors(self) -> dict[str, Any]:
        """See :meth:`ActorSystem.tree`."""
        return self._actors.tree()

    # Calls

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        deadline: float | None = None,
        timeout: float | None = None,
        idempotency_key: str | None = None,
        run_id: str | None = None,
        step: str | None = None,
        parent: str | None = None,
        on_progress: OnProgress | None = None,
        tried: tuple[str, ...] = (),
    ) -> Any:
        """Call a tool by name or alias; its JSON result.

        Args:
            deadline: absolute, on the monotonic clock; default: the policies', or in 30 s.
            timeout: seconds, instead of ``deadline``.
            idempotency_key: default: a new one.
            parent: W3C traceparent; default: the current span.
            tried: tools that have failed and are not to be asked again.

        Raises:
            NotFound, InvalidInput: no such tool; the arguments do not fit its schema.
            InterlockError: whatever the call ended with.
        """
        entry = self._entry(tool)
        now = self._world.monotonic()
        until = earliest(now, entry.policies, deadline, timeout)
        if until <= now:
            raise DeadlineExceeded(f"no time is left to call {entry.name}", policy="deadline")
        call = Call(
            entry.name,
            arguments,
            until,
            idempotency_key or self._world.new_id(),
            Origin(run_id, step, parent or self._telemetry.current(), on_progress, tried),
        )
        try:
            return await self._ask(entry, call, now)
        except ActorStopped as stopped:
            if stopped.may_have_run or not await self.services.swaps.over(entry.service, until):
                raise
        # The service that took its place may have the tool in another shape.
        return await self._ask(self._entry(tool), call, self._world.monotonic())

    async def _ask(self, entry: ToolEntry, call: Call, now: float) -> Any:
        call.keywords = entry.spec.signature.arguments(call.arguments)
        ref = self.services.ref(entry.service)
        facts = entry.spec.facts
        key = facts.ordering_key
        return await ref.ask(
            call,
            timeout=call.deadline - now,
            ordering_key=None if key is None else str(call.arguments.get(key)),
            idempotent=facts.idempotent,
            detached=facts.detached,
        )

    def _entry(self, tool: str) -> ToolEntry:
        try:
            return self.catalog.get(tool)
        except NotFound as unknown:
            raise self.services.why_unknown(tool.partition(".")[0]) or unknown from None

    async def _call_other(self, tool: str, call: Call) -> Any:
        """On behalf of a call that has failed; within its deadline, in its run."""
        return await self.call(
            tool,
            call.arguments,
            deadline=call.deadline,
            idempotency_key=call.idempotency_key,
            run_id=call.run_id,
            step=call.step,
            on_progress=call.origin.on_progress,
            tried=(*call.origin.tried, call.tool),
        )

    # Events

    async def receive_webhook(
        self, service: str, path: str, request: WebhookRequest
    ) -> WebhookReply:
        """Have a service verify a delivery; the events are the caller's to publish.

        Raises:
            NotFound: no such service, or it has no webhook at ``path``.
            Rejected: the delivery is not from whom it claims to be.
        """
        reply = await self._reach(service, WebhookDelivery(path.strip("/"), request))
        assert isinstance(reply, WebhookReply)  # noqa: S101 - what deliver() returns
        return reply

    def event_handlers(self) -> list[tuple[str, Callable[[Event], Awaitable[None]]]]:
        """Patterns of event names that services handle, and whom to call with such an event."""
        return [
            (pattern, self._handler(service.spec.name, pattern))
            for service in sorted(self.services.running(), key=lambda each: each.spec.name)
            for pattern in service.patterns
        ]

    def _handler(self, service: str, pattern: str) -> Callable[[Event], Awaitable[None]]:
        async def handle(event: Event) -> None:
            await self._reach(service, EventDelivery(pattern, event))

        return handle

    async def _reach(self, service: str, message: Any) -> Any:
        ref = self.services.ref(service, even_paused=True)
        return await ref.ask(message, timeout=DEFAULT_DEADLINE)
