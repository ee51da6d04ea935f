"""Bringing runs back into memory: after a start, and when what they wait for has come."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container, Sequence

from interlock.journal import Journal, RunRecord, StepRow
from interlock.sdk.errors import InterlockError
from interlock.workflows.registry import Registry
from interlock.workflows.template import Template

Drive = Callable[[RunRecord, Template, dict[str, StepRow]], None]

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
        templates: Registry,
        live: Container[str],
        drive: Drive,
        batch: int,
    ) -> None:
        self._journal = journal
        self._templates = templates
        self._live = live
        self._drive = drive
        self._batch = batch
        self._one_at_a_time = asyncio.Lock()

    async def all(self) -> None:
        """Continue whatever an earlier process left unfinished and not parked."""
        after = ""
        while page := await self._journal.runs.unfinished(after, self._batch):
            await self.these(page)
            after = page[-1]

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
            template = await self._templates.version(record.version)
        except InterlockError as error:
            _log.error("run %s cannot go on: %s", record.id, error)
            self._journal.runs.update(record.stuck(f"its template cannot be read: {error}"))
            return
        if record.status in ("waiting", "paused"):
            record = record.awake()
            self._journal.runs.update(record)
        self._drive(record, template, steps)
