"""AI services in a real runtime, against simulated providers on the loopback interface."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime
from interlock.sdk import RealWorld
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

BASES = {
    "anthropic": "/anthropic",
    "openai": "/openai",
    "openai-chat": "/openai/v1",
    "openai-compatible": "/openai/v1",
    "gemini": "/gemini",
}

Start = Callable[..., Awaitable[Runtime]]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for a module: its simulator is started once."""
    return "asyncio"


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Simulator]:
    log = logging.getLogger("simulator")
    context: Any = SimpleNamespace(name="simulator", world=RealWorld(), log=log)
    service = Simulator(SimulatorSettings(), context)
    async with service.running():
        yield service


@pytest.fixture
async def simulator(running: Simulator) -> Simulator:
    await running.reset()
    return running


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Open a runtime with these services; other keywords are parts of its configuration."""
    async with AsyncExitStack() as stack:

        async def started(services: dict[str, Any], **config: Any) -> Runtime:
            state = {"state_dir": str(tmp_path / "state")}
            path = tmp_path / "interlock.yaml"
            path.write_text(
                yaml.safe_dump({"version": 1, "daemon": state, "services": services, **config})
            )
            return await stack.enter_async_context(open_runtime(path))

        yield started


@dataclass
class Tools:
    """The tools of the service ``ai``; ``tools.generate(prompt, ...)`` calls one."""

    runtime: Runtime

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(prompt: str | None = None, **arguments: Any) -> Any:
            first = {} if prompt is None else {"prompt": prompt}
            return await self.runtime.call(f"ai.{name}", first | arguments)

        return call


def service(url: str, provider: str, policies: Any = None, **settings: Any) -> dict[str, Any]:
    """The entry of one under ``services:``; it tries once unless told otherwise."""
    values = {"provider": provider, "model": "m", "api_key": "simulated", **settings}
    values.setdefault("base_url", url + BASES[provider])
    return {
        "plugin": "ai",
        "settings": values,
        "http": {"allow_private": True},
        "policies": policies or {"retry": {"attempts": 1}},
    }


@pytest.fixture
async def ai(simulator: Simulator, start: Start) -> Callable[..., Awaitable[Tools]]:
    """Open a runtime whose service ``ai`` is of this provider."""
    url = (await simulator.status())["url"]

    async def opened(provider: str = "anthropic", **more: Any) -> Tools:
        return Tools(await start({"ai": service(url, provider, **more)}))

    return opened
