"""Whoever blocks the event loop is named, with the line that does it."""

from __future__ import annotations

import time

import pytest

from interlock.host.watchdog import Watchdog
from interlock.sdk import RealWorld, Service, Settings, tool

from .doubles import Hosting

BLOCKED_SECONDS = 0.6


class Blocking(Service[Settings]):
    @tool(effect="read")
    async def compute(self) -> None:
        time.sleep(BLOCKED_SECONDS)  # noqa: ASYNC251 - what the watchdog is there for

    @tool(effect="read")
    async def wait(self) -> None:
        await self.world.sleep(BLOCKED_SECONDS)


async def test_a_service_that_blocks_the_loop_is_named_with_its_stack(
    world: RealWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with Hosting(world, Blocking) as hosting:
        host = await hosting.start("blocking")
        await host.call("blocking.compute", {})
        blocked = hosting.health("blocking")["blocked"]

    assert len(blocked) == 1
    assert blocked[0]["service"] == "blocking"
    assert blocked[0]["seconds"] > 0.2
    assert "test_watchdog.py" in blocked[0]["stack"][-1] and "compute" in blocked[0]["stack"][-1]
    assert not any("asyncio/runners" in frame for frame in blocked[0]["stack"])
    assert "service blocking blocks the event loop" in caplog.text


async def test_a_service_that_waits_is_not_named(world: RealWorld) -> None:
    async with Hosting(world, Blocking) as hosting:
        host = await hosting.start("blocking")
        await host.call("blocking.wait", {})

        assert hosting.health("blocking")["blocked"] == []


async def test_code_of_no_service_is_named_by_its_task(world: RealWorld) -> None:
    watchdog = Watchdog(world)
    watchdog.start()
    time.sleep(BLOCKED_SECONDS)  # noqa: ASYNC251 - what the watchdog is there for
    watchdog.stop()

    assert [each.service for each in watchdog.blockages] == [""]
