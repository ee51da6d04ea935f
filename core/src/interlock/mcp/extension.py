"""The methods of the tasks extension, which the SDK does not have."""

from __future__ import annotations

from typing import Any

from mcp import MCPError, types
from mcp.server import Server
from pydantic import Field

from interlock.mcp.client import Client, Context
from interlock.mcp.tasks import Tasks

_HEADER_MISMATCH = -32020


class TaskParams(types.RequestParams):
    task_id: str


class UpdateParams(TaskParams):
    input_responses: dict[str, Any] = Field(default_factory=dict)


def add_tasks(server: Server[Any], tasks: Tasks) -> None:
    """Register ``tasks/get``, ``tasks/update`` and ``tasks/cancel``."""

    async def get(context: Context, params: TaskParams) -> dict[str, Any]:
        _check(context, params)
        return await tasks.get(params.task_id)

    async def update(context: Context, params: UpdateParams) -> dict[str, Any]:
        _check(context, params)
        await tasks.update(params.task_id, params.input_responses)
        return {}

    async def cancel(context: Context, params: TaskParams) -> dict[str, Any]:
        _check(context, params)
        await tasks.cancel(params.task_id)
        return {}

    server.add_request_handler("tasks/get", TaskParams, get)
    server.add_request_handler("tasks/update", UpdateParams, update)
    server.add_request_handler("tasks/cancel", TaskParams, cancel)


def _check(context: Context, params: TaskParams) -> None:
    """The SDK compares ``Mcp-Name`` with the body for its own methods only."""
    Client.of(context).require_tasks()
    named = context.request.headers.get("mcp-name") if context.request is not None else None
    if named is not None and named.strip() != params.task_id:
        raise MCPError(_HEADER_MISMATCH, "Mcp-Name header does not match params.taskId")
