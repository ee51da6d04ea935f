"""Real servers in processes of their own, behind a real runtime."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime

SERVER = Path(__file__).with_name("server.py")
Open = Callable[..., Awaitable[Runtime]]


class State:
    """What the server says of itself, and a story of what it did."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "server.json"
        self.story = folder / "story"

    def set(self, **values: Any) -> None:
        self.file.write_text(json.dumps(values))

    async def told(self, word: str) -> None:
        """Wait until the story has a word."""
        while not self.story.exists() or word not in self.story.read_text():
            await asyncio.sleep(0.01)


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path)


def as_child(state: State) -> dict[str, Any]:
    """Settings for the server as a child."""
    command = [sys.executable, str(SERVER), "stdio"]
    return {"command": command, "env": {"STATE": str(state.file), "KEY": "hidden-key"}}


@pytest.fixture
def stdio(state: State) -> dict[str, Any]:
    return as_child(state)


class Remote:
    """The server over HTTP; it can be killed and started again."""

    def __init__(self, state: State) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{self.port}/mcp"}

    async def start(self) -> None:
        command = [sys.executable, str(SERVER), "http", str(self.port)]
        environment = {**os.environ, "STATE": str(self._state.file)}
        self._process = subprocess.Popen(command, env=environment)  # noqa: ASYNC220 - short
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None


@pytest.fixture
def remote(state: State) -> Iterator[Remote]:
    server = Remote(state)
    yield server
    server.kill()


@asynccontextmanager
async def opening(
    folder: Path, services: dict[str, dict[str, Any]], *, settled: bool = True
) -> AsyncIterator[Runtime]:
    """A runtime with these services of type mcp, by name."""
    config = {
        "version": 1,
        "daemon": {"state_dir": str(folder / "state")},
        "services": {
            name: {"plugin": "mcp", "settings": settings, "http": {"allow_private": True}}
            for name, settings in services.items()
        },
    }
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump(config))
    async with open_runtime(path) as runtime:
        # A busy machine may take longer than the runtime waits for its services.
        if settled:
            await until(lambda: not any(map(_comes_up, runtime.services())))
        yield runtime


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Open]:
    """Open a runtime with these services of type mcp, by name."""
    async with AsyncExitStack() as stack:

        async def open_it(*, settled: bool = True, **services: dict[str, Any]) -> Runtime:
            return await stack.enter_async_context(opening(tmp_path, services, settled=settled))

        yield open_it


def _comes_up(service: dict[str, Any]) -> bool:
    return service["state"] in ("starting", "checking")


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)
