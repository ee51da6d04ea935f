"""Real servers on loopback, and services in a real runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from aiohttp import web

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[..., Awaitable[str]]
Open = Callable[..., Awaitable[Runtime]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Start a server of routes such as ``{"GET /orders/{id}": handler}``; its URL."""
    async with AsyncExitStack() as stack:

        async def serving(routes: dict[str, Handler], host: str = "127.0.0.1") -> str:
            app = web.Application()
            for route, handler in routes.items():
                method, _, path = route.partition(" ")
                app.router.add_route(method, path, handler)
            runner = web.AppRunner(app, shutdown_timeout=0.01)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, host, 0)
            await site.start()
            return f"http://{host}:{runner.addresses[0][1]}"

        yield serving


def configured(
    folder: Path,
    settings: dict[str, Any],
    *,
    plugin: str = "http",
    private: bool = True,
    **more: Any,
) -> Path:
    """A configuration with one service named ``api``, and its state in the same folder."""
    service = {"plugin": plugin, "settings": settings, **more}
    service["http"] = {"allow_private": private}
    config = {
        "version": 1,
        "daemon": {"state_dir": str(folder / "state")},
        "defaults": {"retry": {"attempts": 1}},
        "services": {"api": service},
    }
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Open a runtime with one service named ``api``."""
    async with AsyncExitStack() as stack:

        async def open_it(settings: dict[str, Any], **more: Any) -> Runtime:
            path = configured(tmp_path, settings, **more)
            return await stack.enter_async_context(open_runtime(path))

        yield open_it


def answering(value: Any, status: int = 200, **headers: str) -> Handler:
    """A handler that always answers so."""

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response(value, status=status, headers=headers)

    return handler


async def echo(request: web.Request) -> web.StreamResponse:
    """What was asked, as JSON."""
    body = await request.text()
    return web.json_response(
        {
            "method": request.method,
            "path": request.raw_path.partition("?")[0],
            "query": [list(pair) for pair in request.query.items()],
            "raw_query": request.raw_path.partition("?")[2],
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": body,
        }
    )


def api(url: str, operation: dict[str, Any], path: str = "/a", **more: Any) -> dict[str, Any]:
    """A description of one operation named ``a``."""
    paths = {path: {"get": {"operationId": "a", **operation}}}
    return {"openapi": "3.1.0", "servers": [{"url": url}], "paths": paths, **more}


def written(folder: Path, document: dict[str, Any]) -> str:
    (folder / "api.json").write_bytes(orjson.dumps(document))
    return str(folder / "api.json")
