"""An MCP server over the runtime; the only module that knows the MCP SDK.

The SDK's low-level server is used, because tools come from the catalog with schemas of their own.
It validates nothing by itself; the tools do, before any side effect.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import orjson
from mcp import MCPError, types
from mcp.server import CacheHint, Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
from starlette.types import ASGIApp

from interlock import __version__
from interlock.runtime import Runtime
from interlock.sdk import InterlockError, NotFound

_INVALID_PARAMS = -32602


class McpEndpoint:
    """Streamable HTTP; :meth:`running` must be entered before :attr:`app` is asked."""

    def __init__(self, runtime: Runtime) -> None:
        self._manager = StreamableHTTPSessionManager(build_server(runtime))
        self.app: ASGIApp = StreamableHTTPASGIApp(self._manager)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._manager.run():
            yield


async def serve_stdio(runtime: Runtime) -> None:
    """Speak MCP on standard input and output until the client leaves."""
    server = build_server(runtime)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def build_server(runtime: Runtime) -> Server[Any]:
    async def list_tools(
        context: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(entry) for entry in runtime.callables()])

    async def call_tool(
        context: ServerRequestContext[Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        async with _progress_to(context) as report:
            try:
                result = await runtime.call(
                    params.name, params.arguments or {}, principal="mcp", on_progress=report
                )
            except NotFound as error:
                if error.details.get("kind") == "tool":
                    raise MCPError(_INVALID_PARAMS, str(error)) from None
                return _failed(error)
            except InterlockError as error:
                return _failed(error)
        return _succeeded(result)

    def input_schema(name: str) -> dict[str, Any] | None:
        try:
            schema: dict[str, Any] = runtime.describe(name)["input_schema"]
        except NotFound:
            return None
        return schema

    return Server(
        "interlock",
        version=__version__,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        # Without this the SDK lists all tools before every call, to look up one schema.
        get_tool_input_schema=input_schema,
        cache_hints={"tools/list": CacheHint(ttl_ms=0, scope="private")},
    )


def _described(entry: dict[str, Any]) -> types.Tool:
    facts = entry["facts"]
    output = entry["output_schema"]
    return types.Tool(
        name=entry["name"],
        description=entry["description"],
        input_schema=entry["input_schema"],
        # Handshake-era clients accept objects only.
        output_schema=output if output.get("type") == "object" else None,
        annotations=types.ToolAnnotations(
            read_only_hint=facts["effect"] == "read",
            idempotent_hint=facts["idempotent"],
            destructive_hint=facts.get("destructive", False),
        ),
    )


def _succeeded(result: Any) -> types.CallToolResult:
    return types.CallToolResult(
        content=[types.TextContent(text=orjson.dumps(result).decode())],
        structured_content=result if isinstance(result, dict) else None,
    )


def _failed(error: InterlockError) -> types.CallToolResult:
    """A failure the model should read: what went wrong, and whether trying again makes sense."""
    return types.CallToolResult(
        content=[types.TextContent(text=str(error))],
        structured_content={"error": error.to_problem()},
        is_error=True,
    )


@asynccontextmanager
async def _progress_to(
    context: ServerRequestContext[Any],
) -> AsyncIterator[Callable[[float, float | None, str], None]]:
    """A callback that never waits, and a task that sends what it was told."""
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
