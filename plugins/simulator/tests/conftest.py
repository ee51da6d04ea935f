"""A running simulator, and clients that speak to it over loopback HTTP."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from interlock.sdk import RealWorld, World
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

CREDENTIALS = {
    "figma": {"X-Figma-Token": "simulated"},
    "notion": {"Authorization": "Bearer simulated", "Notion-Version": "2025-09-03"},
    "gemini": {"x-goog-api-key": "simulated"},
    "anthropic": {"x-api-key": "simulated", "anthropic-version": "2023-06-01"},
    "openai": {"Authorization": "Bearer simulated"},
}

Start = Callable[..., Awaitable[Simulator]]
Client = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a simulator with these settings; it is stopped after the test."""
    async with AsyncExitStack() as stack:

        async def started(world: World | None = None, **settings: Any) -> Simulator:
            context: Any = SimpleNamespace(
                name="simulator", world=world or RealWorld(), log=logging.getLogger("simulator")
            )
            simulator = Simulator(SimulatorSettings.model_validate(settings), context)
            await stack.enter_async_context(simulator.running())
            return simulator

        yield started


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of one vendor, with a credential."""
    async with AsyncExitStack() as stack:

        async def opened(simulator: Simulator, vendor: str, **headers: str) -> httpx.AsyncClient:
            url = (await simulator.status())["url"]
            return await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"{url}/{vendor}",
                    headers={**CREDENTIALS[vendor], **headers},
                    verify=False,  # reading certificates takes longer than a test
                )
            )

        yield opened


@pytest.fixture
async def figma(start: Start, client: Client) -> httpx.AsyncClient:
    return await client(await start(), "figma")


@pytest.fixture
async def notion(start: Start, client: Client) -> httpx.AsyncClient:
    return await client(await start(), "notion")
