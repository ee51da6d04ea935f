"""MCP, loaded when the first client asks: half a second and 20 MB that many daemons never need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.config import McpConfig, mcp_endpoints

if TYPE_CHECKING:
    from interlock.mcp import McpEndpoints


class LazyMcp:
    """The MCP endpoints of a configuration; :meth:`running` must be entered before they are asked.

    Args:
        build: makes what serves them, in a thread.
    """

    def __init__(self, settings: McpConfig, build: Callable[[], McpEndpoints]) -> None:
        self._paths = mcp_endpoints(settings) if find_spec("mcp") else {}
        self._build = build
        self._endpoint: McpEndpoints | None = None
        self._loading = anyio.Lock()
        self._loaded = anyio.Event()
        self._ready = anyio.Event()

    @property
    def apps(self) -> Mapping[str, ASGIApp]:
        """Applications by path; none if the extra for MCP is not installed."""
        return {path: _LazyApp(self, path) for path in self._paths}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run)
            yield
            tasks.cancel_scope.cancel()

    async def _run(self) -> None:
        """In a task of its own, so that what runs for all does not run as the first caller."""
        await self._loaded.wait()
        assert self._endpoint is not None  # noqa: S101 - it has been loaded
        async with self._endpoint.running():
            self._ready.set()
            await anyio.sleep_forever()

    def close(self) -> None:
        """Let every open stream end, so that nobody has to wait for its client."""
        if self._endpoint is not None:
            self._endpoint.close()

    async def endpoint(self) -> McpEndpoints:
        async with self._loading:
            if self._endpoint is None:
                self._endpoint = await anyio.to_thread.run_sync(self._build)
                self._loaded.set()
        await self._ready.wait()
        return self._endpoint


class _LazyApp:
    def __init__(self, mcp: LazyMcp, path: str) -> None:
        self._mcp = mcp
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = await self._mcp.endpoint()
        await endpoint.apps[self._path](scope, receive, send)
