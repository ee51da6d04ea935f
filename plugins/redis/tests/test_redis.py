"""Streams to events and back, on a real Redis, through a real runtime."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from redis.asyncio import Redis as Client

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime

URL = "redis://127.0.0.1:6379/0"


@pytest.fixture
async def client() -> AsyncIterator[Any]:
    async with Client.from_url(URL) as client:
        try:
            await client.ping()
        except OSError:
            if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
                raise
            pytest.skip("needs Redis on 127.0.0.1:6379: start redis-server")
        yield client


@pytest.fixture
async def stream(client: Any) -> AsyncIterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    await client.delete(name, f"{name}.dead")


def config(folder: Path, stream: str, url: str = URL) -> Path:
    consume = [{"stream": stream, "event": "ordered", "key": "customer", "claim_after": "1s"}]
    settings = {"url": url, "consumer": "one", "consume": consume}
    path = folder / "interlock.yaml"
    config = {
        "version": 1,
        "daemon": {"state_dir": str(folder / "state")},
        "services": {"redis": {"settings": settings}},
    }
    path.write_text(yaml.safe_dump(config))
    return path


async def test_what_is_published_becomes_one_event_and_is_acknowledged(
    client: Any, stream: str, tmp_path: Path
) -> None:
    await client.xgroup_create(stream, "interlock", id="0", mkstream=True)
    await client.xadd(stream, {"id": "left", "body": '{"customer": "Eve"}'})
    # Taken in by an earlier process of our name, which did not live to acknowledge it.
    await client.xreadgroup("interlock", "one", {stream: ">"})
    async with open_runtime(config(tmp_path, stream)) as runtime:
        with runtime.bus.subscribe("redis.*") as heard:
            assert (await anext(heard)).key == "Eve"
            for _ in range(2):
                await runtime.call(
                    "redis.publish",
                    {"stream": stream, "message": {"customer": "Ada"}, "id": "order-1"},
                )
            await client.xadd(stream, {"body": "no json"})
            await client.xadd(stream, {"customer": "Bob"})
            first, second = await anext(heard), await anext(heard)
            while (await client.xpending(stream, "interlock"))["pending"]:
                await asyncio.sleep(0.01)
    assert (first.name, first.key, first.id) == ("redis.ordered", "Ada", f"redis:{stream}:order-1")
    assert second.payload["message"] == {"customer": "Bob"}
    [(_, grave)] = await client.xrange(f"{stream}.dead")
    assert grave[b"body"] == b"no json" and b"not json" in grave[b"reason"]


async def test_values_are_kept_and_removed(client: Any, stream: str, tmp_path: Path) -> None:
    async with open_runtime(config(tmp_path, stream)) as runtime:
        key = {"key": f"{stream}-value"}
        assert await runtime.call("redis.get", key) is None
        await runtime.call("redis.set", {**key, "value": {"a": [1]}, "ttl": 60})
        assert await runtime.call("redis.get", key) == {"a": [1]}
        assert await client.pttl(key["key"]) > 0
        assert await runtime.call("redis.delete", key) == {"deleted": 1}


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
    command = ["redis-server", "--port", str(port), "--dir", str(folder), *durable]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


@pytest.mark.slow
async def test_a_killed_redis_loses_nothing(tmp_path: Path) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server on the PATH: install Redis")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serve(tmp_path, port)
    wanted = {f"redis:orders:{number}" for number in range(600)}
    try:
        path = config(tmp_path, "orders", f"redis://127.0.0.1:{port}/0")
        async with open_runtime(path) as runtime:
            with runtime.bus.subscribe("redis.*", capacity=10_000) as heard:
                for number in range(600):
                    await publish(runtime, number)
                    if number in (150, 400):
                        server.kill()
                        server.wait()
                        server = serve(tmp_path, port)
                got = {(await anext(heard)).id for _ in wanted}
        assert got == wanted
    finally:
        server.kill()
        server.wait()


async def publish(runtime: Runtime, number: int) -> None:
    message = {"stream": "orders", "message": {"customer": "Ada"}, "id": str(number)}
    while True:
        try:
            await runtime.call("redis.publish", message)
        except Exception:  # noqa: BLE001 - a run would wait and repeat, whatever it was
            await asyncio.sleep(0.05)
        else:
            return
