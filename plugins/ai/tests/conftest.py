"""AI services against simulated providers on the loopback interface."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from interlock.sdk import RealWorld
from interlock_ai.service import AI
from interlock_ai.settings import AISettings
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

BASES = {
    "anthropic": "/anthropic",
    "openai": "/openai",
    "openai-compatible": "/openai/v1",
    "gemini": "/gemini",
}

Open = Callable[..., Awaitable[AI]]


def context(name: str, client: httpx.AsyncClient | None = None) -> Any:
    log = logging.getLogger(name)
    return SimpleNamespace(name=name, world=RealWorld(), log=log, http=client)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    service = Simulator(SimulatorSettings(), context("simulator"))
    async with service.running():
        yield service


@pytest.fixture
async def ai(simulator: Simulator) -> AsyncIterator[Open]:
    """Open a service of a provider; its client raises the service's errors, as core's does."""
    url = (await simulator.status())["url"]
    async with AsyncExitStack() as stack:

        async def opened(provider: str = "anthropic", **more: Any) -> AI:
            values = {"provider": provider, "model": "m", "api_key": "simulated", **more}
            values.setdefault("base_url", url + BASES[provider])
            service = AI(AISettings.model_validate(values), context("ai"))

            async def raise_error(response: httpx.Response) -> None:
                if response.status_code >= 400:
                    await response.aread()
                    raise service.read_error(response)

            options = service.http_options()
            client = httpx.AsyncClient(
                base_url=options.base_url,
                headers=dict(options.headers),
                event_hooks={"response": [raise_error]},
            )
            service.context = context("ai", await stack.enter_async_context(client))
            return service

        yield opened
