"""The embedded engine: runs in this process, recorded in this journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from interlock.journal import Journal, JournalError, Limits, RunFilter, RunRecord, StepRow
from interlock.sdk.errors import ServiceUnavailable
from interlock.sdk.hooks import Function
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.effects import Effects
from interlock.workflows.embedded.alarm import Alarm
from interlock.workflows.embedded.arrivals import Arrivals
from interlock.workflows.embedded.children import Children
from interlock.workflows.embedded.control import Control
from interlock.workflows.embedded.cutting import Cutting
from interlock.workflows.embedded.live import LiveRun
from interlock.workflows.embedded.recovery import Recovery
from interlock.workflows.ends import Ends, result_of
from interlock.workflows.operations import (
    Call,
    Operation,
    Publish,
    Recall,
    Remember,
    RunChild,
    UndoChild,
)
from interlock.workflows.performing import Publisher, call_tool, publish_event, remember
from interlock.workflows.progress import Item, Progress, item_of, missed
from interlock.workflows.queues import Queues
from interlock.workflows.records import StepRecord, step_records, under_way
from interlock.workflows.registry import Registry
from interlock.workflows.run_events import Announce, RunEvents
from interlock.workflows.starting import Request, Starting
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the embedded engine treats memory, recovery and queues.

    Attributes:
        park_after: a run whose next wait is over later than in so many seconds leaves memory.
        recover: how many unfinished runs are read at once after a start.
        queues: those that templates may name.
    """

    park_after: float = 5.0
    recover: int = 250
    queues: Mapping[str, Limits] = field(default_factory=dict)


