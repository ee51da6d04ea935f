"""A real Redis: the machine's, or one of a test's own that may be killed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from redis.asyncio import Redis as Client

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
    """The name of a stream, and the beginning of the names of all other keys of a test."""
    name = f"test-{uuid4().hex}"
    yield name
    keys = [key async for key in client.scan_iter(f"{name}*")]
    if keys:
        await client.delete(*keys)


class OwnRedis:
    """Writes every message to disk before it answers, so a kill loses nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--dir", str(self._folder)]
        durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self._process = subprocess.Popen([*command, *durable], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    if shutil.which("redis-server") is None:
        pytest.skip("needs redis-server on the PATH: install Redis")
    server = OwnRedis(tmp_path)
    yield server
    server.kill()


def write_config(folder: Path, settings: dict[str, Any], **parts: Any) -> Path:
    """A configuration with a service ``redis`` and whatever else ``parts`` says."""
    folder.mkdir(exist_ok=True)
    services = {"redis": {"settings": {"url": URL} | settings}} | parts.pop("services", {})
    config = {"version": 1, "daemon": {"state_dir": str(folder / "state")}, "services": services}
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump(config | parts))
    return path
