"""What operators see of services and do to them."""

from __future__ import annotations

from contextlib import suppress
from difflib import get_close_matches
from typing import Any

from interlock.host import Host
from interlock.journal import Journal
from interlock.runtime.auditing import audited
from interlock.runtime.caller import PROCESS, acting_as, current_caller
from interlock.sdk import InterlockError, NotFound
from interlock.workflows import Engine

# No service can have this name.
_PAUSED = ":paused"


class ServiceOperations:
    """The part of :class:`Runtime` that is about services and their plugins."""

    host: Host
    engine: Engine
    journal: Journal

    def services(self) -> list[dict[str, Any]]:
        """Each service: state, why, breaker, limiter head-room, calls in flight, restarts."""
        return self.host.services.health()

    def service(self, name: str) -> dict[str, Any]:
        """One of :meth:`services`; NotFound otherwise."""
        reports = {report["name"]: report for report in self.services()}
        if name not in reports:
            nearest = get_close_matches(name, reports)
            hint = f"there are: {', '.join(reports)}"
            raise NotFound(f"there is no service {name!r}", hint=hint, nearest=nearest)
        return reports[name]

    def plugins(self) -> list[dict[str, Any]]:
        """Each plugin: name, version, state, what it brings, or why it failed to load."""
        return [record.to_dict() for record in self.host.plugins]

    @audited("service.pause")
    async def pause_service(self, service: str) -> None:
        """Refuse the calls of a service until it is resumed; what is in flight goes on.

        Raises:
            NotFound: there is no service of this name.
            Forbidden: not all of its tools are within the caller's scopes; as for the next three.
        """
        _require(service)
        self.host.services.pause(service)
        await self.journal.key_value(_PAUSED).put(service, True)

    @audited("service.resume")
    async def resume_service(self, service: str) -> None:
        """Let the calls of a paused service through again."""
        _require(service)
        self.host.services.resume(service)
        await self.journal.key_value(_PAUSED).delete(service)
        await self.engine.available(service)

    async def recall_pauses(self) -> None:
        """Pause again what was paused when the process before ended."""
        paused = self.journal.key_value(_PAUSED)
        for report in self.services():
            if await paused.get(report["name"]):
                # One without a plugin takes no calls anyway.
                with suppress(InterlockError):
                    self.host.services.pause(report["name"])

    @audited("service.reset-breaker")
    async def reset_breaker(self, service: str) -> None:
        """Close the breaker of a service."""
        _require(service)
        self.host.services.reset_breaker(service)
        await self.engine.available(service)

    @audited("service.restart")
    async def restart_service(self, service: str) -> None:
        """Stop a service and start it anew."""
        _require(service)
        # What starts now outlives the request.
        with acting_as(PROCESS):
            await self.host.services.restart(service)
        await self.engine.available(service)


def _require(service: str) -> None:
    current_caller().require_all(f"{service}.*")
