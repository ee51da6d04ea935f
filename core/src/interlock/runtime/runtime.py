"""The few operations that every surface uses: CLI, HTTP, MCP, pages and Python alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.events import Bus, Scheduler
from interlock.host import Host
from interlock.journal import Journal, RunFilter
from interlock.runtime.auditing import audited
from interlock.runtime.caller import current_caller
from interlock.runtime.events import EventOperations
from interlock.runtime.operators import each_run, replay
from interlock.runtime.overview import OverviewOperations
from interlock.runtime.services import ServiceOperations
from interlock.runtime.standing import as_it_stands, steps_as_they_stand
from interlock.runtime.traces import trace_of
from interlock.runtime.visibility import (
    visible_letter,
    visible_run,
    visible_schedule,
    visible_template,
)
from interlock.sdk import Conflict, NotFound, RealWorld, World
from interlock.sdk.context import OnProgress
from interlock.telemetry import LogBook, Telemetry
from interlock.workflows import Engine, Template, template_of

Reload = Callable[..., Awaitable[dict[str, Any]]]


@dataclass
class Runtime(ServiceOperations, EventOperations, OverviewOperations):
    """A running Interlock. Built by ``interlock.daemon`` only; see :func:`interlock.open_runtime`.

    Everything that goes in or comes out is JSON. Errors are of ``interlock.sdk.errors``.
    """

    host: Host
    engine: Engine
    bus: Bus
    journal: Journal
    telemetry: Telemetry
    effective_config: Mapping[str, Any]
    world: World = RealWorld()  # noqa: RUF009 - has no state
    schedules: dict[str, Scheduler] = field(default_factory=dict)
    ready: bool = False
    reloading: Reload | None = None
    log: LogBook | None = None
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
        on_progress: OnProgress | None = None,
    ) -> Any:
        """Call a tool, or run a workflow to its end, by name or alias; its JSON result.

        Args:
            tool: ``figma.extract_components``, an alias, or a workflow's name.
            timeout: seconds; default: what the tool's policies say.
            idempotency_key: equal keys mark one effect; default: a new one.

        Raises:
            Forbidden: it is not within the caller's role or scopes.
            NotFound: no tool or workflow of this name; names the nearest.
            InvalidInput: the arguments do not fit the schema.
            InterlockError: whatever the call ended with.
        """
        if self.engine.knows(tool):
            return await self.wait(await self.start(tool, arguments))
        current_caller().require_tool(self._full_name(tool))
        return await self.host.call(
            tool,
            arguments or {},
            timeout=timeout,
            idempotency_key=idempotency_key,
            on_progress=on_progress,
        )

    def tools(self) -> list[dict[str, Any]]:
        """Every tool the caller may see: name, service, description, schemas, facts, aliases."""
        caller = current_caller()
        return [entry.to_dict() for entry in self.host.catalog if caller.sees(entry.name)]

    def tool(self, name: str) -> dict[str, Any]:
        """One of :meth:`tools`, by name or alias; NotFound otherwise."""
        entry = self.host.catalog.get(name)
        if not current_caller().sees(entry.name):
            raise NotFound(f"there is no tool {name!r}")
        return entry.to_dict()

    def describe(self, name: str) -> dict[str, Any]:
        """What :meth:`call` takes: a tool, or a workflow described as one; NotFound otherwise."""
        if self.engine.knows(name):
            return visible_template(self, name).as_tool()
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
        record = await visible_run(self, run_id)
        usage = await self.journal.spending.of_run(record.id)
        told = as_it_stands(self, record, self.host.services.standing())
        return {**told, **trace_of(record, self.effective_config), "usage": usage}

    async def steps(self, run_id: str) -> list[dict[str, Any]]:
        """The steps of a run, in the order in which they ended; what is under way comes last."""
        run = await visible_run(self, run_id)
        steps = await self.engine.steps(run.id)
        return steps_as_they_stand(run.id, steps, self.host.services.standing())

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

    # Templates

    def workflows(self) -> list[dict[str, Any]]:
        """Every template that the caller may see."""
        sees = current_caller().sees
        return [each.to_dict() for each in self.engine.templates() if sees(each.name)]

    def workflow(self, name: str) -> dict[str, Any]:
        """One of :meth:`workflows`, by name or alias; NotFound otherwise."""
        return visible_template(self, name).to_dict()

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        """Versions that runs go on with, the current one first: ``{version, runs, source}``."""
        return await self.engine.control.versions(visible_template(self, workflow).name)

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
        sees = current_caller().sees
        return [
            await each.to_dict() for each in self.schedules.values() if sees(each.schedule.start)
        ]

    @audited("schedule.pause")
    async def pause_schedule(self, name: str) -> None:
        """Let a schedule start nothing; NotFound if there is none."""
        await visible_schedule(self.schedules, name).pause(paused=True)

    @audited("schedule.resume")
    async def resume_schedule(self, name: str) -> None:
        """Let a schedule start runs again; NotFound if there is none."""
        await visible_schedule(self.schedules, name).pause(paused=False)

    @audited("schedule.fire")
    async def fire_schedule(self, name: str) -> str | None:
        """Start a schedule's run now, beside those that are due; its id."""
        return await visible_schedule(self.schedules, name).fire(self.world.time())

    # State

    @audited("dead-letter.replay")
    async def replay(
        self, letter: str, *, payload: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Handle a dead letter after all: deliver an event again, retry a run.

        Args:
            payload: instead of an event's payload or a run's input, which makes a new event or
                a new run of it.

        Returns:
            ``{event}`` or ``{run_id}`` if there is a new one.

        Raises:
            NotFound: there is no such letter.
            Conflict: it cannot be replayed, or not with another payload.
        """
        await visible_letter(self, letter)
        return await replay(self, letter, payload)

    @audited("dead-letter.discard")
    async def discard(self, letter: str) -> None:
        """Forget a dead letter."""
        if current_caller().limited:
            await visible_letter(self, letter)
        await self.journal.dead_letters.discard(letter)

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
