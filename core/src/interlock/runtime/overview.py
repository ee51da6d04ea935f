"""How everything stands at this moment, for who watches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from interlock.host import Host
from interlock.journal import Journal, RunFilter
from interlock.runtime.attention import AttentionOperations
from interlock.runtime.caller import current_caller
from interlock.runtime.gauges import all_gauges
from interlock.runtime.standing import as_it_stands
from interlock.runtime.visibility import scopes, within_scopes
from interlock.sdk import InterlockError, ServiceUnavailable, World
from interlock.telemetry import LogBook, Telemetry
from interlock.workflows import Engine

_MINUTE = 60.0
_MOST = 1000
_PACE = 1.0  # seconds between two looks for changes; a page that is told reads everything anew
_BAD = ("failed", "compensated", "compensation_failed")


class OverviewOperations(AttentionOperations):
    """The part of :class:`Runtime` that is about all of it."""

    host: Host
    engine: Engine
    journal: Journal
    telemetry: Telemetry
    world: World
    log: LogBook | None
    ready: bool
    alerts: Callable[[], list[dict[str, Any]]]

    async def summary(self, *, minutes: int = 60) -> dict[str, Any]:
        """Numbers of the last minutes and of this moment; cheap, however many runs there are.

        Returns:
            ``{at, runs: {status: n}, minutes: [{at, started, failed}], needs: {approvals,
            dead_letters, alerts, services}, fault}``; ``runs`` are those that are not over, and
            those of these minutes that are; ``fault`` is why nothing can be recorded.
        """
        now = self.world.time()
        first = (now // _MINUTE - minutes + 1) * _MINUTE
        series = [{"at": first + n * _MINUTE, "started": 0, "failed": 0} for n in range(minutes)]
        runs: dict[str, int] = {}
        for each in await self.journal.recent.started(first, scopes()):
            place = series[min(each.minute, minutes - 1)]
            place["started"] += each.runs
            place["failed"] += each.runs if each.status in _BAD else 0
            runs[each.status] = runs.get(each.status, 0) + each.runs
        runs |= await self.journal.recent.open(scopes())
        fault = self.journal.writer.condition.fault
        return {
            "at": now,
            "runs": runs,
            "minutes": series,
            "needs": await self._needs(),
            "fault": str(fault) if fault else None,
        }

    async def readiness(self) -> InterlockError | None:
        """Why no work is taken, if that is so."""
        if not self.ready:
            return ServiceUnavailable("starting or ending", hint="ask again in a moment")
        return await self.journal.fault()

    async def _needs(self) -> dict[str, int]:
        if current_caller().limited:
            letters = len(await self.dead_letters(limit=_MOST))
        else:
            letters = sum((await self.journal.recent.dead_letters()).values())
        return {
            "approvals": await self.journal.recent.questions(scopes()),
            "dead_letters": letters,
            "alerts": sum(each["state"] == "firing" for each in self.alerts()),
            "services": sum(each["state"] != "ready" for each in self.host.services.health()),
        }

    async def changes(self) -> AsyncIterator[dict[str, Any]]:
        """``{kind: "changed", topics, at}`` whenever something has, until the reader leaves.

        Topics are ``journal`` (runs, steps, approvals, dead letters, schedules), ``services``
        and ``alerts``.
        """
        before = self._stand()
        while True:
            await self.world.sleep(_PACE)
            now = self._stand()
            topics = [topic for topic, state in now.items() if state != before[topic]]
            if topics:
                yield {"kind": "changed", "topics": topics, "at": self.world.time()}
            before = now

    def _stand(self) -> dict[str, Any]:
        services = [
            (each["name"], each["state"], each["paused"], _breaker_of(each))
            for each in self.host.services.health()
        ]
        alerts = [(each["name"], each["state"]) for each in self.alerts()]
        return {"journal": self.journal.writer.commits, "services": services, "alerts": alerts}

    def actors(self) -> dict[str, Any]:
        """The tree of supervisors and actors; see :meth:`ActorSystem.tree`."""
        return self.host.actors()

    def log_lines(self, *, level: str, text: str, limit: int) -> list[dict[str, Any]]:
        """The newest lines of the log, the oldest first; none where nobody keeps them.

        Raises:
            Forbidden: the caller sees some workflows and tools only; lines are about all.
        """
        current_caller().require_all("*")
        return [] if self.log is None else self.log.lines(level=level, text=text, limit=limit)

    async def follow_log(
        self, *, level: str, text: str, after: int | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Lines ``{kind: "line", number, at, level, logger, message}`` as they come, as above.

        Args:
            after: number of the last line that is known; default: of the last one there is.
        """
        current_caller().require_all("*")
        if self.log is None:
            return
        async for line in self.log.follow(self.world, level=level, text=text, after=after):
            yield {"kind": "line", **line}

    async def runs(
        self,
        which: RunFilter | None = None,
        *,
        limit: int = 50,
        before: str | None = None,
        brief: bool = False,
    ) -> list[dict[str, Any]]:
        """Runs, newest first; ``before`` is the id to continue a listing after.

        Args:
            brief: without inputs and outputs, which may be large.
        """
        which = within_scopes(which or RunFilter())
        found = await self.engine.list(which, limit=limit, before=before, brief=brief)
        held = self.host.services.standing()
        return [as_it_stands(self, record, held) for record in found]

    async def blob(self, digest: str) -> tuple[bytes, str]:
        """What is kept beside the journal, and its media type; NotFound if it is gone."""
        return await self.journal.blobs.find(digest)

    def metrics(self) -> list[dict[str, Any]]:
        """Every counter and histogram: ``{name, kind, description, points}``."""
        return self.telemetry.snapshot()

    async def prometheus(self) -> str:
        """The metrics, and how everything stands, in Prometheus' text format."""
        return self.telemetry.prometheus(await all_gauges(self))


def _breaker_of(report: Mapping[str, Any]) -> str:
    gates = report["gates"] or {}
    return str((gates.get("breaker") or {}).get("state", ""))
