"""A server that answers calls with tasks, as the extension of revision 2026-07-28 has them.

``work`` is over at the third look, ``fail`` fails then, ``give_up`` is cancelled by the server,
``ask`` asks a person first, ``sample`` a model; ``last`` is never over. Only for clients that know of
tasks. What was answered and cancelled is told in the file STORY.

Usage: claimed_server.py
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import anyio
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
TASKS = "io.modelcontextprotocol/tasks"
NAMES = ("work", "fail", "give_up", "ask", "sample", "last", "nonsense")
ASKED: dict[str, dict[str, Any]] = {
    "ask": {
        "method": "elicitation/create",
        "params": {"mode": "form", "message": "Sure?", "requestedSchema": {"type": "object"}},
    },
    "sample": {"method": "sampling/createMessage", "params": {"messages": [], "maxTokens": 1}},
}
LOOKS: dict[str, int] = {}
ANSWERED: set[str] = set()
Context = ServerRequestContext[Any]


class TaskParams(types.RequestParams):
    task_id: str


class UpdateParams(TaskParams):
    input_responses: dict[str, Any]


def _task(name: str) -> dict[str, Any]:
    told = {"taskId": name, "statusMessage": f"look {LOOKS[name]}", "pollIntervalMs": 50}
    told |= {"createdAt": "2026-01-01T00:00:00Z", "lastUpdatedAt": "2026-01-01T00:00:00Z"}
    if name in ASKED and name not in ANSWERED and LOOKS[name]:
        return {**told, "status": "input_required", "inputRequests": {"q": ASKED[name]}}
    if LOOKS[name] < 3 or name == "last":
        return {**told, "status": "working"}
    if name == "fail":
        return {**told, "status": "failed", "error": {"code": -32603, "message": "it broke"}}
    if name == "give_up":
        return {**told, "status": "cancelled"}
    result = {"content": [{"type": "text", "text": "worked"}], "isError": False}
    return {**told, "status": "completed", "result": result}


async def list_tools(context: Context, params: Any) -> types.ListToolsResult:
    told = (context.params or {}).get("_meta", {}).get(CAPABILITIES, {})
    names = NAMES if TASKS in told.get("extensions", {}) else ()
    return types.ListToolsResult(
        tools=[types.Tool(name=name, input_schema={"type": "object"}) for name in names]
    )


async def call_tool(context: Context, params: types.CallToolRequestParams) -> dict[str, Any]:
    LOOKS[params.name] = 0
    if params.name == "nonsense":
        return {"resultType": "task", "taskId": 5}
    return {**_task(params.name), "resultType": "task", "status": "working"}


async def get(context: Context, params: TaskParams) -> dict[str, Any]:
    LOOKS[params.task_id] += 1
    return _task(params.task_id)


async def update(context: Context, params: UpdateParams) -> dict[str, Any]:
    ANSWERED.add(params.task_id)
    _tell(f"{params.input_responses}")
    return {}


async def cancel(context: Context, params: TaskParams) -> dict[str, Any]:
    _tell(f"cancelled {params.task_id}")
    return {}


def _tell(word: str) -> None:
    Path(os.environ["STORY"]).write_text(word)


async def main() -> None:
    server: Server[Any] = Server("claimed")
    server.extensions[TASKS] = {}
    server.add_request_handler("tools/list", types.PaginatedRequestParams, list_tools)
    server.add_request_handler("tools/call", types.CallToolRequestParams, call_tool)
    server.add_request_handler("tasks/get", TaskParams, get)
    server.add_request_handler("tasks/update", UpdateParams, update)
    server.add_request_handler("tasks/cancel", TaskParams, cancel)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


if __name__ == "__main__":
    anyio.run(main)
