"""The service in a real runtime, against the simulated vendor over loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.runtime import Runtime
from interlock.sdk import RealWorld
from interlock_simulator.faults import FaultProfile
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

Open = Callable[..., Awaitable[Runtime]]


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    context: Any = SimpleNamespace(name="simulator", world=RealWorld())
    service = Simulator(SimulatorSettings(), context)
    async with service.running():
        yield service


@pytest.fixture
async def opened(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Open]:
    """Open a runtime; keyword arguments are settings of the service."""
    async with AsyncExitStack() as stack:

        async def open_it(
            faults: tuple[FaultProfile, ...] = (), policies: Any = None, **settings: Any
        ) -> Runtime:
            url = (await simulator.status())["url"]
            await simulator.set_faults(list(faults))
            values = {"api_key": "simulated", "base_url": f"{url}/gemini", **settings}
            config = {
                "version": 1,
                "daemon": {"state_dir": str(tmp_path / "state")},
                "services": {
                    "nano-banana": {
                        "settings": values,
                        "http": {"allow_private": True},
                        "policies": policies or {},
                    }
                },
            }
            path = tmp_path / "interlock.yaml"
            path.write_text(yaml.safe_dump(config))
            return await stack.enter_async_context(open_runtime(path))

        yield open_it
