"""Restate doing the work of ``durable.py``: ``python durable_restate.py FOLDER WORK COUNT SERVER``.

SERVER is the program ``restate-server``, or the ingress and the admin URL of one that runs; it and
the service run as processes of their own, as they would in earnest. Runs in an environment of its own and prints one line: seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
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
async def running(folder: str, *server: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of a server that knows the service."""
    service = free_port()
    with ExitStack() as stack:

        def keep(command: list[str], **settings: str) -> None:
            process = started(command, settings)
            stack.callback(process.wait)
            stack.callback(process.kill)

        ingress, admin = server if len(server) > 1 else serving(keep, folder, *server)
        keep([sys.executable, "-P", __file__, "serve", str(service)])
        async with aiohttp.ClientSession(
            ingress,
            connector=aiohttp.TCPConnector(limit=2 * AT_ONCE),
            timeout=aiohttp.ClientTimeout(300),
        ) as http:
            await register(http, admin, service)
            yield http


def serving(keep: Callable[..., None], folder: str, program: str) -> tuple[str, str]:
    """Where ingress and admin of a server of our own will be."""
    node, ingress, admin = (free_port() for _ in range(3))
    command = [program, "--no-logo", "--listen-mode", "tcp", "--bind-ip", "127.0.0.1"]
    keep(
        [*command, "--bind-port", str(node), "--base-dir", folder],
        RESTATE_DISABLE_TELEMETRY="true",
        RESTATE_INGRESS__BIND_PORT=str(ingress),
        RESTATE_ADMIN__BIND_PORT=str(admin),
        RESTATE_LOG_FILTER="error",
    )
    return f"http://127.0.0.1:{ingress}", f"http://127.0.0.1:{admin}"


def started(command: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command, env=os.environ | settings, stdout=nothing, stderr=nothing)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


async def register(http: aiohttp.ClientSession, admin: str, service: int) -> None:
    """Keep trying until both are up."""
    url, body = f"{admin}/deployments", {"uri": f"http://127.0.0.1:{service}", "force": True}
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
    # A server that was there before knows the keys of those who asked before.
    headers = {"idempotency-key": f"{os.getpid()}-{key}"}
    async with http.post("/Bench/steps", json=count, headers=headers) as response:
        response.raise_for_status()
        await response.read()


async def at_once(http: aiohttp.ClientSession, count: int, each: int) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await run(http, f"run-{number}", each)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def main(folder: str, work: str, count: int, *server: str) -> None:
    async with running(folder, *server) as http:
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
    asyncio.run(main(str(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]), *sys.argv[4:]))
