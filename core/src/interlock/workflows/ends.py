"""The ends of runs: who waits for them, and how long they took to come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from typing import Any

from interlock.journal import RunRecord
from interlock.sdk.errors import InterlockError, from_problem
from interlock.telemetry import Histogram, Telemetry


def durations(telemetry: Telemetry) -> Histogram:
    """How long runs take, by workflow and status."""
    about = "Seconds from a run's creation to its end"
    return telemetry.histogram("interlock.run.duration", about, ("workflow", "status"))


def result_of(run: RunRecord) -> Any:
    """What a run that has ended returned.

    Raises:
        InterlockError: what it ended with instead.
    """
    if run.status == "succeeded":
        return run.output
    problem = run.problem or {"message": f"the run was {run.status}"}
    raise from_problem(problem).with_details(run=run.id)


class Ends:
    """Who waits for the end of which run, in memory or not.

    Args:
        live: ids of the runs in memory, which have certainly not ended.
        read: the record of any other run.
    """

    def __init__(
        self,
        live: Container[str],
        read: Callable[[str], Awaitable[RunRecord]],
        telemetry: Telemetry,
    ) -> None:
        self._durations = durations(telemetry)
        self._live = live
        self._read = read
        self._waiting: dict[str, list[asyncio.Future[RunRecord]]] = {}

    async def of(self, run_id: str) -> RunRecord:
        """The record of a run once it has ended."""
        end: asyncio.Future[RunRecord] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(run_id, [])
        waiting.append(end)
        try:
            if run_id not in self._live:
                # Registered first: the run may end while its record is being read.
                record = await self._read(run_id)
                if record.finished is not None:
                    return record
            return await end
        finally:
            waiting.remove(end)
            if not waiting:
                self._waiting.pop(run_id, None)

    def reached(self, run: RunRecord) -> None:
        if run.finished is not None:
            self._durations.record(run.finished - run.created, run.workflow, run.status)
        for end in self._open(run.id):
            end.set_result(run)

    def lost(self, run_id: str, error: InterlockError) -> None:
        """Whoever waits is told that nothing will come."""
        for end in self._open(run_id):
            end.set_exception(error)

    def all_lost(self, error: InterlockError) -> None:
        for run_id in list(self._waiting):
            self.lost(run_id, error)

    def _open(self, run_id: str) -> list[asyncio.Future[RunRecord]]:
        return [end for end in self._waiting.get(run_id, ()) if not end.done()]
