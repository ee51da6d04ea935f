"""The queues as a daemon sees them: it tells their limits, and reads how they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.journal import Limits, RunRecord
from interlock.restate.client import RestateClient
from interlock.restate.queue import WAITING
from interlock.restate.wire import Names
from interlock.workflows.queues import Place, place_of, standing
from interlock.workflows.template import Template


class SharedQueues:
    """Implements ``Turns``. Limits are the queue's own; the daemon that spoke last is right."""

    def __init__(self, client: RestateClient, names: Names, limits: Mapping[str, Limits]) -> None:
        self._client = client
        self._names = names
        self._limits = limits

    async def open(self) -> None:
        await self.limit(self._limits)

    async def limit(self, limits: Mapping[str, Limits]) -> None:
        """Have other limits from now on; who has his turn keeps it."""
        self._limits = limits
        for queue, each in limits.items():
            told = {
                "concurrency": each.concurrency,
                "per_key": each.per_key,
                "rate": list(each.rate) if each.rate else None,
            }
            await self._client.call(self._names.queue, queue, "limit", told)

    def place(self, run: RunRecord, template: Template) -> dict[str, Any] | None:
        """Where a run has to wait: ``{queue, key, priority}``; see :func:`place_of`."""
        place: Place | None = template.queue
        if place is None:
            return None
        key, priority = place_of(run, place, self._limits)
        return {"queue": place.queue, "key": key, "priority": priority}

    async def list(self) -> list[dict[str, Any]]:
        """See :meth:`interlock.workflows.queues.Queues.list`."""
        if not self._limits:
            return []
        active = await self._client.values(self._names.queue, "active")
        waiting = await self._client.ages(self._names.queue, WAITING)
        counts = {}
        for name in self._limits:
            number, oldest = waiting.get(name, (0, None))
            at_work = len(active.get(name, {}))
            counts[name] = {"waiting": number, "active": at_work, "oldest": oldest}
        return standing(self._limits, counts)
