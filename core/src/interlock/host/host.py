"""Find, load, start and watch everything that plugins bring, and call their tools."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from types import TracebackType
from typing import Any, Self

import anyio

from interlock.actors import ActorSystem
from interlock.actors.deadlines import TimeLimit
from interlock.calls import Call, Gates, Ledger, OutcomeRecord, Shared
from interlock.host.admission import DEFAULT_DEADLINE, earliest, paused
from interlock.host.catalog import Catalog, ToolEntry
from interlock.host.hosted import HostedService, Surroundings
from interlock.host.plugin_record import PluginRecord
from interlock.host.plugins import Plugins
from interlock.host.roll_up import roll_up
from interlock.host.service_actor import EventDelivery, WebhookDelivery
from interlock.host.spec import Emit, ServiceSpec, Stores
from interlock.host.status import ServiceState, ServiceStatus
from interlock.host.watchdog import Watchdog
from interlock.sdk import (
    DeadlineExceeded,
    Event,
    Function,
    InterlockError,
    NotFound,
    Prompt,
    Service,
    SharedGates,
    WebhookReply,
    WebhookRequest,
    World,
)
from interlock.sdk.context import OnProgress
from interlock.telemetry import Telemetry

SETTLE_SECONDS = 5.0


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
        self._world = world
        self._ledger = ledger
        self._telemetry = telemetry
        self._plugins = Plugins()
        self._services: dict[str, HostedService] = {}
        # Services of the configuration whose type nobody offers.
        self._homeless: dict[str, ServiceStatus] = {}
        self._gates: dict[str, Gates] = {}
        self.shared = Shared(world)
        self._paused: set[str] = set()
        self._surroundings = Surroundings(
            world, telemetry, actors, stores, emit, self._call_other, on_outcome
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
            await self._stop(list(self._services.values()))

    # -- plugins ------------------------------------------------------------------------------

    def adopt(self, plugins: Plugins) -> None:
        """Take plugins that were loaded before; services started from now on use them."""
        self._plugins = plugins

    @property
    def plugins(self) -> list[PluginRecord]:
        """By name, with how the services of their types do."""
        states = [
            (service.spec.type, service.spec.name, service.status)
            for service in self._services.values()
        ]
        return [roll_up(record, states) for record in self._plugins.records]

    @property
    def service_types(self) -> Mapping[str, type[Service[Any]]]:
        return self._plugins.service_types

    @property
    def functions(self) -> Mapping[str, Function]:
        return self._plugins.functions

    @property
    def templates(self) -> list[Traversable]:
        return self._plugins.templates

    # -- services -----------------------------------------------------------------------------

    async def start_services(
        self,
        services: Mapping[str, ServiceSpec],
        *,
        aliases: Mapping[str, str] | None = None,
        settle: float = SETTLE_SECONDS,
    ) -> None:
        """Make these the services that run: new and changed ones start, missing ones stop.

        They start at the same time. What fails is in :meth:`health`, and nothing is raised.

        Args:
            aliases: further names of tools: name to ``service.tool``.
            settle: seconds to wait for the outcome of all first tries; they go on after that.
        """
        await self._stop(
            [each for each in self._services.values() if services.get(each.spec.name) != each.spec]
        )
        started = [
            self._added(spec) for name, spec in services.items() if name not in self._services
        ]
        self._homeless = {
            name: status for name, status in self._homeless.items() if name in services
        }
        self.catalog.set_aliases(aliases or {})
        for service in filter(None, started):
            await service.spawn()
        await self._settled([service for service in started if service], settle)

    async def restart_service(self, name: str) -> None:
        """Stop a service and start it anew; its gates keep what they know.

        Raises:
            NotFound: there is no service of this name.
        """
        service = self._service(name)
        await self._stop([service])
        added = self._added(service.spec)
        if added is not None:
            await added.spawn()

    def pause_service(self, name: str) -> None:
        """Refuse its calls until :meth:`resume_service`; what is in flight goes on.

        Raises:
            NotFound: there is no service of this name; the same for the next two.
        """
        self._paused.add(self._service(name).spec.name)

    def resume_service(self, name: str) -> None:
        self._paused.discard(self._service(name).spec.name)

    def reset_breaker(self, name: str) -> None:
        """Let calls through at once, whatever failed before."""
        self._service(name).gates.reset_breakers()

    def actors(self) -> dict[str, Any]:
        """See :meth:`ActorSystem.tree`."""
        return self._surroundings.actors.tree()

    async def shared_gates(self, name: str) -> SharedGates:
        """How the service ``name`` keeps gates for several daemons; raises while it cannot."""
        return await self._service(name).shared_gates()

    def health(self) -> list[dict[str, Any]]:
        """Each service by name: its state and why, gates, actor, and when it blocked the loop."""
        reports = [service.health() for service in self._services.values()]
        for report in reports:
            blocked = self.watchdog.of(report["name"])
            report["blocked"] = [blockage.to_dict() for blockage in blocked]
            report["paused"] = report["name"] in self._paused
        reports += [
            {"name": name, "type": "", "gates": None, "actor": None, "blocked": [], "paused": False}
            | status.to_dict()
            for name, status in self._homeless.items()
        ]
        return sorted(reports, key=lambda report: report["name"])

    def standing(self) -> dict[tuple[str, str], str]:
        """What calls of runs wait for at their guard rails, by run and step."""
        return {
            (call.run_id, call.step or ""): f"{service}: {why}"
            for service, gates in self._gates.items()
            for call, why in gates.standing.items()
            if call.run_id is not None
        }

    def prompts(self) -> dict[str, Prompt]:
        """Those that services offer at this moment, as ``service.name``."""
        offered = [service.prompts() for service in self._services.values()]
        return {name: prompt for prompts in offered for name, prompt in prompts.items()}

    def _added(self, spec: ServiceSpec) -> HostedService | None:
        service_type = self.service_types.get(spec.type)
        self._homeless.pop(spec.name, None)
        if service_type is None:
            self._homeless[spec.name] = self._without_type(spec)
            return None
        if spec.name not in self._gates:  # a new one would listen in its place
            self._gates[spec.name] = Gates(spec.name, self._world, self._ledger, self.shared)
        gates = self._gates[spec.name]
        service = HostedService(spec, service_type, gates, self._surroundings, self._list_tools)
        self._services[spec.name] = service
        self._list_tools(service)
        return service

    def _without_type(self, spec: ServiceSpec) -> ServiceStatus:
        status = ServiceStatus(spec.name, self._world)
        failed = [record for record in self._plugins.records if record.reason]
        named = next((record for record in failed if record.name == spec.type), None)
        reason = f": plugin {named.name} {named.state}: {named.reason}" if named else ""
        error = InterlockError(
            f"no plugin offers the service type {spec.type!r}{reason}",
            hint=named.hint if named else "see `interlock plugins`",
        )
        status.enter(ServiceState.FAILED, error)
        return status

    def _list_tools(self, service: HostedService) -> None:
        self.catalog.set_service(service.spec.name, service.tools.values())

    async def _stop(self, services: Sequence[HostedService]) -> None:
        async with anyio.create_task_group() as tasks:
            for service in services:
                tasks.start_soon(service.stop)
        for service in services:
            self._services.pop(service.spec.name, None)
            self.catalog.set_service(service.spec.name, ())

    async def _settled(self, services: Sequence[HostedService], seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError), TimeLimit(self._world, seconds):
                async with anyio.create_task_group() as tasks:
                    for service in services:
                        tasks.start_soon(service.status.settled)

    def _service(self, name: str) -> HostedService:
        service = self._services.get(name)
        if service is not None:
            return service
        if name in self._homeless:
            raise self._homeless[name].unavailable()
        nearest = get_close_matches(name, self._services)
        hint = f"there are: {', '.join(sorted(self._services))}"
        raise NotFound(f"there is no service {name!r}", hint=hint, nearest=nearest)

    # -- calls --------------------------------------------------------------------------------

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
            deadline: absolute, on the monotonic clock; the policies' own may be earlier. Default:
                30 s from now.
            timeout: seconds, instead of ``deadline``.
            idempotency_key: default: a new one.
            parent: W3C traceparent; default: the current span.
            tried: tools that have failed and are not to be asked again.

        Raises:
            NotFound: no such tool; names the nearest.
            InvalidInput: the arguments do not fit its schema.
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
            deadline=until,
            idempotency_key=idempotency_key or self._world.new_id(),
            run_id=run_id,
            step=step,
            parent=parent or self._telemetry.current(),
            on_progress=on_progress,
            tried=tried,
        )
        call.keywords = entry.spec.signature.arguments(arguments)
        return await self._ask(entry, call, until - now)

    async def _ask(self, entry: ToolEntry, call: Call, timeout: float) -> Any:
        if entry.service in self._paused:
            raise paused(entry.service)
        ref = self._services[entry.service].ref
        if ref is None:
            raise self._services[entry.service].status.unavailable()
        facts = entry.spec.facts
        key = facts.ordering_key
        return await ref.ask(
            call,
            timeout=timeout,
            ordering_key=None if key is None else str(call.arguments.get(key)),
            idempotent=facts.idempotent,
            detached=facts.detached,
        )

    def _entry(self, tool: str) -> ToolEntry:
        try:
            return self.catalog.get(tool)
        except NotFound:
            service = tool.partition(".")[0]
            if service in self._homeless:
                raise self._homeless[service].unavailable() from None
            if service in self._services and not self._services[service].tools_are_known:
                raise self._services[service].status.unavailable() from None
            raise

    async def _call_other(self, tool: str, call: Call) -> Any:
        """On behalf of a call that has failed; within its deadline, in its run."""
        return await self.call(
            tool,
            call.arguments,
            deadline=call.deadline,
            idempotency_key=call.idempotency_key,
            run_id=call.run_id,
            step=call.step,
            on_progress=call.on_progress,
            tried=(*call.tried, call.tool),
        )

    # -- events -------------------------------------------------------------------------------

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
            (pattern, self._handler(name, pattern))
            for name, service in sorted(self._services.items())
            for pattern in service.patterns
        ]

    def _handler(self, service: str, pattern: str) -> Callable[[Event], Awaitable[None]]:
        async def handle(event: Event) -> None:
            await self._reach(service, EventDelivery(pattern, event))

        return handle

    async def _reach(self, service: str, message: Any) -> Any:
        hosted = self._service(service)
        if hosted.ref is None:
            raise hosted.status.unavailable()
        return await hosted.ref.ask(message, timeout=DEFAULT_DEADLINE)
