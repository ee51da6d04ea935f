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
from interlock.restate.ends import Ends
from interlock.restate.host import Host
from interlock.restate.lives import Lives
from interlock.restate.mirror import Mirror
from interlock.restate.options import RestateOptions
from interlock.restate.orders import Orders
from interlock.restate.probation import Probation
from interlock.restate.queue import Queue
from interlock.restate.queues import SharedQueues
from interlock.restate.reports import Reports
from interlock.restate.retention import Retention
from interlock.restate.server import RestateServer
from interlock.restate.topic import Topic
from interlock.restate.watching import Watch
from interlock.restate.wire import Names
from interlock.sdk.errors import InterlockError, ServiceUnavailable
from interlock.sdk.events import Event
from interlock.sdk.hooks import Function
from interlock.sdk.world import World
from interlock.telemetry import Telemetry
from interlock.workflows.decisions import decision_on
from interlock.workflows.ends import result_of
from interlock.workflows.performing import Publisher
from interlock.workflows.progress import Item
from interlock.workflows.records import StepRecord, step_records
from interlock.workflows.registry import Registry
from interlock.workflows.run_events import Announce, RunEvents
from interlock.workflows.starting import Request
from interlock.workflows.template import Template
from interlock.workflows.tools import CallPort

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
        self.names = names = Names.within(options.namespace)
        self._options = options
        self._client = client = RestateClient(options, world)
        self._blobs = blobs = SharedBlobs(options.blobs / options.namespace)
        self._templates = templates = Registry(journal, functions or {})
        self._mirror = Mirror(client, names, journal, blobs, world, options.look)
        self._reports = Reports(client, names, world, options.look)
        self.queues = SharedQueues(client, names, options.queues)
        run_events = RunEvents(announce)
        self._orders = Orders(client, names, blobs, templates, self.queues, run_events, world)
        self._host = Host(
            journal,
            calls,
            world,
            telemetry or Telemetry(world=world),
            names,
            blobs,
            templates,
            self._orders,
            self._reports,
            run_events,
            publish,
            options.suspend_after,
        )
        self._retention = Retention(client, names, blobs, world)
        self._probation = Probation(client, names, world)
        self.control = Control(
            client, names, self._mirror, templates, journal, world, self._orders.fork
        )
        self.cancel = self.control.cancel
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._client)
            kinds = (Desk, Topic, Queue, Ends)
            served = [kind(self.names, self._options).bind() for kind in kinds]
            served.append(Lives(self._host, self._probation, self._options).bind())
            self._server = RestateServer(served, self._options)
            await stack.enter_async_context(self._server)
            await self._register(self._options.advertise or self._server.url)
            await self.queues.open()
            chores = (self._mirror.keep(), self._reports.deliver(), self._retention.keep())
            for work in chores:
                stack.push_async_callback(_ended, _begun(work))
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
        self._host.draining = True
        await self._stack.aclose()

    async def stop_starting(self) -> None:
        """Start no run and no step here any more; what is in flight may finish."""
        self._host.draining = True

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
        if self._host.draining:
            raise ServiceUnavailable("Interlock is shutting down", hint="start it again later")
        return await self._orders.start(
            Request(workflow, input, run_id, None, parent, tags, timeout)
        )

    async def wait(self, run_id: str) -> Any:
        record = await self.get(run_id)
        while record.finished is None:
            try:
                await self._client.end_of(self.names.ends, record.id)
            except ServiceUnavailable:
                # It takes longer than a request may, or the server is away, which is said below.
                await self.world.sleep(_LATER_LOOK)
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
        if record.finished is None:
            return step_records([*rows, *await self._mirror.under_way(record.id, rows)])
        return step_records([row for row in rows if row.finished])

    def waits(self, run_id: str) -> Mapping[str, Any] | None:
        """Nothing: the run may be on any daemon, and its record says what it waits for."""

    async def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[Item]:
        """Steps and the end of a run, as they are seen from here: a moment late."""
        record = await self.get(run_id)
        watch = Watch(self.world.time() if since is None else since)
        while True:
            reports = await self._mirror.reports(record.id)
            steps = await self.steps(record.id)
            for item in watch.news(record, steps, reports, self.world.time()):
                yield item
            if record.finished is not None:
                return
            await self.world.sleep(self._options.look / 2)
            record = await self.get(record.id)

    # From the world

    async def event(self, event: Event) -> None:
        """Tell every run that waits for it, wherever it is, of an event that is durable."""
        payload = await self._blobs.pack(dict(event.payload))
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


def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
