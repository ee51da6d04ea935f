"""Runs that other runs started: awaited, given up and undone by them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from interlock.journal import RunRecord
from interlock.sdk.errors import NotFound
from interlock.workflows.errors import CompensationFailed
from interlock.workflows.operations import RunChild

Start = Callable[[RunChild, RunRecord], Awaitable[object]]
Undo = Callable[[str], Awaitable[RunRecord]]


class Runs(Protocol):
    """The runs of an engine."""

    async def wait(self, run_id: str) -> Any: ...

    async def cancel(self, run_id: str) -> None: ...


class Children:
    """What ``RunChild`` and ``UndoChild`` do.

    Args:
        start: create a child's run, unless it is there.
        undo: open a run that succeeded again, to undo it; its record once that has ended.
    """

    def __init__(self, runs: Runs, start: Start, undo: Undo) -> None:
        self._runs = runs
        self._start = start
        self._undo = undo

    async def run(self, child: RunChild, parent: RunRecord) -> Any:
        """The child's output; raises what it ended with."""
        await self._start(child, parent)
        if child.detached:
            return {"run": child.run_id}
        if child.unwanted:
            await self._runs.cancel(child.run_id)
        return await self._runs.wait(child.run_id)

    async def give_up(self, child: RunChild) -> None:
        """Cancel a child; if it is not there yet, :meth:`run` does so once it is."""
        child.unwanted = True
        with suppress(NotFound):
            await self._runs.cancel(child.run_id)

    async def undo(self, run_id: str) -> None:
        """Undo a child that succeeded.

        Raises:
            CompensationFailed: something could not be undone.
        """
        record = await self._undo(run_id)
        if record.status == "compensation_failed":
            error = CompensationFailed(f"run {run_id} could not be undone completely")
            raise error.with_details(**(record.problem or {}).get("details", {}))
