"""The few operations that every surface uses: CLI, HTTP, MCP, pages and Python alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from interlock.events import Bus, Clockwork, Subscription, schedule_named
from interlock.host import Host
from interlock.journal import Journal, RunFilter
from interlock.runtime.auditing import audited
from interlock.runtime.caller import current_caller
from interlock.runtime.gauges import service_gauges
from interlock.runtime.operators import each_run, replay
from interlock.runtime.services import ServiceOperations
from interlock.sdk import Conflict, Event, NotFound, RealWorld, WebhookReply, WebhookRequest, World
from interlock.sdk.events import EventMark, marks_of
from interlock.telemetry import Telemetry
from interlock.workflows import Engine, Template, template_of

Reload = Callable[..., Awaitable[dict[str, Any]]]
Handler = TypeVar("Handler", bound=Callable[[Event], Awaitable[None]])


@dataclass
class Runtime(ServiceOperations):
    """A running Interlock. Built by ``interlock.daemon`` only; see :func:`interlock.open`.

    Everything that goes in or comes out is JSON. Errors are of ``interlock.sdk.errors``.
    """

    host: Host
    engine: Engine
    bus: Bus
    journal: Journal
    telemetry: Telemetry
    effective_config: Mapping[str, Any]
    world: World = RealWorld()  # noqa: RUF009 - has no state
    schedules: dict[str, Clockwork] = field(default_factory=dict)
    ready: bool = False
    reloading: Reload | None = None
    alerts: Callable[[], list[dict[str, Any]]] = list

    # Tools

    @audited("tool.call")
    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
        idempotency_key: str | None = None,
        principal: str | None = None,
        on_progress: Callable[[float, float | None, str], None] | None = None,
    ) -> Any:
        """Call a tool, or run a workflow to its end, by name or alias; its JSON result.

        Args:
            tool: ``figma.extract_components``, an alias, or a workflow's name.
            timeout: seconds; default: what the tool's policies say.
            idempotency_key: equal keys mark one effect; default: a new one.
            principal: on whose behalf, for limits by principal; default: the caller.

        Raises:
            Forbidden: it is not within the caller's role or scopes.
            NotFound: no tool or workflow of this name; names the nearest.
            InvalidInput: the arguments do not fit the schema.
            InterlockError: whatever the call ended with.
        """
        if self.engine.knows(tool):
            return await self.wait(await self.start(tool, arguments))
        caller = current_caller()
        caller.require_tool(self._full_name(tool))
        return await self.host.call(
            tool,
            arguments or {},
            timeout=timeout,
            idempotency_key=idempotency_key,
            principal=principal or caller.name,
            on_progress=on_progress,
        )

    def tools(self) -> list[dict[str, Any]]:
        """Every tool the caller may see: name, service, description, schemas, facts, aliases."""
        caller = current_caller()
        return [entry.to_dict() for entry in self.host.catalog if caller.sees(entry.name)]

    def tool(self, name: str) -> dict[str, Any]:
        return self.host.catalog.get(name).to_dict()

    def callables(self) -> list[dict[str, Any]]:
        """Everything that :meth:`call` takes: tools, and workflows described as tools."""
        caller = current_caller()
        templates = [each for each in self.engine.templates() if caller.sees(each.name)]
        return self.tools() + [template.as_tool() for template in templates]

    def describe(self, name: str) -> dict[str, Any]:
        """One of :meth:`callables`, by name or alias; NotFound otherwise."""
        if self.engine.knows(name):
            return self.engine.template(name).as_tool()
        return self.tool(name)

    # Runs

    @audited("run.start")
    async def start(
        self,
        workflow: str,
        input: Mapping[str, Any] | None = None,
        *,
        run_id: str | None = None,
        tags: Sequence[str] = (),
        timeout: float | None = None,
    ) -> str:
        """Start a run; its id, as soon as the run is durable.

        Args:
            run_id: makes the start idempotent: if a run of this id exists, nothing starts.
            timeout: seconds after which the run fails.

        Raises:
            NotFound, InvalidInput: no such workflow; the input does not fit its schema.
        """
        current_caller().require_tool(self.engine.template(workflow).name)
        with self.telemetry.span(f"start {workflow}", attributes={"interlock.run": run_id}):
            # Whatever the run does, also after a restart, belongs to the trace that is open here.
            trace = self.telemetry.current()
            return await self.engine.start(
                workflow, input or {}, run_id=run_id, parent=trace, tags=tags, timeout=timeout
            )

    async def wait(self, run_id: str) -> Any:
        """The run's output; raises the error it failed with."""
        return await self.engine.wait(run_id)

    async def run(self, run_id: str) -> dict[str, Any]:
        """A run by a beginning of its id; ``usage``, of all below it: ``{service: {unit: n}}``."""
        record = await self.engine.get(run_id)
        return {**record.to_dict(), "usage": await self.journal.spending.of_run(record.id)}

    async def runs(
        self, which: RunFilter | None = None, *, limit: int = 50, before: str | None = None
    ) -> list[dict[str, Any]]:
        """Runs, newest first; ``before`` is the id to continue a listing after."""
        found = await self.engine.list(which or RunFilter(), limit=limit, before=before)
        return [record.to_dict() for record in found]

    async def steps(self, run_id: str) -> list[dict[str, Any]]:
        """The recorded steps of a run, in the order in which they ended."""
        return [step.to_dict() for step in await self.engine.steps(run_id)]

    def watch(self, run_id: str, *, since: float | None = None) -> AsyncIterator[dict[str, Any]]:
        """Progress of a run to its end: from now, or with the steps that ended since a moment."""
        return self.engine.watch(run_id, since=since)

    @audited("run.cancel")
    async def cancel(self, run_id: str, *, undo: bool = True, within: float | None = None) -> None:
        """Ask a run to stop.

        Args:
            undo: undo what it completed, as its template says.
            within: seconds after which it is cut off where it stands.
        """
        await self.engine.cancel(run_id, undo=undo, within=within)

    @audited("run.pause")
    async def pause(self, run_id: str) -> None:
        """Let a run begin nothing new; what is in flight is finished."""
        await self.engine.control.pause(run_id)

    @audited("run.resume")
    async def resume(self, run_id: str) -> None:
        """Let a paused run go on."""
        await self.engine.control.resume(run_id)

    @audited("run.retry")
    async def retry(self, run_id: str) -> None:
        """Let a run that failed go on from the step that failed."""
        await self.engine.control.retry(run_id)

    @audited("run.fork")
    async def fork(
        self,
        run_id: str,
        *,
        step: str | None = None,
        input: Mapping[str, Any] | None = None,
        latest: bool = False,
    ) -> str:
        """Start a run that takes over what another recorded before ``step``; its id."""
        return await self.engine.control.fork(run_id, step=step, input=input, latest=latest)

    @audited("run.move")
    async def move(self, run_id: str, *, check: bool = False) -> str:
        """Let a run that waits go on with its workflow as it is now, if its record fits that."""
        return await self.engine.control.move(run_id, check=check)

    async def each(self, action: str, which: RunFilter, *, limit: int = 1000) -> dict[str, Any]:
        """Do one thing to all runs that match: ``{"done": [ids], "failed": {id: problem}}``.

        Args:
            action: ``cancel``, ``pause``, ``resume`` or ``retry``.

        Raises:
            InvalidInput: no such action.
        """
        return await each_run(self, action, which, limit)

    # Approvals

    async def approvals(
        self, *, open_only: bool = True, run: str | None = None, limit: int = 50
    ) -> list[dict[str, Any]]:
        """What people are asked, the oldest question first; or all, the newest first."""
        found = await self.journal.approvals.list(open_only=open_only, run=run, limit=limit)
        return [approval.to_dict() for approval in found]

    async def approval(self, approval: str) -> dict[str, Any]:
        """One question; NotFound if nobody was asked that."""
        return (await self.journal.approvals.get(approval)).to_dict()

    @audited("approval.decide")
    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "local",
        comment: str = "",
    ) -> dict[str, Any]:
        """Answer an approval; the run goes on.

        Raises:
            NotFound: nobody was asked that.
            InvalidInput: no such choice, or the values do not fit the form.
            MayNotDecide: ``by`` is not among those asked.
            Conflict: it was decided before, or its run is over.
        """
        record = await self.engine.decide(approval, choice, values=values, by=by, comment=comment)
        return record.to_dict()

    def workflows(self) -> list[dict[str, Any]]:
        return [template.to_dict() for template in self.engine.templates()]

    def workflow(self, name: str) -> dict[str, Any]:
        return self.engine.template(name).to_dict()

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        """Versions that runs go on with, the current one first: ``{version, runs, source}``."""
        return await self.engine.control.versions(workflow)

    def register(self, workflow: Template | Callable[..., Awaitable[Any]]) -> None:
        """Make a template, or a function under ``@workflow``, startable under its name."""
        template = workflow if isinstance(workflow, Template) else template_of(workflow)
        self.engine.register(template)

    async def over(self, run_id: str) -> bool:
        """Whether a run has ended, or there is none."""
        record = await self.journal.runs.get(run_id)
        return record is None or record.finished is not None

    # Schedules and queues

    async def queues(self) -> list[dict[str, Any]]:
        """Each queue of runs: its limits, how many wait and are under way, since when."""
        return await self.engine.queues.list()

    async def list_schedules(self) -> list[dict[str, Any]]:
        """Each schedule: what it starts, when next, the last run, whether it is paused."""
        return [await clockwork.to_dict() for clockwork in self.schedules.values()]

    @audited("schedule.pause")
    async def pause_schedule(self, name: str, *, paused: bool = True) -> None:
        """Let a schedule start nothing, or start again; NotFound if there is none."""
        await schedule_named(self.schedules, name).pause(paused=paused)

    @audited("schedule.fire")
    async def fire_schedule(self, name: str) -> str | None:
        """Start a schedule's run now, beside those that are due; its id."""
        return await schedule_named(self.schedules, name).fire(self.world.time())

    # Events

    async def publish(self, event: Event, source: str = "python") -> bool:
        """Make an event durable and deliver it; False if its id was published before."""
        return await self.bus.publish(event, source)

    @contextmanager
    def subscribe(self, pattern: str = "*") -> Iterator[Subscription]:
        """A stream of events as they are published, for as long as the block lasts."""
        with self.bus.subscribe(pattern) as subscription:
            yield subscription

    def handle(self, handler: Callable[[Event], Awaitable[None]]) -> None:
        """Call a coroutine function for the events that its ``@on_event`` marks name."""
        for mark in marks_of(handler):
            if isinstance(mark, EventMark):
                self.bus.consume(mark.event, handler)

    def on_event(self, pattern: str) -> Callable[[Handler], Handler]:
        """Call the decorated coroutine function for every event whose name matches.

        It is called at least once for an event: again, later, if it raises.
        """

        def decorate(handler: Handler) -> Handler:
            self.bus.consume(pattern, handler)
            return handler

        return decorate

    async def receive_webhook(
        self, service: str, path: str, delivery: WebhookRequest
    ) -> WebhookReply:
        """Have ``service`` verify a delivery, and publish what it says.

        Raises:
            NotFound: no such service, or it has no webhook at ``path``.
            Rejected: the delivery is not from whom it claims to be.
        """
        reply = await self.host.receive_webhook(service, path, delivery)
        for event in reply.events:
            await self.bus.publish(event, service)
        return reply

    # State

    def plugins(self) -> list[dict[str, Any]]:
        """Each plugin: name, version, state, what it brings, or why it failed to load."""
        return [record.to_dict() for record in self.host.plugins]

    async def dead_letters(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """What could not be handled, newest first."""
        return [letter.to_dict() for letter in await self.journal.dead_letters.list(limit)]

    async def dead_letter(self, letter: str) -> dict[str, Any]:
        return (await self.journal.dead_letters.get(letter)).to_dict()

    @audited("dead-letter.replay")
    async def replay(self, letter: str) -> None:
        """Handle a dead letter after all: deliver an event again, retry a run.

        Raises:
            NotFound: there is no such letter.
            Conflict: it cannot be replayed.
        """
        await replay(self, letter)

    @audited("dead-letter.discard")
    async def discard(self, letter: str) -> None:
        """Forget a dead letter."""
        await self.journal.dead_letters.discard(letter)

    async def blob(self, digest: str) -> tuple[bytes, str]:
        """What is kept beside the journal, and its media type; NotFound if it is gone."""
        return await self.journal.blobs.find(digest)

    def metrics(self) -> list[dict[str, Any]]:
        return self.telemetry.snapshot()

    def prometheus(self) -> str:
        """The metrics, and how the services do, in Prometheus' text format."""
        return self.telemetry.prometheus(service_gauges(self.services()))

    @audited("config.reload")
    async def reload(self, *, check: bool = False) -> dict[str, Any]:
        """Read the configuration again, and let what has changed take effect.

        Returns:
            ``{changed: {part: [names]}, needs_restart: [parts], diff: [lines], applied}``.

        Raises:
            ConfigError: all faults of the file; nothing has changed.
            Conflict: there is no file behind this runtime.
        """
        if self.reloading is None:
            raise Conflict("this runtime has no configuration file to read again")
        return await self.reloading(check=check)

    def configuration(self) -> Mapping[str, Any]:
        """The effective configuration, secrets redacted."""
        return self.effective_config

    def _full_name(self, tool: str) -> str:
        """Scopes are of full names: another name of a tool opens nothing."""
        try:
            return self.host.catalog.get(tool).name
        except NotFound:
            return tool
