"""What operations do when they are done for real."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol

from interlock.actors.deadlines import TimeLimit
from interlock.journal import Journal, RunRecord
from interlock.sdk.context import OnProgress
from interlock.sdk.errors import DeadlineExceeded
from interlock.sdk.events import Event
from interlock.sdk.world import World
from interlock.workflows.operations import Call, Publish, Remember
from interlock.workflows.tools import CallPort


class Publisher(Protocol):
    """Where ``publish`` steps go; the bus implements it."""

    async def __call__(self, event: Event, source: str) -> bool: ...


def call_tool(
    call: Call, run: RunRecord, calls: CallPort, world: World, on_progress: OnProgress
) -> Coroutine[Any, Any, Any]:
    """Call a tool on behalf of a run; ends within the call's time-out."""
    deadline = None if call.timeout is None else world.monotonic() + call.timeout
    work = calls(
        call.tool,
        call.arguments,
        idempotency_key=call.key,
        run_id=run.id,
        step=call.path,
        deadline=deadline,
        parent=run.trace,
        on_progress=on_progress,
    )
    return work if call.timeout is None else _bounded(work, call, call.timeout, world)


async def _bounded(work: Coroutine[Any, Any, Any], call: Call, timeout: float, world: World) -> Any:
    """Hold a call to its time-out even if whoever makes it does not."""
    try:
        with TimeLimit(world, timeout):
            return await work
    except TimeoutError:
        message = f"{call.tool} took longer than {timeout:g} s"
        raise DeadlineExceeded(message, may_have_run=True) from None


async def publish_event(publish: Publish, run: RunRecord, to: Publisher) -> dict[str, Any]:
    """Make an event durable; twice under one key is once."""
    await to(Event(publish.event, publish.payload, id=publish.key), f"run {run.id}")
    return {"id": publish.key}


async def remember(memo: Remember, journal: Journal, world: World) -> None:
    """Keep an output for other runs."""
    await journal.memos.put(memo.key, memo.output, world.time(), memo.ttl)
