"""The one place that builds the system: every part is constructed and wired here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import TaskGroup

from interlock.actors import ActorSystem, DeadLetter
from interlock.calls import Call
from interlock.config import Config, TelemetryConfig, redacted
from interlock.daemon.deployment import Deployment, share_gates
from interlock.daemon.engines import engine_of
from interlock.daemon.housekeeping import apply_retention, keep_gauges, keep_running
from interlock.daemon.logs import Logs
from interlock.daemon.plan import Plan, make_plan
from interlock.events import Bus
from interlock.host import Host
from interlock.journal import DeadLetterRecord, Journal, open_journal
from interlock.runtime import Runtime, use_runtime
from interlock.sdk import Event, Facts, InterlockError, RealWorld, World
from interlock.sdk.context import OnProgress
from interlock.telemetry import Telemetry, TelemetryOptions
from interlock.workflows import Engine


@dataclass(frozen=True)
class System:
    """A running system, and what its owner needs to end it well."""

    config: Config
    runtime: Runtime
    actors: ActorSystem
    engine: Engine
    deployment: Deployment
    world: World

    @property
    def grace(self) -> float:
        return self.config.daemon.grace

    async def drain(self) -> bool:
        """Refuse new work and finish what is in flight; True if nothing was cut off.

        Runs stop between two steps and go on at the next start.
        """
        self.runtime.ready = False
        await self.engine.stop_starting()
        report = await self.actors.drain(self.grace)
        return report.clean


@asynccontextmanager
async def open_runtime(
    path: Path | str,
    *,
    handlers: Iterable[Callable[[Event], Awaitable[None]]] = (),
) -> AsyncIterator[Runtime]:
    """Everything that the configuration file at ``path`` describes, in this process.

    Args:
        handlers: coroutine functions under ``@on_event``.

    Raises:
        ConfigError: the file or a template has faults; all of them, before anything starts.
    """
    try:
        async with open_system(Path(path)) as system:
            for handler in handlers:
                system.runtime.handle(handler)
            try:
                yield system.runtime
            finally:
                await system.drain()
    except BaseExceptionGroup as group:
        # What the caller's own block raised is his, not that of a task of ours.
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from None


@asynccontextmanager
async def open_system(
    path: Path, *, world: World | None = None, logs: Logs | None = None
) -> AsyncIterator[System]:
    """As :func:`open_runtime`, for an owner who drains at the right moment himself.

    Args:
        logs: of the process, if it is ours; follows the configuration from then on.
    """
    world = world or RealWorld()
    plan = await make_plan(path, world)
    config = plan.config
    if logs is not None:
        logs.use(config)
    async with AsyncExitStack() as stack:
        telemetry = await _telemetry(config.telemetry, world, stack)
        journal = await stack.enter_async_context(_journal(config, world))
        actors = await stack.enter_async_context(
            ActorSystem(world, telemetry=telemetry, dead_letter_sink=partial(_keep, journal))
        )
        bus = Bus(journal.events, world, partial(_keep_event, journal, world))
        host = await stack.enter_async_context(
            Host(world, telemetry, actors, journal, bus.publish, ledger=journal.spending)
        )
        host.adopt(plan.plugins)
        share_gates(host, config.shared)
        await host.services.start(plan.services, aliases=config.aliases)
        engine = await _engine(plan, journal, host, bus, telemetry, world)
        runtime = Runtime(host, engine, bus, journal, telemetry, redacted(config), world)
        await runtime.recall_pauses()
        tasks = anyio.create_task_group()
        deployment = Deployment(path, plan, runtime, engine, world, tasks)
        runtime.reloading = deployment.reload
        if logs is not None:
            runtime.log = logs.book
            deployment.listeners.append(logs.use)
        # Before the engine goes on with unfinished runs, which may start others.
        for template in plan.templates:
            runtime.register(template)
        await stack.enter_async_context(engine)
        await stack.enter_async_context(tasks)
        deployment.begin()
        _begin_background(tasks, runtime, actors, config)
        stack.callback(tasks.cancel_scope.cancel)
        use_runtime(runtime)
        runtime.ready = True
        yield System(config, runtime, actors, engine, deployment, world)


def _journal(config: Config, world: World) -> AbstractAsyncContextManager[Journal]:
    full = config.journal.synchronous == "full"
    return open_journal(config.journal_path, world, synchronous="FULL" if full else "NORMAL")


async def _engine(
    plan: Plan, journal: Journal, host: Host, bus: Bus, telemetry: Telemetry, world: World
) -> Engine:
    make = await engine_of(plan.config, journal)
    return make(
        journal,
        ToolCalls(host),
        world,
        publish=bus.publish,
        announce=bus.announce,
        functions=plan.plugins.functions,
        telemetry=telemetry,
    )


def _begin_background(
    tasks: TaskGroup, runtime: Runtime, actors: ActorSystem, config: Config
) -> None:
    world, host, journal = runtime.world, runtime.host, runtime.journal
    tasks.start_soon(keep_running, runtime.bus.run, world, name="events")
    tasks.start_soon(_end_with, actors)
    tasks.start_soon(host.shared.run)
    tasks.start_soon(apply_retention, journal, config.journal.retention, world)
    if config.telemetry.exporter != "none":
        tasks.start_soon(keep_gauges, runtime, world)


async def _end_with(actors: ActorSystem) -> None:
    """What nobody is left to restart ends the process, which may be restarted as a whole."""
    raise await actors.wait_failed()


@dataclass(frozen=True)
class ToolCalls:
    """How workflows call tools: as everybody does, through the host."""

    host: Host

    async def __call__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        idempotency_key: str,
        run_id: str,
        step: str,
        deadline: float | None = None,
        parent: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Any:
        return await self.host.call(
            tool,
            arguments,
            deadline=deadline,
            idempotency_key=idempotency_key,
            run_id=run_id,
            step=step,
            parent=parent,
            on_progress=on_progress,
        )

    def facts(self, tool: str) -> Facts:
        return self.host.catalog.get(tool).spec.facts


async def _telemetry(config: TelemetryConfig, world: World, stack: AsyncExitStack) -> Telemetry:
    telemetry = Telemetry(
        TelemetryOptions(
            service_name=config.service_name,
            exporter=config.exporter,
            endpoint=config.endpoint,
            sample_ratio=config.sample_ratio,
        ),
        world=world,
    )
    stack.push_async_callback(anyio.to_thread.run_sync, telemetry.close)
    return telemetry


def _keep(journal: Journal, letter: DeadLetter) -> None:
    """A message that an actor gave up becomes durable, unless a run sees to it."""
    if isinstance(letter.message, Call) and letter.message.run_id is not None:
        return  # its step ends with the error, or is done again after the next start
    journal.dead_letters.put(
        DeadLetterRecord(
            id=letter.id,
            kind="message",
            subject=letter.actor,
            reason=f"{letter.reason}: {letter.error.strip().rpartition(chr(10))[2]}",
            payload={"message": repr(letter.message), "sender": letter.sender},
            created=letter.at,
        )
    )


async def _keep_event(journal: Journal, world: World, event: Event, error: Exception) -> None:
    problem = error.to_problem() if isinstance(error, InterlockError) else {"message": repr(error)}
    await journal.dead_letters.add(
        DeadLetterRecord(
            id=f"event:{event.id}",
            kind="event",
            subject=event.name,
            reason=str(problem["message"]),
            payload={"id": event.id, "payload": dict(event.payload), "error": problem},
            created=world.time(),
        )
    )
