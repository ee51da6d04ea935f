"""What a daemon does for the runs that are on it."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

from interlock.journal import ApprovalRecord, Journal, RunRecord
from interlock.restate.blobs import SharedBlobs
from interlock.restate.orders import Orders
from interlock.restate.reports import Reports
from interlock.restate.wire import Names
from interlock.sdk.errors import from_problem
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.effects import Effects
from interlock.workflows.ends import durations
from interlock.workflows.letters import letter_of_run, letter_of_step
from interlock.workflows.operations import Call, Operation, Publish, Recall, Remember
from interlock.workflows.performing import Publisher, call_tool, publish_event, remember
from interlock.workflows.registry import Registry
from interlock.workflows.run_events import RunEvents
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort


class Host:
    """Implements ``Surroundings``, and what ``Lives`` needs.

    Args:
        publish: default: the journal's log of events.
    """

    def __init__(
        self,
        journal: Journal,
        calls: CallPort,
        world: World,
        telemetry: Telemetry,
        names: Names,
        blobs: SharedBlobs,
        templates: Registry,
        orders: Orders,
        reports: Reports,
        run_events: RunEvents,
        publish: Publisher | None,
        suspend_after: float,
    ) -> None:
        self.world = world
        self.telemetry = telemetry
        self.names = names
        self.blobs = blobs
        self.suspend_after = suspend_after
        self.draining = False
        self.order_of = orders.of_child
        self.effects = Effects(calls)
        self._journal = journal
        self._calls = calls
        self._templates = templates
        self._reports = reports
        self._run_events = run_events
        self._publish = publish or journal.events.append
        self._durations = durations(telemetry)
        self._restored: set[str] = set()

    async def restored(self, version: str, name: str, source: str) -> Template:
        """The template that a run began with."""
        if version not in self._restored:
            await self._journal.templates.add(version, name, source.encode())
            self._restored.add(version)
        return await self._templates.version(version)

    def perform(self, operation: Operation, run: RunRecord) -> Coroutine[Any, Any, Any]:
        match operation:
            case Call():
                heard = self._reports.of(run.id, operation)
                return call_tool(operation, run, self._calls, self.world, heard)
            case Publish():
                return publish_event(operation, run, self._publish)
            case Recall():
                return self._journal.memos.get(operation.key, self.world.time())
            case Remember():
                return remember(operation, self._journal, self.world)
            case _:
                raise NotImplementedError(operation.what)

    async def asked(self, approval: ApprovalRecord, run: RunRecord) -> None:
        self._run_events.asked(approval, run)
        await self._journal.writer.flush()

    async def letter(
        self, run: RunRecord, path: str, problem: Mapping[str, Any], *, undoing: bool
    ) -> None:
        error = from_problem(dict(problem))
        now = self.world.time()
        await self._journal.dead_letters.add(letter_of_step(run, path, error, now, undoing=undoing))

    async def ended(self, run: RunRecord) -> RunRecord:
        """The record of a run that is over; told here."""
        now = self.world.time()
        run = replace(run, finished=now)
        if run.parent is None and run.status in ("failed", "compensation_failed"):
            await self._journal.dead_letters.add(letter_of_run(run))
        self._durations.record(now - run.created, run.workflow, run.status)
        self._run_events.ended(run)
        await self._journal.writer.flush()
        return run
