"""What one run in memory waits for: a moment, an event, a person."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from typing import Any

from interlock.journal import JournalError, RunRecord
from interlock.sdk.errors import InterlockError
from interlock.sdk.events import Event
from interlock.sdk.world import Timer
from interlock.workflows.decisions import approval_id
from interlock.workflows.embedded.surroundings import Surroundings
from interlock.workflows.history import History
from interlock.workflows.operations import Approve, Outcome, Sleep, Wait, WaitFor

Conclude = Callable[[Sleep | Wait, Any, InterlockError | None, float], None]


@dataclass(slots=True)
class _Open:
    """A wait on its way; armed once it is certain that nothing came before."""

    started: float
    due: float
    pending: Timer | asyncio.Task[None] | None = None
    armed: bool = False

    def stop(self) -> None:
        if self.pending is not None:
            self.pending.cancel()


class Waiting:
    """The open waits of one run.

    Args:
        conclude: told how a wait ended.
        armed: told when a wait has nothing left to do but to wait.
    """

    def __init__(
        self,
        run: RunRecord,
        history: History,
        engine: Surroundings,
        conclude: Conclude,
        armed: Callable[[], None],
    ) -> None:
        self._run = run
        self._history = history
        self._engine = engine
        self._conclude = conclude
        self._tell_armed = armed
        self._open: dict[Sleep | Wait, _Open] = {}
        self._seen: set[str] = set()

    def begin(self, wait: Sleep | Wait) -> None:
        started, due = self._history.waits(wait)
        self._open[wait] = _Open(started, due)
        if isinstance(wait, Sleep):
            self._arm(wait)
        else:
            self._engine.arrivals.ask(wait, self._run, due, partial(self._asked, wait))

    def give_up(self, wait: Sleep | Wait) -> None:
        """Nobody wants to know any more."""
        if (entry := self._open.pop(wait, None)) is not None:
            entry.stop()
            if isinstance(wait, Wait):
                self._engine.arrivals.forget(wait, self._run)

    def close(self) -> None:
        """Leave memory; what is waited for stays recorded."""
        for entry in self._open.values():
            entry.stop()
        self._open.clear()

    def replayed(self, wait: WaitFor, outcome: Outcome) -> None:
        """Take note of an event that the run had in an earlier life."""
        if outcome.error is None:
            self._seen.add(outcome.output["id"])

    @property
    def armed(self) -> int:
        """How many waits have nothing left to do but to wait."""
        return sum(entry.armed for entry in self._open.values())

    def next(self) -> tuple[Sleep | Wait | None, float]:
        """The wait that is over first, if any is open, and when."""
        if not self._open:
            return None, inf
        wait, entry = min(self._open.items(), key=lambda item: item[1].due)
        return wait, entry.due

    # What comes

    def event_came(self, event: Event) -> None:
        """Give an event to the first wait that it fits."""
        if event.id in self._seen:
            return
        for wait in self._open:
            if isinstance(wait, WaitFor) and wait.fits(event):
                self._came(wait, event.to_dict())
                return

    def decided(self, approval: str, decision: Mapping[str, Any]) -> None:
        for wait in self._open:
            if isinstance(wait, Approve) and approval_id(self._run.id, wait.path) == approval:
                self._came(wait, decision)
                return

    def _came(self, wait: Wait, output: Any) -> None:
        if isinstance(wait, WaitFor):
            self._seen.add(output["id"])
        self._end(wait, output, None)

    # How it goes

    def _asked(self, wait: Wait, error: JournalError | None) -> None:
        if wait not in self._open:
            return
        if error is not None:
            self._engine.lost(self._run, error)
        else:
            self._open[wait].pending = self._engine.spawn(self._look(wait))

    async def _look(self, wait: Wait) -> None:
        try:
            found = await self._engine.arrivals.look(wait, self._run, self._seen)
        except JournalError as error:
            self._engine.lost(self._run, error)
            return
        if wait not in self._open:
            return
        if found is not None:
            self._came(wait, found)
        else:
            self._arm(wait)
            self._tell_armed()

    def _arm(self, wait: Sleep | Wait) -> None:
        entry = self._open[wait]
        entry.armed, entry.pending = True, None
        if isfinite(entry.due):
            entry.pending = self._engine.world.call_at(entry.due, partial(self._expired, wait))

    def _expired(self, wait: Sleep | Wait) -> None:
        if isinstance(wait, Sleep):
            self._end(wait, None, None)
        elif isinstance(wait, Approve) and wait.request.get("default") is not None:
            self._open[wait].pending = self._engine.spawn(self._decide_late(wait))
        else:
            self._end(wait, None, wait.expired())

    async def _decide_late(self, wait: Approve) -> None:
        try:
            await self._engine.arrivals.expire(wait, self._run)
        except JournalError as error:
            self._engine.lost(self._run, error)

    def _end(self, wait: Sleep | Wait, output: Any, error: InterlockError | None) -> None:
        entry = self._open.pop(wait)
        if isinstance(entry.pending, asyncio.Task) and entry.pending is asyncio.current_task():
            entry.pending = None
        entry.stop()
        if isinstance(wait, WaitFor) or error is not None:
            self._forget(wait)
        self._conclude(wait, output, error, entry.started)

    def _forget(self, wait: Sleep | Wait) -> None:
        if isinstance(wait, Wait):
            self._engine.arrivals.forget(wait, self._run)
