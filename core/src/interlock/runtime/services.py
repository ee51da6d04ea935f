"""What operators see of services and do to them."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from interlock.host import Host
from interlock.runtime.auditing import audited
from interlock.sdk import NotFound


class ServiceOperations:
    """The part of :class:`Runtime` that is about services."""

    host: Host

    def services(self) -> list[dict[str, Any]]:
        """Each service: state, why, breaker, limiter head-room, calls in flight, restarts."""
        return self.host.health()

    def service(self, name: str) -> dict[str, Any]:
        """One of :meth:`services`; NotFound otherwise."""
        reports = {report["name"]: report for report in self.services()}
        if name not in reports:
            nearest = get_close_matches(name, reports)
            raise NotFound(f"there is no service {name!r}", nearest=nearest, kind="service")
        return reports[name]

    @audited("service.pause")
    async def pause_service(self, service: str) -> None:
        """Refuse the calls of a service; what is in flight goes on."""
        self.host.pause_service(service)

    @audited("service.resume")
    async def resume_service(self, service: str) -> None:
        """Let the calls of a paused service through again."""
        self.host.resume_service(service)

    @audited("service.reset-breaker")
    async def reset_breaker(self, service: str) -> None:
        """Close the breaker of a service."""
        self.host.reset_breaker(service)

    @audited("service.restart")
    async def restart_service(self, service: str) -> None:
        """Stop a service and start it anew."""
        await self.host.restart_service(service)
