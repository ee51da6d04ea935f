"""Bringing runs back into memory: after a start, and when what they wait for has come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import inf

from interlock.journal import Journal, JournalError, RunRecord, StepRow
from interlock.sdk.errors import InterlockError
from interlock.sdk.world import World
from interlock.workflows.errors import CodeChanged
from interlock.workflows.poison import POISON, PROBATION, SUSPECT, aside_because
from interlock.workflows.registry import Registry
from interlock.workflows.template import Template

Drive = Callable[[RunRecord, Template, dict[str, StepRow]], None]

_GROUP = 50
_LOOKS = 10
"""How often a probation looks whether it is over."""
_log = logging.getLogger(__name__)


class Recovery:
    """Reads runs from their record, many at once.

    Args:
        live: ids of the runs that are in memory already.
        drive: let a run go on.
        batch: how many unfinished runs are read at once after a start.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        templates: Registry,
        live: Container[str],
        drive: Drive,
        batch: int,
    ) -> None:
        self._journal = journal
        self._world = world
        self._templates = templates
        self._live = live
        self._drive = drive
        self._batch = batch
        self._one_at_a_time = asyncio.Lock()

    async def all(self) -> dict[str, int]:
        """Continue whatever an earlier process left unfinished and not parked.

        What is returned are those among whom there may be one that kills the process: they were
        begun again and again, so often, without recording anything.
        """
        after, suspects = "", dict[str, int]()
        while page := await self._journal.runs.unfinished(after, self._batch):
            lives = await self._journal.runs.lives(page)
            suspects |= {run_id: lives[run_id] for run_id in page if lives[run_id] >= SUSPECT}
            rest = [run_id for run_id in page if lives[run_id] < SUSPECT]
            if rest:
                await self._journal.runs.live_again(rest)
                await self.these(rest)
            after = page[-1]
        return suspects

    async def on_probation(self, suspects: Mapping[str, int]) -> None:
        """Continue runs some at a time, and put those aside that killed us when they were alone.

        Those least suspected go first, so that a process that is killed from outside, again and
        again, does not die with the same run each time.
        """
        fresh = [run_id for run_id, lives in suspects.items() if lives <= SUSPECT]
        groups = [fresh[at : at + _GROUP] for at in range(0, len(fresh), _GROUP)]
        alone = sorted(suspects.keys() - {*fresh}, key=lambda run_id: suspects[run_id])
        for group in [*groups, *([run_id] for run_id in alone)]:
            if suspects[group[0]] >= POISON:
                await self._put_aside(group[0], suspects[group[0]])
                continue
            await self._journal.runs.live_again(group)
            await self.these(group)
            await self._survived(group)
            # Whatever kills us later may be any of those that are under way by then.
            await self._journal.runs.lived(group, SUSPECT)

    async def _survived(self, group: Sequence[str]) -> None:
        """Until all of a group have recorded anything, ended or parked, or lived long enough.

        After hundreds of kills from outside there are hundreds of suspects, nearly all innocent:
        half a second for each would keep the last of them waiting for minutes.
        """
        for _ in range(_LOOKS):
            await self._world.sleep(PROBATION / _LOOKS)
            group = [run_id for run_id in group if run_id in self._live]
            if not group or not any((await self._journal.runs.lives(group)).values()):
                return

    async def ended_well(self) -> None:
        """The process is about to end because it was asked to: that is no run's fault."""
        with suppress(JournalError):
            await self._journal.runs.forget_lives()

    async def _put_aside(self, run_id: str, lives: int) -> None:
        record = await self._journal.runs.find(run_id)
        reason = aside_because(lives)
        _log.error(
            "run %s of %s is put aside: %s", run_id, record.workflow, reason, extra={"run": run_id}
        )
        await self._journal.runs.intend(run_id, "pause")
        waiting = {"reason": reason, "until": None, "step": ""}
        aside = replace(record, status="paused", waiting=waiting, wake=inf, intent="pause")
        self._journal.runs.update(aside)

    async def these(self, run_ids: Sequence[str]) -> None:
        """Continue runs from their record."""
        # What was read of a run must not have been overtaken by the run itself.
        async with self._one_at_a_time:
            wanted = [run_id for run_id in run_ids if run_id not in self._live]
            for record, steps in await self._journal.load(wanted) if wanted else ():
                if record.finished is None:
                    await self._continue(record, steps)

    async def _continue(self, record: RunRecord, steps: dict[str, StepRow]) -> None:
        try:
            record, template = await self._with_template(record, steps)
        except InterlockError as error:
            _log.error("run %s cannot go on: %s", record.id, error, extra={"run": record.id})
            unread = "" if isinstance(error, CodeChanged) else "its template cannot be read: "
            self._journal.runs.update(record.stuck(f"{unread}{error}"))
            return
        if record.queued and record.intent not in ("cancel", "abandon"):
            return
        if record.waiting is not None:
            record = record.awake()
            self._journal.runs.update(record)
        self._drive(record, template, steps)

    async def _with_template(
        self, record: RunRecord, steps: dict[str, StepRow]
    ) -> tuple[RunRecord, Template]:
        try:
            return record, await self._templates.version(record.version)
        except CodeChanged as change:
            # Old code cannot be had back; new code that fits the record is as good.
            moved = await self._templates.moved(record, steps, change)
        _log.info(
            "run %s goes on with version %.12s", record.id, moved.version, extra={"run": record.id}
        )
        return moved, self._templates.get(record.workflow)
