"""Wakes parked runs. They are not in memory; the journal's index of wake times is the heap."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from interlock.journal import Journal, JournalError
from interlock.sdk.world import Timer, World

_AT_ONCE = 250
_PAUSE = 30.0
_log = logging.getLogger(__name__)


class Alarm:
    """One timer, set to when the next parked run goes on."""

    def __init__(
        self,
        journal: Journal,
        world: World,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        resume: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._world = world
        self._spawn = spawn
        self._resume = resume
        self._timer: Timer | None = None
        self._at = float("inf")
        self._lost: set[str] = set()

    def set(self, moment: float | None) -> None:
        """Look at ``moment`` (seconds since the epoch) at the latest."""
        if moment is None or moment >= self._at:
            return
        self.cancel()
        self._at = moment
        self._timer = self._world.call_at(moment, self.look)

    def retry(self, run_id: str) -> None:
        """Resume, in a while, a run that was lost because its record could not be written."""
        self._lost.add(run_id)
        self.set(self._world.time() + _PAUSE)

    def look(self) -> None:
        """Resume what is due, and set the timer for the rest."""
        self.cancel()
        self._spawn(self._wake())

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._at = None, float("inf")

    async def _wake(self) -> None:
        try:
            while await self._resume_due():
                pass
        except JournalError as error:
            _log.error("parked runs have to wait, the journal cannot be read: %s", error)
            self.set(self._world.time() + _PAUSE)

    async def _resume_due(self) -> bool:
        """Whether there may be more than were resumed at once."""
        parked = await self._journal.runs.waking(_AT_ONCE)
        now = self._world.time()
        due = [run_id for run_id, moment in parked if moment <= now]
        if due or self._lost:
            await self._resume([*due, *self._lost])
            self._lost.clear()
        self.set(next((moment for _, moment in parked if moment > now), None))
        return len(due) == _AT_ONCE
