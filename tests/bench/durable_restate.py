"""Restate doing the work of ``durable.py``: ``python durable_restate.py FOLDER WORK COUNT SERVER``.

SERVER is the program ``restate-server``; it and the service run as processes of their own, as they
would in earnest. Runs in an environment of its own and prints one line: seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import hypercorn.asyncio
import restate  # type: ignore[import-not-found] # only in the peer's environment

AT_ONCE = 100
STEPS = 10
bench = restate.Service("Bench")


async def small(i: int) -> dict[str, object]:
    return {"i": i, "ok": True, "name": "step"}


@bench.handler()  # type: ignore[untyped-decorator] # as above
async def steps(context: restate.Context, count: int) -> int:
    for i in range(count):
        await context.run_typed("step", small, restate.RunOptions(), i)
    return count


async def serve(port: int) -> None:
    config = hypercorn.Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "error"
    config.h2_max_concurrent_streams = config.keep_alive_max_requests = 2**31 - 1
    config.keep_alive_timeout = 2**31 - 1
    await hypercorn.asyncio.serve(restate.app([bench]), config, mode="asgi")


@asynccontextmanager
async def running(folder: str, program: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server that knows the service."""
    node, ingress, admin, service = (free_port() for _ in range(4))
    settings = {
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_INGRESS__BIND_PORT": str(ingress),
        "RESTATE_ADMIN__BIND_PORT": str(admin),
        "RESTATE_LOG_FILTER": "error",
    }
    server = [program, "--no-logo", "--listen-mode", "tcp", "--bind-ip", "127.0.0.1"]
    server += ["--bind-port", str(node), "--base-dir", folder]
    with ExitStack() as stack:
        for command in (server, [sys.executable, "-P", __file__, "serve", str(service)]):
            process = started(command, settings)
            stack.callback(process.wait)
            stack.callback(process.kill)
        async with aiohttp.ClientSession(
            f"http://127.0.0.1:{ingress}",
            connector=aiohttp.TCPConnector(limit=2 * AT_ONCE),
            timeout=aiohttp.ClientTimeout(300),
        ) as http:
            await register(http, admin, service)
            yield http


def started(command: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, env=os.environ | settings, stdout=nothing, stderr=nothing)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


async def register(http: aiohttp.ClientSession, admin: int, service: int) -> None:
    """Keep trying until both are up."""
    url, body = f"http://127.0.0.1:{admin}/deployments", {"uri": f"http://127.0.0.1:{service}"}
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.1)
            try:
                async with http.post(url, json=body) as response:
                    if response.ok:
                        return
            except aiohttp.ClientConnectionError:
                continue


async def run(http: aiohttp.ClientSession, key: str, count: int) -> None:
    headers = {"idempotency-key": key}
    async with http.post("/Bench/steps", json=count, headers=headers) as response:
        response.raise_for_status()
        await response.read()


async def at_once(http: aiohttp.ClientSession, count: int, each: int) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await run(http, f"run-{number}", each)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def main(folder: str, work: str, count: int, program: str) -> None:
    async with running(folder, program) as http:
        await run(http, "warm", 3)
        began = time.perf_counter()
        match work:
            case "sequential":
                await run(http, "long", count)
            case "concurrent":
                await at_once(http, count // STEPS, STEPS)
            case "starts":
                await at_once(http, count, 1)
        print(time.perf_counter() - began, flush=True)


if sys.argv[1] == "serve":
    asyncio.run(serve(int(sys.argv[2])))
else:
    asyncio.run(main(str(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
