"""Tools over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import CallResult, Items, Tool
from interlock.api.endpoint import EVENTS, JSON, Endpoint
from interlock.api.idempotency import effect_of
from interlock.api.pages import listing, part
from interlock.api.problems import Json, problem_of
from interlock.api.requests import CallBody, headers_of, read_body, runtime_of
from interlock.api.streams import EventStream
from interlock.runtime import Runtime
from interlock.sdk import InterlockError, InvalidInput
from interlock.sdk.context import OnProgress

_UNREAD = 1000


async def list_tools(request: Request) -> Response:
    return part(request, runtime_of(request).tools())


async def show_tool(request: Request) -> Response:
    return Json(runtime_of(request).tool(request.path_params["tool"]))


async def call_tool(request: Request) -> Response:
    body = await read_body(request, CallBody)
    accept = headers_of(request).get("accept", "")
    if EVENTS in accept and JSON not in accept:
        if effect_of(request):
            raise InvalidInput(
                "a stream of events cannot be recorded under an Idempotency-Key",
                hint="put `idempotency_key` into the body",
                path="$.idempotency-key",
            )
        return EventStream(_told(runtime_of(request), request.path_params["tool"], body))
    result = await runtime_of(request).call(
        request.path_params["tool"],
        body.arguments,
        timeout=body.timeout,
        idempotency_key=body.idempotency_key or effect_of(request),
    )
    return Json({"result": result})


async def _told(runtime: Runtime, tool: str, body: CallBody) -> AsyncIterator[dict[str, Any]]:
    """``progress`` as the tool tells it, then ``result`` or ``failed``."""
    send, receive = anyio.create_memory_object_stream[dict[str, Any]](_UNREAD)

    def hear(done: float, total: float | None, message: str) -> None:
        item = {"kind": "progress", "done": done, "total": total, "message": message}
        try:
            send.send_nowait({**item, "at": runtime.world.time()})
        except anyio.WouldBlock:
            return  # a client that reads slowly misses some progress, never the result

    async def call() -> None:
        async with send:
            await send.send(await _outcome(runtime, tool, body, hear))

    task = asyncio.create_task(call())
    try:
        async with receive:
            async for item in receive:
                yield item
    finally:
        # The client may have left: whoever makes the call leaves with it.
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _outcome(
    runtime: Runtime, tool: str, body: CallBody, on_progress: OnProgress
) -> dict[str, Any]:
    try:
        result = await runtime.call(
            tool,
            body.arguments,
            timeout=body.timeout,
            idempotency_key=body.idempotency_key,
            on_progress=on_progress,
        )
    except InterlockError as error:
        return {"kind": "failed", "at": runtime.world.time(), **problem_of(error)}
    return {"kind": "result", "at": runtime.world.time(), "result": result}


ENDPOINTS = [
    listing("/tools", list_tools, "List the tools that the caller may see.", Items[Tool]),
    Endpoint("GET", "/tools/{tool}", show_tool, "Show one tool, by name or alias.", Tool),
    Endpoint(
        "POST",
        "/tools/{tool}/call",
        call_tool,
        "Call a tool, or run a workflow to its end; as events with progress, where accepted.",
        CallResult,
        role="operator",
        body=CallBody,
        also=(EVENTS,),
    ),
]
