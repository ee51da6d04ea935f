"""The services of the configuration: those that run, and those whose type nobody offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any

import anyio

from interlock.actors import Ref
from interlock.actors.deadlines import TimeLimit
from interlock.calls import Gates
from interlock.host.admission import paused
from interlock.host.catalog import Catalog
from interlock.host.hosted import HostedService, Surroundings
from interlock.host.plugins import Plugins
from interlock.host.spec import ServiceSpec
from interlock.host.status import ServiceState, ServiceStatus
from interlock.host.swaps import Swaps
from interlock.host.watchdog import Watchdog
from interlock.sdk import InterlockError, NotFound, Prompt, SharedGates

SETTLE_SECONDS = 5.0


class Services:
    """Starts, stops, pauses and reports on them; their tools go to the catalog.

    Args:
        make_gates: those of a service by its name; they outlive it, so that a reload does not
            forget an open breaker.

    Attributes:
        plugins: what offers the types of those that start from now on.
        swaps: who is being replaced.
    """

    def __init__(
        self,
        around: Surroundings,
        catalog: Catalog,
        watchdog: Watchdog,
        make_gates: Callable[[str], Gates],
    ) -> None:
        self.plugins = Plugins()
        self.swaps = Swaps(around.world)
        self._around = around
        self._catalog = catalog
        self._watchdog = watchdog
        self._make_gates = make_gates
        self._running: dict[str, HostedService] = {}
        # Services of the configuration whose type nobody offers.
        self._homeless: dict[str, ServiceStatus] = {}
        self._gates: dict[str, Gates] = {}
        self._paused: set[str] = set()

    # Start and stop

    async def start(
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
        old = [each for each in self._running.values() if services.get(each.spec.name) != each.spec]
        with self.swaps.of(each.spec.name for each in old if each.spec.name in services):
            await self._stop(old)
            added = [
                self._added(spec) for name, spec in services.items() if name not in self._running
            ]
            self._homeless = {
                name: status for name, status in self._homeless.items() if name in services
            }
            self._catalog.set_aliases(aliases or {})
            started = [service for service in added if service]
            for service in started:
                await service.spawn()
        await self._settled(started, settle)

    async def restart(self, name: str) -> None:
        """Stop a service and start it anew; its gates keep what they know.

        Raises:
            NotFound: there is no service of this name.
        """
        service = self.get(name)
        with self.swaps.of([name]):
            await self._stop([service])
            added = self._added(service.spec)
            if added is not None:
                await added.spawn()

    async def stop(self) -> None:
        """All of them."""
        await self._stop(list(self._running.values()))

    def _added(self, spec: ServiceSpec) -> HostedService | None:
        service_type = self.plugins.service_types.get(spec.type)
        self._homeless.pop(spec.name, None)
        if service_type is None:
            self._homeless[spec.name] = self._without_type(spec)
            return None
        if spec.name not in self._gates:  # a new one would listen in its place
            self._gates[spec.name] = self._make_gates(spec.name)
        gates = self._gates[spec.name]
        service = HostedService(spec, service_type, gates, self._around, self._list_tools)
        self._running[spec.name] = service
        self._list_tools(service)
        return service

    def _without_type(self, spec: ServiceSpec) -> ServiceStatus:
        status = ServiceStatus(spec.name, self._around.world)
        failed = [record for record in self.plugins.records if record.reason]
        named = next((record for record in failed if record.name == spec.type), None)
        reason = f": plugin {named.name} {named.state}: {named.reason}" if named else ""
        error = InterlockError(
            f"no plugin offers the service type {spec.type!r}{reason}",
            hint=named.hint if named else "see `interlock plugins`",
        )
        status.enter(ServiceState.FAILED, error)
        return status

    def _list_tools(self, service: HostedService) -> None:
        self._catalog.set_service(service.spec.name, service.tools.values())

    async def _stop(self, services: Sequence[HostedService]) -> None:
        async with anyio.create_task_group() as tasks:
            for service in services:
                tasks.start_soon(service.stop)
        for service in services:
            self._running.pop(service.spec.name, None)
            self._catalog.set_service(service.spec.name, ())

    async def _settled(self, services: Sequence[HostedService], seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError), TimeLimit(self._around.world, seconds):
                async with anyio.create_task_group() as tasks:
                    for service in services:
                        tasks.start_soon(service.status.settled)

    # What operators do

    def pause(self, name: str) -> None:
        """Refuse its calls until :meth:`resume`; what is in flight goes on.

        Raises:
            NotFound: there is no service of this name; the same for the next two.
        """
        self._paused.add(self.get(name).spec.name)

    def resume(self, name: str) -> None:
        self._paused.discard(self.get(name).spec.name)

    def reset_breaker(self, name: str) -> None:
        """Let calls through at once, whatever failed before."""
        self.get(name).gates.reset_breakers()

    # One of them

    def get(self, name: str) -> HostedService:
        """By name.

        Raises:
            NotFound: the configuration has no such service.
            InterlockError: nobody offers its type.
        """
        service = self._running.get(name)
        if service is not None:
            return service
        if name in self._homeless:
            raise self._homeless[name].unavailable()
        nearest = get_close_matches(name, self._running)
        hint = f"there are: {', '.join(sorted(self._running))}"
        raise NotFound(f"there is no service {name!r}", hint=hint, nearest=nearest)

    def ref(self, name: str, *, even_paused: bool = False) -> Ref:
        """Its actor; raises what :meth:`get` does, or why there is none just now."""
        if name in self._paused and not even_paused:
            raise paused(name)
        service = self.get(name)
        if service.ref is None:
            raise service.status.unavailable()
        return service.ref

    def why_unknown(self, name: str) -> InterlockError | None:
        """Why nobody knows yet what tools a service has; None if that is known."""
        if name in self._homeless:
            return self._homeless[name].unavailable()
        if name in self._running and not self._running[name].tools_are_known:
            return self._running[name].status.unavailable()
        return None

    async def shared_gates(self, name: str) -> SharedGates:
        """How the service ``name`` keeps gates for several daemons; raises while it cannot."""
        return await self.get(name).shared_gates()

    # All of them

    def running(self) -> list[HostedService]:
        """Those whose type there is, whatever state they are in."""
        return list(self._running.values())

    def health(self) -> list[dict[str, Any]]:
        """Each service by name: its state and why, gates, actor, and when it blocked the loop."""
        reports = [service.health() for service in self._running.values()]
        for report in reports:
            blocked = self._watchdog.of(report["name"])
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
        offered = [service.prompts() for service in self._running.values()]
        return {name: prompt for prompts in offered for name, prompt in prompts.items()}
