"""MCP over streamable HTTP: ``/mcp``, and an endpoint for each exposed set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import lru_cache
from urllib.parse import urlsplit

import anyio
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.config import McpConfig, mcp_endpoints
from interlock.mcp.server import McpServer, build_server
from interlock.runtime import Forbidden, Runtime, acting_as, current_caller

_MAX_BODY = 4 * 2**20
_MOST_SESSIONS = 1000


class McpEndpoints:
    """All of a configuration; :meth:`running` must be entered before one is asked.

    Args:
        secret: seals what clients carry; the same after a restart, so that they can go on.
        max_body: bytes of a request.
    """

    def __init__(
        self,
        runtime: Runtime,
        settings: McpConfig,
        *,
        secret: bytes,
        max_body: int = _MAX_BODY,
    ) -> None:
        self._endpoints = {
            path: _Endpoint(
                build_server(runtime, settings, each, secret=secret), settings.origins, max_body
            )
            for path, each in mcp_endpoints(settings).items()
        }

    @property
    def apps(self) -> Mapping[str, ASGIApp]:
        """Applications by path."""
        return self._endpoints

    @property
    def servers(self) -> Mapping[str, McpServer]:
        return {path: endpoint.server for path, endpoint in self._endpoints.items()}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for endpoint in self._endpoints.values():
                await stack.enter_async_context(endpoint.running())
            yield

    def close(self) -> None:
        """Let every open stream end, so that nobody has to wait for its client."""
        for endpoint in self._endpoints.values():
            endpoint.close()


class _Endpoint:
    """One of them, as an ASGI application."""

    def __init__(self, server: McpServer, origins: tuple[str, ...], max_body: int) -> None:
        self.server = server
        self._origins = origins
        self._manager = StreamableHTTPSessionManager(
            server.sdk, max_request_body_size=max_body, max_sessions=_MOST_SESSIONS
        )
        self._closing = anyio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._manager.run(), anyio.create_task_group() as tasks:
            tasks.start_soon(self.server.changes.run)
            yield
            tasks.cancel_scope.cancel()

    def close(self) -> None:
        self.server.changes.close()
        self._closing.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = replace(current_caller(), surface="mcp")
        self.server.offers.admit(caller)
        self._check_origin(Headers(scope=scope))
        # A session belongs to who opened it; the SDK compares this.
        scope["user"] = _user(caller.name)
        with acting_as(caller):
            if scope["method"] == "GET":
                await self._stream(scope, receive, send)
            else:
                await self._manager.asgi_app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A stream that stays open until one of both sides leaves."""

        async def end() -> None:
            await self._closing.wait()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(end)
            await self._manager.asgi_app(scope, receive, send)
            tasks.cancel_scope.cancel()

    def _check_origin(self, headers: Headers) -> None:
        """A page of another port of this machine is another site as well."""
        origin = headers.get("origin")
        if origin is None or origin in self._origins:
            return
        if urlsplit(origin).netloc != headers.get("host"):
            raise Forbidden(
                "requests from pages of other sites are refused", hint="see mcp.origins"
            )


@lru_cache(maxsize=1024)
def _user(name: str) -> AuthenticatedUser:
    return AuthenticatedUser(AccessToken(token="", client_id=name, scopes=[]))
