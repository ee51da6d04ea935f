"""Calls that a server answers with a task (extension of revision 2026-07-28, SEP-2663).

Any call may become one, once we say that we know of them. The SDK lets an extension claim such
results and has nothing else of it. The task is finished by us instead of by the claim, which knows
only the connection on which the task began.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar, Literal

import anyio
from mcp import Client
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, EmptyResult, ErrorData, Request, RequestParams, Result

from interlock.sdk import CallContext, InterlockError, Rejected, Retryable, World
from interlock_mcp.errors import translated
from interlock_mcp.tasks import PATIENCE, Ask, pause

_DECLINED = {"action": "decline"}


class Task(Result):
    """What is known of one; ``result`` or ``error`` once it is over."""

    task_id: str
    status: str
    status_message: str | None = None
    poll_interval_ms: float | None = None
    result: dict[str, Any] | None = None
    error: ErrorData | None = None


class _Created(Task):
    result_type: Literal["task"] = "task"


class _Look(Task):
    input_requests: dict[str, dict[str, Any]] | None = None


class _TaskParams(RequestParams):
    task_id: str


class _UpdateParams(_TaskParams):
    input_responses: dict[str, Any]


class _Get(Request[_TaskParams, Literal["tasks/get"]]):
    method: Literal["tasks/get"] = "tasks/get"
    name_param: ClassVar[str | None] = "taskId"


class _Update(Request[_UpdateParams, Literal["tasks/update"]]):
    method: Literal["tasks/update"] = "tasks/update"
    name_param: ClassVar[str | None] = "taskId"


class _Cancel(Request[_TaskParams, Literal["tasks/cancel"]]):
    method: Literal["tasks/cancel"] = "tasks/cancel"
    name_param: ClassVar[str | None] = "taskId"


class TaskBegun(Exception):
    """A call has become a task."""

    def __init__(self, task: Task) -> None:
        super().__init__(task.task_id)
        self.task = task


class TasksExtension(ClientExtension):
    """Says that we know of tasks; whoever calls is told by :class:`TaskBegun`."""

    identifier = "io.modelcontextprotocol/tasks"

    def claims(self) -> Sequence[ResultClaim[Any]]:
        return (ResultClaim(result_type="task", model=_Created, resolve=self._begun),)

    async def _begun(self, created: Task, _context: ClaimContext) -> CallToolResult:
        raise TaskBegun(created)


class ClaimedTask:
    """A task of the server, followed to its end.

    Args:
        ask: uses the client, whichever it is by then.
        service: of the server, for errors.
    """

    def __init__(self, ask: Ask, call: CallContext, world: World, service: str) -> None:
        self._ask = ask
        self._call = call
        self._world = world
        self._service = service

    async def finish(self, name: str, task: Task) -> CallToolResult:
        """The result of the tool.

        Raises:
            Rejected: the server gave the task up, or wants to know what nobody here can say.
        """
        try:
            over = await self._followed(name, task)
        except BaseException:
            # Cancelled, out of time before that, or not to be helped: nobody waits for it.
            with anyio.move_on_after(PATIENCE, shield=True), suppress(InterlockError):
                params = _TaskParams(task_id=task.task_id)
                await self._send(_Cancel(params=params), EmptyResult, PATIENCE)
            raise
        result = CallToolResult.model_validate(over.result or {"content": []})
        if not result.is_error:
            await self._ask(lambda client: client.session.validate_tool_result(name, result))
        return result

    async def _followed(self, name: str, task: Task) -> Task:
        looks = 0
        while task.status in ("working", "input_required"):
            self._call.progress(looks, message=task.status_message or "")
            await self._world.sleep(pause(task.poll_interval_ms))
            # The server works on while it cannot be asked; the deadline bounds this.
            with suppress(Retryable):
                task = await self._look(name, task.task_id)
            looks += 1
        if task.error is not None:
            raise translated(MCPError.from_error_data(task.error), self._service)
        if task.status != "completed":
            raise Rejected(
                f"{name} {task.status}: {task.status_message or 'nothing is said of why'}"
            )
        return task

    async def _look(self, name: str, task_id: str) -> Task:
        found: _Look = await self._send(_Get(params=_TaskParams(task_id=task_id)), _Look)
        if asked := found.input_requests:
            if any(each.get("method") != "elicitation/create" for each in asked.values()):
                raise Rejected(f"{name} asks for what is not given to servers, such as a model")
            params = _UpdateParams(task_id=task_id, input_responses=dict.fromkeys(asked, _DECLINED))
            await self._send(_Update(params=params), EmptyResult)
        return found

    async def _send(self, request: Any, shape: Any, longest: float | None = None) -> Any:
        # Of a call whose time is over nothing remains in which to cancel its task.
        patience = longest or max(0.001, self._call.remaining())

        async def work(client: Client) -> Any:
            return await client.session.send_request(request, shape, patience)

        return await self._ask(work)
