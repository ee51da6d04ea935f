"""Wakes parked runs. They are not in memory; the journal's index of wake times is the heap."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from interlock.journal import Journal
from interlock.sdk.world import Timer, World

_AT_ONCE = 250


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

    def set(self, moment: float | None) -> None:
        """Look at ``moment`` (seconds since the epoch) at the latest."""
        if moment is None or moment >= self._at:
            return
        self.cancel()
        self._at = moment
        self._timer = self._world.call_later(max(0.0, moment - self._world.time()), self.look)

    def look(self) -> None:
        """Resume what is due, and set the timer for the rest."""
        self.cancel()
        self._spawn(self._wake())

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._at = None, float("inf")

    async def _wake(self) -> None:
        while True:
            parked = await self._journal.runs.waking(_AT_ONCE)
            now = self._world.time()
            due = [run_id for run_id, moment in parked if moment <= now]
            if due:
                await self._resume(due)
            later = next((moment for _, moment in parked if moment > now), None)
            self.set(later)
            if len(due) < _AT_ONCE:
                return