class EmbeddedEngine:
    """Implements :class:`~interlock.workflows.contract.Engine`, which says what each method does.

    Args:
        publish: default: the journal's log of events.
        announce: told of what becomes of runs; default: nobody is.
        functions: of plugins, for the expressions of templates read back from the journal.
    """

    def __init__(
        self,
        journal: Journal,
        calls: CallPort,
        world: World,
        *,
        publish: Publisher | None = None,
        announce: Announce | None = None,
        functions: Mapping[str, Function] | None = None,
        telemetry: Telemetry | None = None,
        options: EngineOptions | None = None,
    ) -> None:
        self.journal = journal
        self.telemetry = telemetry or Telemetry(world=world)
        self._calls = calls
        self.effects = Effects(calls)
        self.world = world
        self.progress = Progress()
        self.draining = False
        self._options = options or EngineOptions()
        self.park_after = self._options.park_after
        self._publish = publish or journal.events.append
        self.run_events = RunEvents(announce)
        self._templates = Registry(journal, functions or {})
        self._live: dict[str, LiveRun] = {}
        self._ends = Ends(self._live, self.get, self.telemetry)
        recover = self._options.recover
        self._recovery = Recovery(
            journal, world, self._templates, self._live, self._continue, recover
        )
        self._resume = self._recovery.these
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm = Alarm(journal, world, self.spawn, self._resume)
        self._cutting = Cutting(journal, world, self._live, self.spawn, self._resume)
        self.control = Control(
            journal, world, self._templates, self._live, self._resume, self._cutting
        )
        self.arrivals = Arrivals(
            journal, world, self._live, self._alarm.look, self.run_events.asked
        )
        self.cancel = self.control.cancel
        self.queues = Queues(journal, world, self._options.queues, self.spawn, self._alarm.look)
        self._starting = Starting(
            journal, world, self._templates, self.queues, self.run_events.started, self._begin
        )
        self._children = Children(self, self._start_child, self._undo)
        self.event = self.arrivals.event
        self.decide = self.arrivals.decide
        self.available = self.arrivals.available

    async def __aenter__(self) -> Self:
        try:
            await self.queues.open()
            await self._cutting.open()
            suspects = await self._recovery.all()
        except BaseException:
            await self.__aexit__()
            raise
        if suspects:
            self.spawn(self._recovery.on_probation(suspects))
        self._alarm.look()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.draining = True
        self._alarm.cancel()
        self.queues.close()
        self._cutting.close()
        for run in list(self._live.values()):
            run.close()
        self._live.clear()
        while self._tasks:
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        await self._recovery.ended_well()
        stopped = ServiceUnavailable("Interlock stopped; the run goes on after its next start")
        self._ends.all_lost(stopped)

    # Templates

    def register(self, template: Template) -> None:
        self._templates.register(template)

    def unregister(self, template: Template) -> None:
        self._templates.unregister(template)

    def templates(self) -> list[Template]:
        return self._templates.all()

    def template(self, name: str) -> Template:
        return self._templates.get(name)

    def knows(self, name: str) -> bool:
        return name in self._templates

    # Runs

    async def start(
        self,
        workflow: str,
        input: Mapping[str, Any],
        *,
        run_id: str | None = None,
        parent: str | None = None,
        tags: Sequence[str] = (),
        timeout: float | None = None,
    ) -> str:
        request = Request(workflow, input, run_id, None, parent, tags, timeout)
        return await self._start(request)

    async def _start(self, request: Request) -> str:
        if self.draining:
            raise ServiceUnavailable("Interlock is shutting down", hint="start it again later")
        return await self._starting.start(request)

    def _begin(self, record: RunRecord, template: Template) -> None:
        if not self.draining:
            self._drive(LiveRun(record, template, {}, self), "run-started")

    def _drive(self, run: LiveRun, kind: str) -> None:
        self._live[run.record.id] = run
        self._tell_parent(run.record, parked=False)
        self._tell(run.record, kind)
        run.start()

    async def wait(self, run_id: str) -> Any:
        if run_id not in self._live:
            run_id = (await self.get(run_id)).id
        record = await self._ends.of(run_id)
        return result_of(record)

    async def get(self, run_id: str) -> RunRecord:
        return await self.journal.runs.find(run_id)

    async def list(
        self, which: RunFilter, *, limit: int = 50, before: str | None = None, brief: bool = False
    ) -> Sequence[RunRecord]:
        return await self.journal.runs.list(which, limit=limit, before=before, brief=brief)

    async def steps(self, run_id: str) -> Sequence[StepRecord]:
        record = await self.get(run_id)
        rows = await self.journal.steps.of_run(record.id)
        # A wait that was given up with its run is over, though nobody recorded its end.
        known = [row for row in rows if row.finished or not record.finished]
        live = self._live.get(record.id)
        return step_records(known + (under_way(live.since, known) if live else []))

    def waits(self, run_id: str) -> Mapping[str, Any] | None:
        live = self._live.get(run_id)
        return live.idleness.reason if live else None

    async def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]:
        full_id = (await self.get(run_id)).id
        with self.progress.watching(full_id) as watcher:
            # Before the steps: what ends after it was read is among what the watcher hears.
            record = await self.get(full_id)
            if since is not None:
                for item in missed(full_id, await self.steps(full_id), since):
                    yield item
            if record.finished is not None:
                yield item_of(record, f"run-{record.status}", self.world.time())
                return
            async for item in watcher:
                yield item
                if item.get("end"):
                    return

    async def stop_starting(self) -> None:
        self.draining = True

    # What runs need (``interlock.workflows.embedded.surroundings``)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("work for a run failed: %s", error, exc_info=error)

    def perform(self, operation: Operation, run: RunRecord) -> Coroutine[Any, Any, Any]:
        match operation:
            case Call():
                reporting = partial(self._report, operation, run.id)
                return call_tool(operation, run, self._calls, self.world, reporting)
            case Publish():
                return publish_event(operation, run, self._publish)
            case RunChild():
                return self._children.run(operation, run)
            case Recall():
                return self.journal.memos.get(operation.key, self.world.time())
            case Remember():
                return remember(operation, self.journal, self.world)
            case UndoChild():
                return self._children.undo(operation.run_id)
            case _:
                raise NotImplementedError(operation.what)

    def _report(
        self, call: Call, run_id: str, done: float, total: float | None, message: str
    ) -> None:
        if self.progress.watched(run_id):
            item = {"kind": "step-progress", "run": run_id, "path": call.path, "what": call.what}
            at = self.world.time()
            self.progress.publish(
                {**item, "at": at, "done": done, "total": total, "message": message}
            )

    def give_up(self, child: RunChild) -> None:
        self.spawn(self._children.give_up(child))

    async def _start_child(self, child: RunChild, parent: RunRecord) -> None:
        owner = None if child.detached else parent.id
        await self._start(Request(child.workflow, child.input, child.run_id, owner, parent.trace))
        await self._tell_if_parked(child.run_id)

    async def _tell_if_parked(self, run_id: str) -> None:
        if run_id not in self._live:
            record = await self.get(run_id)
            if record.finished is None and record.wake is not None:
                self._tell_parent(record, parked=True)

    async def _undo(self, run_id: str) -> RunRecord:
        record = await self.get(run_id)
        if record.status == "succeeded":
            await self.journal.runs.intend(run_id, "undo")
            await self._resume([run_id])
        await self._tell_if_parked(run_id)
        return await self._ends.of(run_id)

    def _tell_parent(self, run: RunRecord, *, parked: bool) -> None:
        if run.parent is not None and (parent := self._live.get(run.parent)):
            parent.child_parked(run.id, parked=parked)

    def finished(self, run: RunRecord) -> None:
        self._live.pop(run.id, None)
        self._ends.reached(run)
        self.queues.left(run.id)
        if run.parent is not None and run.parent not in self._live:
            self._alarm.look()
        self._tell(run, f"run-{run.status}")

    def parked(self, run: RunRecord) -> None:
        live = self._live.pop(run.id, None)
        if live is None or self.draining:
            return
        self._tell(run, "run-waiting")
        self._tell_parent(run, parked=True)
        self._alarm.set(run.wake)
        if live.wanted:
            self.spawn(self._resume([run.id]))

    def lost(self, run: RunRecord, error: JournalError) -> None:
        """The record of a run cannot be written: it stops here, as at a crash, for a while."""
        _log.error(
            "run %s stops, its record cannot be written: %s", run.id, error, extra={"run": run.id}
        )
        if live := self._live.pop(run.id, None):
            live.close()
        self._ends.lost(run.id, error)
        if not self.draining:
            self._alarm.retry(run.id)

    def _continue(self, record: RunRecord, template: Template, steps: dict[str, StepRow]) -> None:
        if not self.draining:
            self._drive(LiveRun(record, template, steps, self), "run-resumed")

    def _tell(self, record: RunRecord, kind: str) -> None:
        if self.progress.watched(record.id):
            self.progress.publish(item_of(record, kind, self.world.time()))
