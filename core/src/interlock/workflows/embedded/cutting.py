"""Runs that were asked to stop and have only so long: cut off where they stand after that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from interlock.journal import Journal, RunRecord
from interlock.sdk.world import Timer, World
from interlock.workflows.errors import RunCancelled, cut_off


class Stoppable(Protocol):
    """A run in memory."""

    def cut_off(self, error: RunCancelled) -> None: ...


class Cutting:
    """The moments are on record, so that a restart gives nobody more time.

    Args:
        live: the runs in memory.
        resume: bring runs back into memory.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        live: Mapping[str, Stoppable],
        spawn: Callable[[Coroutine[object, object, None]], asyncio.Task[None]],
        resume: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        self._journal = journal
        self._world = world
        self._live = live
        self._spawn = spawn
        self._resume = resume
        self._timers: dict[str, Timer] = {}

    async def open(self) -> None:
        """Cut off, before they do anything, those whose time passed while nothing ran."""
        now = self._world.time()
        for run_id, moment in await self._journal.runs.to_cut():
            if moment <= now:
                await self._cut(run_id)
            else:
                self._set(run_id, moment)

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    async def after(self, run_id: str, seconds: float) -> None:
        """Cut a run off unless it has ended by then; the last word counts."""
        moment = self._world.time() + seconds
        await self._journal.runs.cut_at(run_id, moment)
        self._set(run_id, moment)

    def _set(self, run_id: str, moment: float) -> None:
        if timer := self._timers.pop(run_id, None):
            timer.cancel()
        self._timers[run_id] = self._world.call_at(moment, partial(self._due, run_id))

    def _due(self, run_id: str) -> None:
        self._spawn(self._cut(run_id))

    async def _cut(self, run_id: str) -> None:
        self._timers.pop(run_id, None)
        if run_id not in self._live:
            await self._resume([run_id])
        error = cut_off()
        if live := self._live.get(run_id):
            live.cut_off(error)
            return
        record = await self._journal.runs.get(run_id)
        if record is not None and record.finished is None:
            self._journal.runs.update(self._ended(record, error))

    def _ended(self, record: RunRecord, error: RunCancelled) -> RunRecord:
        """The record of a run that cannot go on, for which its template would be needed."""
        return replace(
            record,
            status="cancelled",
            problem=error.to_problem(),
            waiting=None,
            wake=None,
            finished=self._world.time(),
        )
