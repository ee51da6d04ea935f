"""Services that start again, one in the place of another, and stop."""

from __future__ import annotations

import asyncio

import anyio
import pytest

from interlock.sdk import (
    ActorStopped,
    NotFound,
    Policies,
    tool,
)
from interlock.testing import VirtualWorld
from interlock.testing.world import settle

from .doubles import Hosting, Recorded, Steady, spec


async def test_starting_again_touches_only_what_has_changed(virtual: VirtualWorld) -> None:
    class Kept(Recorded):
        pass

    class Changed(Recorded):
        pass

    async with Hosting(virtual, Kept, Changed, Steady) as hosting:
        await hosting.start("kept", "changed", "steady")
        host = await hosting.start("kept", spec("changed", policies=Policies(deadline=1.0)))

        assert Kept.story == ["start"]
        assert Changed.story == ["start", "stop", "start"]
        assert host.catalog.get("changed.go").policies.deadline == 1.0
        with pytest.raises(NotFound):
            await host.call("steady.answer", {"question": "?"})


async def test_a_restart_on_request_makes_a_new_instance(virtual: VirtualWorld) -> None:
    class Again(Recorded):
        pass

    async with Hosting(virtual, Again) as hosting:
        host = await hosting.start("again")
        await host.services.restart("again")

        assert await host.call("again.go", {}) == "gone"
        assert Again.story == ["start", "stop", "start"]


async def test_calls_wait_for_the_service_that_takes_the_place_of_another(
    virtual: VirtualWorld,
) -> None:
    class Slow(Recorded):
        leave = anyio.Event()

        async def stop(self) -> None:
            await self.leave.wait()

        @tool(effect="write")
        async def write(self) -> str:
            return "written"

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        restarting = asyncio.create_task(host.services.restart("slow"))
        await settle()
        calling = asyncio.create_task(host.call("slow.write", {}))
        hurried = asyncio.create_task(host.call("slow.write", {}, timeout=1.0))
        await settle()
        assert not calling.done()
        await virtual.advance(2.0)
        with pytest.raises(ActorStopped):
            await hurried
        Slow.leave.set()
        await restarting
        assert await calling == "written"


async def test_a_failing_stop_does_not_keep_the_others_from_stopping(
    virtual: VirtualWorld,
) -> None:
    class Stubborn(Recorded):
        async def stop(self) -> None:
            raise RuntimeError("I will not")

    class Meek(Recorded):
        pass

    async with Hosting(virtual, Stubborn, Meek) as hosting:
        await hosting.start("stubborn", "meek")

    assert Meek.story == ["start", "stop"]
