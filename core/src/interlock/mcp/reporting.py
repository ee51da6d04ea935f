"""Progress of a call, on its way to a client that asked for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from interlock.mcp.client import Context
from interlock.sdk.context import OnProgress


@asynccontextmanager
async def progress_to(context: Context) -> AsyncIterator[OnProgress | None]:
    """A callback that never waits, and a task that sends what it was told; None if unwanted."""
    if not context.meta or context.meta.get("progress_token") is None:
        yield None
        return
    send, receive = anyio.create_memory_object_stream[tuple[float, float | None, str]](64)

    def report(done: float, total: float | None, message: str) -> None:
        try:
            send.send_nowait((done, total, message))
        except anyio.WouldBlock:
            return  # a client that reads slowly misses some progress, never the result

    async def forward() -> None:
        async with receive:
            async for done, total, message in receive:
                await context.session.report_progress(done, total, message)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(forward)
        async with send:
            yield report
