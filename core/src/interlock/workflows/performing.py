"""What operations do when they are done for real."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any

from interlock.journal import RunRecord
from interlock.sdk.errors import DeadlineExceeded
from interlock.sdk.world import World
from interlock.workflows.operations import Call
from interlock.workflows.tools import CallPort


def call_tool(
    call: Call, run: RunRecord, calls: CallPort, world: World
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
    )
    return work if call.timeout is None else _bounded(work, call, call.timeout, world)


async def _bounded(work: Coroutine[Any, Any, Any], call: Call, timeout: float, world: World) -> Any:
    """Hold a call to its time-out even if whoever makes it does not."""
    task = asyncio.ensure_future(work)
    timer = world.call_later(timeout, partial(_cancel, task))
    try:
        return await task
    except asyncio.CancelledError:
        if (current := asyncio.current_task()) and current.cancelling():
            raise
        raise DeadlineExceeded(
            f"{call.tool} took longer than {timeout:g} s", may_have_run=True
        ) from None
    finally:
        timer.cancel()
        task.cancel()


def _cancel(task: asyncio.Future[Any]) -> None:
    task.cancel()
