"""Tools that a server runs as tasks only (revision 2025-11-25): begun, looked at, fetched.

The SDK has the shapes of these messages and none of the methods.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import anyio
from mcp import Client
from mcp_types import (
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    CancelTaskRequest,
    CancelTaskRequestParams,
    CancelTaskResult,
    CreateTaskResult,
    GetTaskPayloadRequest,
    GetTaskPayloadRequestParams,
    GetTaskRequest,
    GetTaskRequestParams,
    GetTaskResult,
    Task,
    TaskMetadata,
)

from interlock.sdk import (
    CallContext,
    InterlockError,
    InvalidInput,
    Rejected,
    Retryable,
    World,
)

Ask = Callable[[Callable[[Client], Awaitable[Any]]], Awaitable[Any]]

_POLL = (0.05, 10.0)  # seconds between two looks, whatever the server wishes
PATIENCE = 2.0  # seconds to tell a server that nobody waits any more


class TaskCall:
    """One call of a tool as a task.

    Args:
        ask: uses the client, whichever it is by then; a task outlives a connection over HTTP.
    """

    def __init__(self, ask: Ask, call: CallContext, world: World) -> None:
        self._ask = ask
        self._call = call
        self._world = world

    async def run(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """The tool's result, once the task is over.

        Raises:
            Rejected: the server gave the task up, or has lost it.
        """
        task = await self._begin(name, arguments)
        try:
            task = await self._until_over(task)
        except BaseException:
            # Cancelled, or out of time before that: nobody waits for it any more.
            with anyio.move_on_after(PATIENCE, shield=True):
                await self._give_up(task.task_id)
            raise
        return await self._result(name, task)

    async def _begin(self, name: str, arguments: Mapping[str, Any]) -> Task:
        kept = TaskMetadata(ttl=int(self._call.remaining() * 1000))
        params = CallToolRequestParams(name=name, arguments=dict(arguments), task=kept)
        created = await self._send(CallToolRequest(params=params), CreateTaskResult)
        task: Task = created.task
        return task

    async def _until_over(self, task: Task) -> Task:
        looks = 0
        while task.status == "working":
            self._call.progress(looks, message=task.status_message or "")
            await self._world.sleep(pause(task.poll_interval))
            # The server works on while it cannot be asked; the deadline bounds this.
            with suppress(Retryable):
                task = await self._look(task.task_id)
            looks += 1
        return task

    async def _result(self, name: str, task: Task) -> CallToolResult:
        params = GetTaskPayloadRequestParams(task_id=task.task_id)
        try:
            result = await self._send(GetTaskPayloadRequest(params=params), CallToolResult)
        except InterlockError as error:
            if task.status in ("failed", "cancelled"):
                raise Rejected(
                    f"{name} {task.status}: {task.status_message or error.message}"
                ) from None
            raise
        await self._ask(lambda client: client.session.validate_tool_result(name, result))
        return result  # type: ignore[no-any-return] # the SDK's methods are asked for by name

    async def _look(self, task_id: str) -> Task:
        params = GetTaskRequestParams(task_id=task_id)
        try:
            found: Task = await self._send(GetTaskRequest(params=params), GetTaskResult)
        except InvalidInput as error:
            # It was given the id by the server itself: not the caller's arguments are wrong.
            raise Rejected(f"the task is lost: {error.message}", may_have_run=True) from None
        return found

    async def _give_up(self, task_id: str) -> None:
        params = CancelTaskRequestParams(task_id=task_id)
        with suppress(InterlockError):
            await self._send(CancelTaskRequest(params=params), CancelTaskResult, PATIENCE)

    async def _send(self, request: Any, shape: Any, longest: float | None = None) -> Any:
        # Of a call whose time is over nothing remains in which to cancel its task.
        patience = longest or max(0.001, self._call.remaining())

        async def work(client: Client) -> Any:
            return await client.session.send_request(request, shape, patience)

        return await self._ask(work)


def pause(interval: float | None) -> float:
    """Seconds until the next look.

    Args:
        interval: that the server wishes, in milliseconds.
    """
    shortest, longest = _POLL
    wished = 0.5 if interval is None else interval / 1000
    return min(longest, max(shortest, wished))
