"""Calls over MCP at 50 clients, beside the official SDK's bare server and FastMCP; and over HTTP.

Each server runs in a process of its own; the clients are the official SDK's. FastMCP is installed
beside us, into a folder of its own, because it is needed here only.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import aiohttp
import httpx
import httpx2
from bench.harness import Result, Settings, paired
from bench.mcp_server import TOKEN
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

CLIENTS = 50
CALLS = 2000
HTTP_CALLS = 10_000
FASTMCP = "fastmcp==4.1.2"

_SERVER = Path(__file__).with_name("mcp_server.py")
_BESIDE = Path.home() / ".cache/interlock-bench" / FASTMCP
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}
_ARGUMENTS = {"a": 1, "b": 2}

Measure = Callable[[], Awaitable[float]]


@contextmanager
def server(kind: str, tools: int | str = 1, path: Path | None = None) -> Iterator[str]:
    """The URL of a server that answers, with so many tools, or those of a URL."""
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, "-P", str(_SERVER), kind, str(tools)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def calls_per_second(url: str, calls: int) -> float:
    """Of 50 clients with one call in flight each."""
    limits = httpx2.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(CLIENTS):
            http = httpx2.AsyncClient(headers=_HEADERS, timeout=60, limits=limits)
            transport = streamable_http_client(f"{url}/mcp", http_client=http)
            client = Client(transport, mode="2026-07-28", cache=None)
            clients.append(await stack.enter_async_context(client))

        async def several(client: Client, number: int) -> None:
            for _ in range(number):
                result = await client.call_tool("add", _ARGUMENTS)
                assert result.structured_content == {"result": 3}, result

        await asyncio.gather(*(several(client, 1) for client in clients))
        began = time.perf_counter()
        await asyncio.gather(*(several(client, calls // CLIENTS) for client in clients))
        return calls / (time.perf_counter() - began)


def beside_sdk(settings: Settings) -> Awaitable[Result]:
    return _beside("mcp.call.c50.vs_sdk", "sdk", settings)


def beside_sdk_with_many_tools(settings: Settings) -> Awaitable[Result]:
    """Both list a thousand tools: how many there are must not matter."""
    return _beside("mcp.call.c50.1000.vs_sdk", "sdk", settings, tools=1000)


def beside_fastmcp(settings: Settings) -> Awaitable[Result]:
    return _beside("mcp.call.c50.vs_fastmcp", "fastmcp", settings, path=_fastmcp())


async def upstream(settings: Settings) -> Result:
    """Tools of another server, through us and through FastMCP's proxy."""
    calls = settings.scaled(CALLS)
    with (
        server("sdk") as behind,
        server("gateway", behind) as own,
        server("fastmcp_proxy", behind, _fastmcp()) as theirs,
    ):
        for url in (behind, own, theirs):
            await _answers(url)
        return await paired(
            "mcp.upstream.c50.vs_fastmcp_proxy",
            lambda: calls_per_second(own, calls),
            lambda: calls_per_second(theirs, calls),
            unit="calls/s",
            runs=settings.runs,
        )


def _fastmcp() -> Path:
    """Where it is installed."""
    if not _BESIDE.exists():
        install = ["uv", "pip", "install", "-q", "--python", sys.executable, "--target"]
        subprocess.run([*install, str(_BESIDE), FASTMCP], check=True)
    return _BESIDE


async def _beside(
    name: str, kind: str, settings: Settings, *, tools: int = 1, path: Path | None = None
) -> Result:
    calls = settings.scaled(CALLS)
    with server("ours", tools) as own, server(kind, tools, path) as theirs:
        await _answers(own)
        await _answers(theirs)
        return await paired(
            name,
            lambda: calls_per_second(own, calls),
            lambda: calls_per_second(theirs, calls),
            unit="calls/s",
            runs=settings.runs,
        )


async def beside_starlette(settings: Settings) -> Result:
    """A tool called over our HTTP API, beside a bare handler on the same server."""
    calls = settings.scaled(HTTP_CALLS)
    with server("ours") as own, server("starlette") as theirs:
        await _answers(own)
        await _answers(theirs)
        return await paired(
            "api.call.vs_starlette",
            lambda: posts_per_second(f"{own}/api/v1/tools/math.add/call", calls),
            lambda: posts_per_second(f"{theirs}/api/v1/tools/add/call", calls),
            unit="calls/s",
            runs=settings.runs,
        )


async def posts_per_second(url: str, calls: int) -> float:
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(headers=_HEADERS, connector=connector) as http:

        async def several(number: int) -> None:
            for _ in range(number):
                async with http.post(url, json={"arguments": _ARGUMENTS}) as response:
                    assert (await response.json())["result"] == {"result": 3}

        await asyncio.gather(*(several(1) for _ in range(CLIENTS)))
        began = time.perf_counter()
        await asyncio.gather(*(several(calls // CLIENTS) for _ in range(CLIENTS)))
        return calls / (time.perf_counter() - began)


async def _answers(url: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False, timeout=60) as http:
        while True:
            try:
                await http.get(f"{url}/nothing")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


GROUP = [beside_sdk, beside_sdk_with_many_tools, beside_fastmcp, upstream, beside_starlette]
