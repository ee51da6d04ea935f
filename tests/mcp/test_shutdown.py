"""A signal ends the daemon at once, whoever still listens."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import httpx

from ..conftest import Daemon

CONFIG = "version: 1\ndaemon: {port: 0}\n"
STREAMS = 20
SECONDS = 2.0
TRIES = 4  # the machine may be busy with other tests
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}
LISTEN = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "subscriptions/listen",
    "params": {"_meta": META, "notifications": {"toolsListChanged": True}},
}
HEADERS = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": "subscriptions/listen",
}

StartDaemon = Callable[..., Daemon]


@asynccontextmanager
async def listening(http: httpx.AsyncClient) -> AsyncIterator[AsyncIterator[str]]:
    """A stream whose first line has come."""
    async with http.stream("POST", "/mcp", json=LISTEN, headers=HEADERS) as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        yield lines


async def test_a_signal_ends_it_with_open_streams(daemon_in: StartDaemon) -> None:
    daemon = await anyio.to_thread.run_sync(daemon_in, CONFIG)
    took = [await _ended(daemon)]
    while took[-1] > SECONDS and len(took) < TRIES:
        await anyio.to_thread.run_sync(daemon.start)
        took.append(await _ended(daemon))
    assert took[-1] < SECONDS, took


async def _ended(daemon: Daemon) -> float:
    """Seconds from the signal to the end, with open streams that are all told of it."""
    token = json.loads((daemon.folder / ".interlock/daemon.json").read_text())["token"]
    authorization = {"Authorization": f"Bearer {token}"}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=daemon.url, headers=authorization, timeout=30, verify=False)
        )
        streams = [await stack.enter_async_context(listening(http)) for _ in range(STREAMS)]
        began = time.monotonic()
        code = await anyio.to_thread.run_sync(daemon.stop)
        took = time.monotonic() - began
        ends = ["".join([line async for line in stream]) for stream in streams]

    assert code == 0
    assert all('"result"' in end for end in ends), "a stream was cut off instead of ended"
    return took
