"""The daemon's own copy of the record, for listings, searches and pages.

What counts is in Restate. Each daemon copies what it has not seen yet into its journal, which
knows how to filter, search and keep things for a while; it can be lost and is made anew from
what Restate still keeps.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from interlock.journal import ApprovalRecord, Journal, RunRecord, StepRow
from interlock.restate.blobs import SharedBlobs
from interlock.restate.client import RestateClient
from interlock.restate.records import full_row, row_of, run_of
from interlock.restate.wire import WORK, Names
from interlock.sdk.errors import InterlockError, NotFound, ServiceUnavailable
from interlock.sdk.world import World
from interlock.workflows.decisions import approval_id

_log = logging.getLogger(__name__)
State = dict[str, Any]


class Mirror:
    """Copies what Restate knows of runs into this daemon's journal.

    Args:
        look: seconds between two looks.
    """

    def __init__(
        self,
        client: RestateClient,
        names: Names,
        journal: Journal,
        blobs: SharedBlobs,
        world: World,
        look: float,
    ) -> None:
        self._client = client
        self._names = names
        self._journal = journal
        self._blobs = blobs
        self._world = world
        self._look = look
        self._numbers: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()

    async def keep(self) -> None:
        """Look again and again; what fails is tried again."""
        failing = False
        while True:
            try:
                await self.all()
                failing = False
            except InterlockError as error:
                if not failing:
                    _log.warning("the copy of the runs in Restate is out of date: %s", error)
                failing = True
            await self._world.sleep(self._look)

    async def all(self) -> None:
        """Copy what has changed since the last look."""
        numbers = await self._client.values(self._names.desk, "number")
        gone = self._numbers.keys() - numbers.keys()
        for run_id in gone:
            del self._numbers[run_id]
        for run_id, number in numbers.items():
            if self._numbers.get(run_id) != number:
                await self.run(run_id)

    async def run(self, run_id: str) -> RunRecord | None:
        """Copy one run as it is now; None if Restate has no such run."""
        async with self._one_at_a_time:
            state = await self._client.state(self._names.desk, run_id)
            if "head" not in state:
                return None
            record = await run_of(state["head"], self._blobs)
            number = state["head"]["number"]
            if self._numbers.get(run_id) == number:
                return record
            await self._journal.runs.copy(record)
            await self._questions(record, state)
            if record.finished is not None:
                await self._copy_steps(record)
            self._numbers[run_id] = number
            return record

    async def find(self, beginning: str) -> RunRecord:
        """The run of this id, or the only one whose id begins so.

        Raises:
            NotFound: there is none, or there are several.
        """
        try:
            run_id = (await self._journal.runs.find(beginning)).id
        except NotFound:
            await self.all()
            run_id = (await self._journal.runs.find(beginning)).id
        known = await self._journal.runs.find(run_id)
        try:
            record = await self.run(run_id) or known
        except ServiceUnavailable:
            if known.finished is None:
                raise
            return known
        if record.finished is None and (
            trouble := await self._client.trouble(self._names.run, run_id)
        ):
            return replace(record, waiting={"reason": trouble, "until": None, "step": ""})
        return record

    async def desk(self, run_id: str) -> State:
        """What is at the desk of a run; nothing if Restate has no such run any more."""
        return await self._client.state(self._names.desk, run_id)

    async def rows(self, run_id: str) -> list[State]:
        """The steps of a run as they are in Restate, in the order in which they ended."""
        state = await self._client.state(self._names.run, run_id)
        rows = [row for key, row in state.items() if key.startswith("step/")]
        return sorted(rows, key=lambda row: (row["position"], row["started"]))

    async def full_rows(self, run_id: str) -> dict[str, StepRow]:
        """The same by path and with all values, as a replay reads them."""
        rows = [await full_row(row, self._blobs) for row in await self.rows(run_id)]
        return {row.path: row for row in rows}

    async def steps(self, run_id: str) -> list[StepRow]:
        """The same, for listings; from the copy once Restate has forgotten the run."""
        rows = [row_of(row) for row in await self.rows(run_id)]
        return rows or list(await self._journal.steps.of_run(run_id))

    async def under_way(self, run_id: str, known: Sequence[StepRow]) -> list[StepRow]:
        """Rows of what was begun and is not on record, because it may simply be done again."""
        there = {row.path for row in known}
        found = []
        for life in await self._client.invocations(self._names.run, run_id):
            for row in await self._client.under_way(life["id"]):
                path, work, what = row["name"].partition(WORK)
                if work and path not in there:
                    found.append(StepRow(path, None, 0, "started", what, row["since"], None, None))
        return found

    async def reports(self, run_id: str) -> State:
        """How far the calls of a run are, by path."""
        return (await self.desk(run_id)).get("reports") or {}

    async def _questions(self, run: RunRecord, state: Mapping[str, Any]) -> None:
        asked = {key: value for key, value in state.items() if key.startswith("ask/")}
        for known in await self._journal.approvals.list(run=run.id, limit=1000):
            if f"ask/{known.step}" not in asked:
                self._journal.approvals.withdraw(known.id)
        for question in asked.values():
            approval = ApprovalRecord(
                id=approval_id(run.id, question["step"]),
                run=run.id,
                step=question["step"],
                request=question["request"],
                created=question["created"],
                due=question["due"],
            )
            self._journal.approvals.open(approval, lambda _: None)
            if question["decision"] is not None:
                await self._journal.approvals.decide(approval, question["decision"])
        await self._journal.writer.flush()

    async def _copy_steps(self, run: RunRecord) -> None:
        for packed in await self.rows(run.id):
            step = row_of(packed)
            digest = step.payload
            blob = await self._blobs.read(digest) if isinstance(digest, str) else None
            self._journal.steps.record(run.id, step, blob)
