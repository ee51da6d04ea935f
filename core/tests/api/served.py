"""The API on a real socket, with a client that holds every answer to the description."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import httpx
from jsonschema import Draft202012Validator
from starlette.types import ASGIApp

from interlock.api import Guard, build_app
from interlock.api.app import declared
from interlock.api.openapi import describe
from interlock.daemon.access import guard_of
from interlock.daemon.compose import System, open_system
from interlock.daemon.server import Server
from interlock.mcp import McpEndpoints

ADMIN = "the-admins-token"
CONFIG = """
version: 1
daemon: {{state_dir: "{folder}/state"}}
services:
  files: {{settings: {{root: "{folder}/files"}}}}
workflows: {{paths: ["{folder}/*.workflow.yaml"]}}
"""
KEEP = """
workflow: keep
aliases: [store]
input: {type: object, required: [path], properties: {path: {type: string}}}
steps: [{id: one, call: files.write, with: {path: "${{ input.path }}", text: kept}}]
"""


@cache
def description() -> dict[str, Any]:
    """Of the API; the same whoever serves it."""
    return describe(declared())


@dataclass
class Served:
    """A running API."""

    url: str
    system: System
    guard: Guard
    description: dict[str, Any]
    answers: list[str] = field(default_factory=list)

    def client(self, token: str | None = ADMIN, **options: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(
            base_url=self.url,
            headers=headers,
            timeout=30,
            trust_env=False,
            verify=False,  # reading certificates would take longer than most tests
            event_hooks={"response": [self._hold]},
            **options,
        )

    async def _hold(self, response: httpx.Response) -> None:
        """Fails the test if an answer is not what the description promises."""
        operation = self._operation(response.request)
        kind = response.headers.get("content-type", "").partition(";")[0]
        if operation is None or kind == "text/event-stream":
            return
        await response.aread()
        promised = operation["responses"].get(str(response.status_code))
        assert promised, f"{response.request.url.path} answered {response.status_code}"
        schema = promised["content"][kind]["schema"]
        if kind.endswith("json"):
            document = {**schema, "components": self.description["components"]}
            Draft202012Validator(document).validate(json.loads(response.content))
        self.answers.append(operation["operationId"])

    def _operation(self, request: httpx.Request) -> dict[str, Any] | None:
        for path, methods in sorted(self.description["paths"].items(), key=lambda e: "{" in e[0]):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path):
                operation: dict[str, Any] | None = methods.get(request.method.lower())
                return operation
        return None


@asynccontextmanager
async def serving(folder: Path, more: str = "", *, mcp: bool = False) -> AsyncIterator[Served]:
    """The API of a small configuration, with ``more`` YAML appended to it."""
    (folder / "keep.workflow.yaml").write_text(KEEP)
    (folder / "files").mkdir(exist_ok=True)
    (folder / "interlock.yaml").write_text(CONFIG.format(folder=folder) + more)
    async with open_system(folder / "interlock.yaml") as system, AsyncExitStack() as stack:
        endpoints: Mapping[str, ASGIApp] = {}
        if mcp:
            mcp_endpoints = McpEndpoints(system.runtime, system.config.mcp, secret=b"kept")
            await stack.enter_async_context(mcp_endpoints.running())
            endpoints = mcp_endpoints.apps
        api = system.config.api
        guard = guard_of(api, ADMIN, system.world)
        app = build_app(
            system.runtime,
            guard,
            endpoints=endpoints,
            max_body=api.max_body,
            read_timeout=api.read_timeout,
        )
        server = Server(app, read_timeout=api.read_timeout)
        with socket.create_server(("127.0.0.1", 0)) as door:
            url = f"http://127.0.0.1:{door.getsockname()[1]}"
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, [door])
                while not server.started:
                    await anyio.lowlevel.checkpoint()
                try:
                    yield Served(url, system, guard, description())
                finally:
                    server.should_exit = True
