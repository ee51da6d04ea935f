"""``python mcp_server.py KIND TOOLS`` or ``KIND UPSTREAM``: one server with a trivial tool.

Prints its URL. Kinds: ``ours`` (guard, token, validation, actor, tracing and audit on, as in the
daemon), ``sdk`` (the official SDK's low-level server), ``fastmcp``, ``starlette`` (a bare handler);
TOOLS is how many tools there are. ``gateway`` (ours) and ``fastmcp_proxy`` pass on what the server
at the URL UPSTREAM offers.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TOKEN = "the-token-of-the-bench"
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
    "required": ["a", "b"],
}
RESULT = {
    "type": "object",
    "properties": {"result": {"type": "integer"}},
    "required": ["result"],
}


def ours(door: socket.socket, tools: str) -> None:
    from unittest.mock import patch

    from interlock.host import Plugins
    from interlock.host.contributions import Contributions
    from interlock.host.loader import LoadedPlugin
    from interlock.host.plugin_record import PluginRecord
    from interlock.sdk import Service, Settings, ToolSpec, declared_tool, tool

    class MathSettings(Settings):
        """Nothing to set."""

    class Math(Service[MathSettings]):
        @tool(effect="read")
        async def add(self, a: int, b: int) -> dict[str, int]:
            """Add two numbers."""
            return {"result": a + b}

        def tools(self) -> Mapping[str, ToolSpec]:
            async def same(arguments: Mapping[str, Any]) -> Any:
                return dict(arguments)

            more = {
                f"tool_{each}": declared_tool(f"tool_{each}", same, input_schema=SCHEMA)
                for each in range(int(tools) - 1)
            }
            return {**super().tools(), **more}

    async def plugins(*_: Any, **__: Any) -> Plugins:
        brought = Contributions(services={"math": Math})
        return Plugins((LoadedPlugin(PluginRecord("math", "math", "1"), brought),))

    with patch("interlock.daemon.plan.load_plugins", plugins):
        _serve_ours(door, "{policies: {concurrency: 100}}")


def gateway(door: socket.socket, upstream: str) -> None:
    service = f'plugin: mcp, settings: {{url: "{upstream}/mcp"}}, http: {{allow_private: true}}'
    _serve_ours(door, f"{{{service}, policies: {{concurrency: 100}}}}")


def _serve_ours(door: socket.socket, service: str) -> None:
    """The service is called ``math`` and has a tool ``add``."""
    from interlock.api import build_app
    from interlock.api.auth import hashed
    from interlock.daemon.access import guard_of
    from interlock.daemon.compose import open_system
    from interlock.daemon.memory import settle_memory
    from interlock.daemon.server import Server
    from interlock.mcp import McpEndpoints

    async def serve(folder: Path) -> None:
        config = f"""
version: 1
daemon: {{state_dir: "{folder}"}}
api:
  rate: 100000/s
  tokens: [{{name: bench, sha256: "{hashed(TOKEN)}", role: operator}}]
services: {{math: {service}}}
mcp: {{names: {{add: math.add}}}}
"""
        (folder / "interlock.yaml").write_text(config)
        async with open_system(folder / "interlock.yaml") as system:
            endpoint = McpEndpoints(system.runtime, system.config.mcp, secret=b"bench")
            guard = guard_of(system.config.api, TOKEN, system.world)
            app = build_app(system.runtime, guard, endpoints=endpoint.apps)
            settle_memory()
            async with endpoint.running():
                await Server(app, read_timeout=30).serve([door])

    with tempfile.TemporaryDirectory() as it:
        asyncio.run(serve(Path(it)))


def sdk(door: socket.socket, tools: str) -> None:
    from mcp import types
    from mcp.server import Server

    listed = [
        types.Tool(name=name, input_schema=SCHEMA, output_schema=RESULT)
        for name in ["add", *(f"tool_{each}" for each in range(int(tools) - 1))]
    ]

    async def on_list(_context: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=listed)

    async def on_call(_context: Any, params: Any) -> types.CallToolResult:
        result = params.arguments["a"] + params.arguments["b"]
        content: list[Any] = [types.TextContent(text=json.dumps({"result": result}))]
        return types.CallToolResult(content=content, structured_content={"result": result})

    # With the look-up of schemas that the SDK recommends for many tools.
    server = Server(
        "bench",
        version="0",
        on_list_tools=on_list,
        on_call_tool=on_call,
        get_tool_input_schema=lambda _name: SCHEMA,
    )
    _serve(server.streamable_http_app(), door)


def fastmcp(door: socket.socket, _tools: str) -> None:
    from fastmcp import FastMCP

    server = FastMCP("bench")

    @server.tool
    async def add(a: int, b: int) -> dict[str, int]:
        return {"result": a + b}

    _serve(server.http_app(), door)


def fastmcp_proxy(door: socket.socket, upstream: str) -> None:
    """With one client for all, its fast way: by default it connects anew for each request."""
    import uvicorn
    from fastmcp import Client
    from fastmcp.server import create_proxy

    async def serve() -> None:
        async with Client(f"{upstream}/mcp") as client:
            app = create_proxy(client, name="bench").http_app()
            await uvicorn.Server(_config(app)).serve([door])

    asyncio.run(serve())


def starlette(door: socket.socket, _tools: str) -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def add(request: Request) -> JSONResponse:
        arguments = (await request.json())["arguments"]
        return JSONResponse({"result": {"result": arguments["a"] + arguments["b"]}})

    app = Starlette(routes=[Route("/api/v1/tools/add/call", add, methods=["POST"])])
    _serve(app, door)


def _serve(app: Any, door: socket.socket) -> None:
    import uvicorn

    uvicorn.Server(_config(app)).run([door])


def _config(app: Any) -> Any:
    import uvicorn

    # The loop that ours runs in, whatever else is installed.
    return uvicorn.Config(app, log_level="error", access_log=False, loop="asyncio")


def main() -> None:
    logging.disable(logging.CRITICAL)
    kinds = (ours, gateway, sdk, fastmcp, fastmcp_proxy, starlette)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        # As servers that make their own sockets do.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        print(f"http://127.0.0.1:{door.getsockname()[1]}", flush=True)
        {kind.__name__: kind for kind in kinds}[sys.argv[1]](door, sys.argv[2])


if __name__ == "__main__":
    main()
