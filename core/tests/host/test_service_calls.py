"""Calls of a service that is there: to its method and back, in time, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from interlock.sdk import (
    DeadlineExceeded,
    InvalidInput,
    Policies,
    Service,
    ServiceBug,
    Settings,
    ToolSpec,
    current_call,
    tool,
)
from interlock.testing import VirtualWorld
from interlock.testing.world import settle

from .doubles import Hosting, Recorded, Steady


async def test_a_call_reaches_the_method_and_its_result_comes_back(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        result = await host.call("steady.answer", {"question": "why"}, idempotency_key="k")

    assert result == {"question": "why", "depth": 1, "key": "k"}
    assert [outcome.tool for outcome in hosting.outcomes] == ["steady.answer"]


async def test_wrong_arguments_are_refused_before_anything_is_spent(
    virtual: VirtualWorld,
) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        with pytest.raises(InvalidInput, match="question"):
            await host.call("steady.answer", {"depth": "deep"})


async def test_an_error_outside_of_the_tree_is_the_plugins_bug(virtual: VirtualWorld) -> None:
    class Buggy(Service[Settings]):
        @tool(effect="read")
        async def go(self) -> int:
            return {}["missing"]  # type: ignore[no-any-return]

        @tool(effect="read")
        async def lie(self) -> int:
            return "no number"  # type: ignore[return-value]

    async with Hosting(virtual, Buggy) as hosting:
        host = await hosting.start("buggy")
        with pytest.raises(ServiceBug, match="KeyError"):
            await host.call("buggy.go", {})


async def test_the_callers_deadline_ends_the_call(virtual: VirtualWorld) -> None:
    class Slow(Service[Settings]):
        @tool(effect="read")
        async def go(self) -> float:
            left = current_call().remaining()
            await self.world.sleep(100.0)
            return left

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        asking = asyncio.create_task(host.call("slow.go", {}, timeout=2.0))
        await virtual.advance(2.1)
        with pytest.raises(DeadlineExceeded):
            await asking
        with pytest.raises(DeadlineExceeded, match="no time is left"):
            await host.call("slow.go", {}, deadline=virtual.monotonic())


async def test_the_policies_deadline_wins_when_it_is_earlier(virtual: VirtualWorld) -> None:
    class Asked(Service[Settings]):
        @tool(effect="read", policies=Policies(deadline=5.0))
        async def bounded(self) -> float:
            return current_call().remaining()

        @tool(effect="read")
        async def free(self) -> float:
            return current_call().remaining()

    async with Hosting(virtual, Asked) as hosting:
        host = await hosting.start("asked")

        assert await host.call("asked.bounded", {}, timeout=60.0) == 5.0
        assert await host.call("asked.bounded", {}, timeout=2.0) == 2.0
        assert await host.call("asked.free", {}, timeout=90.0) == 90.0
        assert await host.call("asked.free", {}) == 30.0


async def test_calls_of_one_ordering_key_go_one_after_another(virtual: VirtualWorld) -> None:
    running: list[str] = []
    together: list[tuple[str, ...]] = []

    class Ordered(Service[Settings]):
        @tool(effect="write", ordering_key="room")
        async def say(self, room: str) -> None:
            running.append(room)
            together.append(tuple(running))
            await asyncio.sleep(0)
            running.remove(room)

    async with Hosting(virtual, Ordered) as hosting:
        host = await hosting.start("ordered")
        await asyncio.gather(*(host.call("ordered.say", {"room": r}) for r in "aabbaabb"))

    assert all(len(set(rooms)) == len(rooms) for rooms in together)
    assert any(len(rooms) == 2 for rooms in together)


async def test_a_detached_tool_goes_on_without_its_caller(virtual: VirtualWorld) -> None:
    ended = asyncio.Event()

    class Detached(Service[Settings]):
        @tool(effect="write", detached=True)
        async def go(self) -> None:
            await self.world.sleep(1.0)
            ended.set()

    async with Hosting(virtual, Detached) as hosting:
        host = await hosting.start("detached")
        asking = asyncio.create_task(host.call("detached.go", {}))
        await settle()
        asking.cancel()
        await virtual.advance(1.0)

        assert ended.is_set()


async def test_the_gates_count_what_has_been_called(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        await host.call("steady.answer", {"question": "?"})
        await host.services.restart("steady")
        await host.call("steady.answer", {"question": "?"})

        assert hosting.health("steady")["gates"]["calls"] == 2


# -- events ------------------------------------------------------------------------------------


async def test_an_instance_may_decide_which_tools_there_are(virtual: VirtualWorld) -> None:
    class Proxy(Recorded):
        def tools(self) -> Mapping[str, ToolSpec]:
            own = super().tools()
            return own | {"further": replace(own["go"], name="further")}

    async with Hosting(virtual, Proxy) as hosting:
        host = await hosting.start("proxy")

        assert [entry.name for entry in host.catalog] == ["proxy.further", "proxy.go"]
        assert await host.call("proxy.further", {}) == "gone"
