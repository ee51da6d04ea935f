"""The engine on Restate: any daemon may go on with any run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Self

from interlock.journal import (
    ApprovalRecord,
    Journal,
    RunFilter,
    RunRecord,
    topic_of,
)
from interlock.restate.blobs import SharedBlobs
from interlock.restate.client import RestateClient
from interlock.restate.control import Control
from interlock.restate.desk import Desk
from interlock.restate.lives import Lives
from interlock.restate.mirror import Mirror
from interlock.restate.options import RestateOptions
from interlock.restate.queues import NoQueues
from interlock.restate.records import head_of
from interlock.restate.server import RestateServer
from interlock.restate.topic import Topic
from interlock.restate.wire import Names
from interlock.sdk.errors import InterlockError, ServiceUnavailable, from_problem
from interlock.sdk.events import Event
from interlock.sdk.hooks import Function
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.arrivals import decision_on
from interlock.workflows.effects import Effects
from interlock.workflows.ends import durations, result_of
from interlock.workflows.errors import RunExists
from interlock.workflows.letters import letter_of_run, letter_of_step
from interlock.workflows.operations import Call, Operation, Publish, Recall, Remember, RunChild
from interlock.workflows.performing import Publisher, call_tool, publish_event, remember
from interlock.workflows.progress import Item, item_of, missed
from interlock.workflows.records import StepRecord, step_records
from interlock.workflows.registry import Registry
from interlock.workflows.run_events import Announce, RunEvents
from interlock.workflows.starting import Request, record_of
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort

_FIRST_LOOK = 0.05
_LATER_LOOK = 1.0


class RestateEngine:
    """Implements :class:`interlock.workflows.Engine`.

    ``async with`` listens for Restate, and tells it where; at the end it hands back what is
    under way.
    """

    def __init__(
        self,
        journal: Journal,
        calls: CallPort,
        world: World,
        options: RestateOptions,
        *,
        publish: Publisher | None = None,
        announce: Announce | None = None,
        functions: Mapping[str, Function] | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.journal = journal
        self.world = world
        self.telemetry = telemetry or Telemetry(world=world)
        self.names = Names.within(options.namespace)
        self.blobs = SharedBlobs(options.blobs)
        self.suspend_after = options.suspend_after
        self.draining = False
        self._calls = calls
        self.effects = Effects(calls)
        self._options = options
        self._publish = publish or journal.events.append
        self._run_events = RunEvents(announce)
        self._templates = Registry(journal, functions or {})
        self._client = RestateClient(options)
        self._mirror = Mirror(self._client, self.names, journal, self.blobs, world, options.look)
        self.control = Control(
            self._client, self.names, self._mirror, self._templates, journal, world, self.create
        )
        self.cancel = self.control.cancel
        self.queues = NoQueues()
        self._durations = durations(self.telemetry)
        self._restored: set[str] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._client)
            objects = [
                Desk(self.names, self._options).bind(),
                Topic(self.names, self._options).bind(),
                Lives(self, self._options).bind(),
            ]
            self._server = RestateServer(objects, self._options)
            await stack.enter_async_context(self._server)
            await self._register(self._options.advertise or self._server.url)
            task = asyncio.get_running_loop().create_task(self._mirror.keep())
            stack.push_async_callback(_ended, task)
            self._stack = stack.pop_all()
        return self

    async def _register(self, url: str) -> None:
        """A server or a load balancer that starts beside us may need a moment to see us."""
        until = self.world.monotonic() + self._options.patience
        while True:
            try:
                await self._client.register(url)
                return
            except InterlockError:
                if self.world.monotonic() >= until:
                    raise
            await self.world.sleep(_LATER_LOOK)

    async def __aexit__(self, *_: object) -> None:
        self.draining = True
        await self._stack.aclose()

    async def stop_starting(self) -> None:
        """Start no run and no step here any more; what is in flight may finish."""
        self.draining = True

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
        if self.draining:
            raise ServiceUnavailable("Interlock is shutting down", hint="start it again later")
        request = Request(workflow, input, run_id, None, parent, tags, timeout)
        template, record = self._requested(request)
        return await self.create(record, template)

    def _requested(self, request: Request) -> tuple[Template, RunRecord]:
        template = self._templates.get(request.workflow)
        values = template.input.check(dict(request.input), f"input of {template.name}")
        return template, record_of(template, values, request, self.world)

    async def create(
        self, record: RunRecord, template: Template, rows: Sequence[Mapping[str, Any]] = ()
    ) -> str:
        """Begin a run unless there is one of its id.

        Args:
            rows: steps that it takes over.

        Raises:
            RunExists: the id belongs to a run of another workflow.
        """
        order = await self._order(record, template, rows)
        answer = await self._client.call(self.names.desk, record.id, "create", order)
        if answer["head"]["workflow"] != record.workflow:
            workflow = answer["head"]["workflow"]
            raise RunExists(f"run {record.id} exists, of workflow {workflow}")
        return record.id

    async def _order(
        self, record: RunRecord, template: Template, rows: Sequence[Mapping[str, Any]] = ()
    ) -> dict[str, Any]:
        head = await head_of(record, self.blobs)
        return {"head": head, "source": template.source.decode(), "rows": list(rows)}

    async def wait(self, run_id: str) -> Any:
        record = await self.get(run_id)
        pause = _FIRST_LOOK
        while record.finished is None:
            await self.world.sleep(pause)
            pause = min(_LATER_LOOK, pause * 1.5)
            record = await self.get(record.id)
        return result_of(record)

    async def get(self, run_id: str) -> RunRecord:
        return await self._mirror.find(run_id)

    async def list(
        self, which: RunFilter, *, limit: int = 50, before: str | None = None, brief: bool = False
    ) -> Sequence[RunRecord]:
        await self._mirror.all()
        return await self.journal.runs.list(which, limit=limit, before=before, brief=brief)

    async def steps(self, run_id: str) -> Sequence[StepRecord]:
        record = await self.get(run_id)
        rows = await self._mirror.steps(record.id)
        return step_records([row for row in rows if row.finished or not record.finished])

    def waits(self, run_id: str) -> Mapping[str, Any] | None:
        """Nothing: the run may be on any daemon, and its record says what it waits for."""

    async def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]:
        """Steps and the end of a run, as they are seen from here: a moment late."""
        record = await self.get(run_id)
        told = self.world.time() if since is None else since
        while True:
            for item in missed(record.id, await self.steps(record.id), told):
                told = max(told, item["at"])
                yield item
            if record.finished is not None:
                yield item_of(record, f"run-{record.status}", record.finished)
                return
            await self.world.sleep(self._options.look / 2)
            record = await self.get(record.id)

    # From the world

    async def event(self, event: Event) -> None:
        """Tell every run that waits for it, wherever it is, of an event that is durable."""
        payload = await self.blobs.pack(dict(event.payload))
        told = {**event.to_dict(), "payload": payload, "at": self.world.time()}
        for topic in (topic_of(event.name, None), topic_of(event.name, event.key)):
            await self._client.send(self.names.topic, topic, "publish", told)

    async def available(self, service: str) -> None:
        """Nothing: what is available here need not be so where a run is; it tries by itself."""

    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "",
        comment: str = "",
    ) -> ApprovalRecord:
        record = await self._approval(approval)
        now = self.world.time()
        decision = decision_on(record, choice, values=values, by=by, comment=comment, now=now)
        answer = {"step": record.step, "decision": decision}
        await self._client.call(self.names.desk, record.run, "decide", answer)
        await self._mirror.run(record.run)
        return replace(record, decided=now, decision=decision)

    async def _approval(self, approval: str) -> ApprovalRecord:
        await self._mirror.all()
        return await self.journal.approvals.get(approval)

    # What runs need of the daemon that they are on (``interlock.restate.surroundings``)

    async def restored(self, version: str, name: str, source: str) -> Template:
        """The template that a run began with."""
        if version not in self._restored:
            await self.journal.templates.add(version, name, source.encode())
            self._restored.add(version)
        return await self._templates.version(version)

    def perform(self, operation: Operation, run: RunRecord) -> Coroutine[Any, Any, Any]:
        match operation:
            case Call():
                return call_tool(operation, run, self._calls, self.world, lambda *_: None)
            case Publish():
                return publish_event(operation, run, self._publish)
            case Recall():
                return self.journal.memos.get(operation.key, self.world.time())
            case Remember():
                return remember(operation, self.journal, self.world)
            case _:
                raise NotImplementedError(operation.what)

    async def order_of(self, child: RunChild, parent: RunRecord) -> Mapping[str, Any]:
        owner = None if child.detached else parent.id
        request = Request(child.workflow, child.input, child.run_id, owner, parent.trace)
        template, record = self._requested(request)
        return await self._order(record, template)

    async def asked(self, approval: ApprovalRecord, run: RunRecord) -> None:
        self._run_events.asked(approval, run)
        await self.journal.writer.flush()

    async def letter(
        self, run: RunRecord, path: str, problem: Mapping[str, Any], *, undoing: bool
    ) -> None:
        error = from_problem(dict(problem))
        now = self.world.time()
        await self.journal.dead_letters.add(letter_of_step(run, path, error, now, undoing=undoing))

    async def ended(self, run: RunRecord) -> RunRecord:
        """The record of a run that is over; told here."""
        now = self.world.time()
        run = replace(run, finished=now)
        if run.parent is None and run.status in ("failed", "compensation_failed"):
            await self.journal.dead_letters.add(letter_of_run(run))
        self._durations.record(now - run.created, run.workflow, run.status)
        self._run_events.ended(run)
        await self.journal.writer.flush()
        return run


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
