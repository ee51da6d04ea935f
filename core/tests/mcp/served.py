"""The MCP endpoint on a real socket, over a system with a service that the tests can watch."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio
import httpx
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from interlock.api import build_app
from interlock.api.auth import hashed
from interlock.daemon.access import guard_of
from interlock.daemon.compose import System, open_system
from interlock.daemon.server import Server
from interlock.host import Plugins, ServiceSpec
from interlock.host.contributions import Contributions
from interlock.host.loader import LoadedPlugin
from interlock.host.plugin_record import PluginRecord
from interlock.mcp import McpEndpoints
from interlock.sdk import (
    Prompt,
    PromptArgument,
    PromptMessage,
    Service,
    Settings,
    ToolSpec,
    current_call,
    declared_tool,
    tool,
)

ANN, BOB = "the-token-of-ann", "the-token-of-bob"
CONFIG = f"""
version: 1
api:
  tokens:
    - {{name: ann, sha256: "{hashed(ANN)}", role: operator}}
    - {{name: bob, sha256: "{hashed(BOB)}", role: operator}}
services: {{probe: {{}}}}
"""
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {
        "extensions": {"io.modelcontextprotocol/tasks": {}},
        "elicitation": {},
    },
}


class ProbeSettings(Settings):
    """Nothing to set."""


class Probe(Service[ProbeSettings]):
    """Takes notes of what happens to its calls."""

    began = cancelled = 0
    release: anyio.Event
    started: anyio.Event

    def tools(self) -> Mapping[str, ToolSpec]:
        async def never(arguments: Mapping[str, Any]) -> None:
            raise NotImplementedError

        broken = declared_tool("broken", never, input_schema={"type": "nonsense"})
        return {**super().tools(), "broken": broken}

    @tool(effect="read")
    async def add(self, a: int, b: int) -> dict[str, int]:
        """Add two numbers."""
        return {"sum": a + b}

    @tool(effect="read", idempotent=True)
    async def steps(self, n: int) -> int:
        """Report each step."""
        for done in range(n):
            current_call().progress(done + 1, n, f"step {done + 1}")
            await anyio.lowlevel.checkpoint()
        return n

    @tool(effect="write", destructive=True)
    async def hang(self) -> None:
        """Wait until released, or cancelled."""
        type(self).began += 1
        type(self).started.set()
        try:
            await type(self).release.wait()
        except anyio.get_cancelled_exc_class():
            type(self).cancelled += 1
            raise

    def prompts(self) -> Mapping[str, Prompt]:
        def fill(arguments: Mapping[str, str]) -> list[PromptMessage]:
            return [PromptMessage(f"Add up {arguments['numbers']}.")]

        return {"sum": Prompt("Add numbers.", fill, {"numbers": PromptArgument("which")})}


class Extra(Service[ProbeSettings]):
    """Comes later."""

    @tool(effect="read")
    async def hello(self) -> str:
        """Greet."""
        return "hello"

    @tool(effect="read")
    async def bug(self) -> None:
        """Fails as nobody foresaw."""
        raise RuntimeError("cannot open /home/ann/.keys with hunter2")


class Many(Service[ProbeSettings]):
    """A thousand tools."""

    def tools(self) -> Mapping[str, ToolSpec]:
        async def same(arguments: Mapping[str, Any]) -> Any:
            return arguments["n"]

        schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
        return {
            f"t{n}": declared_tool(
                f"t{n}", same, input_schema=schema, output_schema={"type": "integer"}
            )
            for n in range(1000)
        }


@dataclass
class Served:
    """A running endpoint."""

    url: str
    system: System
    endpoint: McpEndpoints
    server: Server

    @asynccontextmanager
    async def client(
        self, token: str = ANN, path: str = "/mcp", **options: Any
    ) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=30, verify=False) as http:
            transport = streamable_http_client(self.url + path, http_client=http)
            async with Client(transport, cache=None, **options) as client:
                yield client

    @asynccontextmanager
    async def raw(self, token: str = ANN) -> AsyncIterator[Raw]:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(
            base_url=self.url, headers=headers, timeout=30, verify=False
        ) as http:
            yield Raw(http)

    async def offer(self, **services: str) -> None:
        """Make these the services that run: names and service types."""
        specs = {name: ServiceSpec(name, kind, ProbeSettings()) for name, kind in services.items()}
        await self.system.runtime.host.services.start(specs)


@dataclass
class Raw:
    """Requests of 2026-07-28, made by hand."""

    http: httpx.AsyncClient

    async def post(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        path: str = "/mcp",
        **headers: str,
    ) -> httpx.Response:
        given = dict(params or {})
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": method,
            "params": {"_meta": META, **given},
        }
        named = given.get("name") or given.get("uri") or given.get("taskId")
        sent = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": "2026-07-28",
            "Mcp-Method": method,
            **({"Mcp-Name": str(named)} if named else {}),
            **headers,
        }
        return await self.http.post(path, json=body, headers=sent)

    async def result(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        answer = (await self.post(method, params)).json()
        assert "result" in answer, answer
        return answer["result"]

    async def error(self, method: str, params: Mapping[str, Any] | None = None) -> Any:
        answer = (await self.post(method, params)).json()
        assert "error" in answer, answer
        return answer["error"]

    async def task(self, task_id: str, *until: str) -> Any:
        """A task, once its status is one of ``until``."""
        while True:
            task = await self.result("tasks/get", {"taskId": task_id})
            if task["status"] in until:
                return task
            await anyio.sleep(0.01)


@asynccontextmanager
async def serving(folder: Path, more: str = "", **workflows: str) -> AsyncIterator[Served]:
    """The endpoint over the service ``probe``, with ``more`` YAML and workflows."""
    Probe.began = Probe.cancelled = 0
    Probe.release, Probe.started = anyio.Event(), anyio.Event()
    for name, text in workflows.items():
        (folder / f"{name}.workflow.yaml").write_text(f"workflow: {name}\n{text}")
    more = f'{more}\nworkflows: {{paths: ["{folder}/*.workflow.yaml"]}}'
    state = f'daemon: {{state_dir: "{folder}/state"}}'
    (folder / "interlock.yaml").write_text(f"{CONFIG}{state}\n{more}\n")
    with patch("interlock.daemon.plan.load_plugins", _load_plugins):
        async with _serving(folder / "interlock.yaml") as served:
            yield served


@asynccontextmanager
async def _serving(config: Path) -> AsyncIterator[Served]:
    async with open_system(config) as system:
        endpoint = McpEndpoints(
            system.runtime, system.config.mcp, secret=b"kept", max_body=system.config.api.max_body
        )
        guard = guard_of(system.config.api, "admin", system.world)
        app = build_app(system.runtime, guard, endpoints=endpoint.apps)
        server = Server(app, read_timeout=30)
        with socket.create_server(("127.0.0.1", 0)) as door:
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            served = Served(url, system, endpoint, server)
            async with endpoint.running(), anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, [door])
                while not server.started:
                    await anyio.lowlevel.checkpoint()
                try:
                    yield served
                finally:
                    endpoint.close()
                    server.should_exit = True


async def _load_plugins(*_: Any, **__: Any) -> Plugins:
    kinds: dict[str, type[Service[Any]]] = {"probe": Probe, "extra": Extra, "many": Many}
    record = PluginRecord("probe", "probe", "1")
    return Plugins((LoadedPlugin(record, Contributions(services=kinds)),))
