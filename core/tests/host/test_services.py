"""Services that fail to come up, break, or come back; calls always get an answer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interlock.host import PluginState
from interlock.sdk import (
    ActorRestarted,
    BreakerPolicy,
    CircuitOpen,
    FallbackPolicy,
    NeedsAttention,
    Policies,
    Retryable,
    ServiceUnavailable,
    tool,
)
from interlock.testing import VirtualWorld
from interlock.testing.world import settle

from .doubles import Hosting, Recorded, Steady, spec


async def test_a_service_that_raises_in_init_waits_with_the_reason(virtual: VirtualWorld) -> None:
    class Broken(Recorded):
        def __init__(self, *given: Any) -> None:
            raise ZeroDivisionError("oops")

    async with Hosting(virtual, Broken, Steady) as hosting:
        host = await hosting.start("broken", "steady")

        assert hosting.health("broken")["state"] == "waiting"
        with pytest.raises(
            ServiceUnavailable, match=r"__init__\(\) raised ZeroDivisionError: oops"
        ):
            await host.call("broken.go", {})
        assert await host.call("steady.answer", {"question": "?"})


async def test_a_service_that_raises_in_start_is_stopped_and_tried_again(
    virtual: VirtualWorld,
) -> None:
    class Broken(Recorded):
        async def start(self) -> None:
            await super().start()
            if len(self.story) < 5:
                raise Retryable("not yet", retry_after=7.0)

    async with Hosting(virtual, Broken) as hosting:
        host = await hosting.start("broken")
        assert hosting.health("broken")["retry_after"] == 7.0
        await virtual.advance(7.0)
        assert hosting.health("broken")["state"] == "waiting"
        await virtual.advance(7.0)

        assert await host.call("broken.go", {}) == "gone"
        assert Broken.story == ["start", "stop", "start", "stop", "start"]
    assert Broken.story[-1] == "stop"


async def test_who_calls_while_a_service_is_tried_again_is_told_to_come_back_soon(
    virtual: VirtualWorld,
) -> None:
    class Slow(Recorded):
        async def start(self) -> None:
            await super().start()
            if self.story.count("start") == 1:
                raise Retryable("connection refused")
            await virtual.sleep(20.0)

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        await virtual.advance(1.0)

        with pytest.raises(
            ServiceUnavailable, match="slow is being tried again: connection refused"
        ) as raised:
            await host.call("slow.go", {})
        assert raised.value.retry_after == 1.0
        await virtual.advance(20.0)
        assert await host.call("slow.go", {}) == "gone"


async def test_pauses_grow_while_a_service_stays_away(virtual: VirtualWorld) -> None:
    class Away(Recorded):
        async def check(self) -> None:
            raise Retryable("away")

    async with Hosting(virtual, Away) as hosting:
        await hosting.start("away")
        pauses = []
        for _ in range(8):
            pauses.append(hosting.health("away")["retry_after"])
            await virtual.advance(pauses[-1])

    assert pauses[0] <= 1.0
    assert pauses[4] > pauses[0]
    assert all(30.0 <= pause <= 60.0 for pause in pauses[-2:])


async def test_a_service_that_hangs_in_start_is_given_up_and_delays_nobody(
    virtual: VirtualWorld,
) -> None:
    class Hanging(Recorded):
        async def start(self) -> None:
            await super().start()
            await asyncio.Event().wait()

    async with Hosting(virtual, Hanging, Steady) as hosting:
        starting = asyncio.create_task(hosting.start("hanging", "steady"))
        await settle(100)
        assert await hosting.host.call("steady.answer", {"question": "?"})

        await virtual.advance(5.0)
        host = await starting
        asking = asyncio.create_task(host.call("hanging.go", {}, timeout=60.0))
        await virtual.advance(25.0)

        assert hosting.health("hanging")["state"] == "waiting"
        with pytest.raises(ServiceUnavailable, match=r"start\(\): not done after 30 s"):
            await asking
        assert Hanging.story == ["start", "stop"]


async def test_a_service_that_needs_a_person_says_so_to_callers(virtual: VirtualWorld) -> None:
    class Expired(Recorded):
        async def check(self) -> None:
            raise NeedsAttention("the token has expired", hint="make a new one")

    async with Hosting(virtual, Expired) as hosting:
        host = await hosting.start("expired")
        record = host.plugins[0]

        assert hosting.health("expired")["state"] == "needs-attention"
        assert record.state is PluginState.NEEDS_ATTENTION
        assert record.hint == "make a new one"
        with pytest.raises(NeedsAttention, match="the token has expired"):
            await host.call("expired.go", {})


async def test_calls_wait_for_the_first_start(virtual: VirtualWorld) -> None:
    ready = asyncio.Event()

    class Slow(Recorded):
        async def start(self) -> None:
            await ready.wait()

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow", settle=0.0)
        asking = asyncio.create_task(host.call("slow.go", {}))
        await settle()
        ready.set()

        assert await asking == "gone"


async def test_a_fallback_answers_for_a_service_that_is_away(virtual: VirtualWorld) -> None:
    class Away(Recorded):
        async def check(self) -> None:
            raise Retryable("away")

    policies = Policies(fallback=FallbackPolicy(tool="steady.answer"))
    async with Hosting(virtual, Away, Steady) as hosting:
        host = await hosting.start(spec("away", policies=policies), "steady")
        # It is asked, with arguments that it cannot take; so the other one is what to wait for.
        with pytest.raises(ServiceUnavailable, match=r"away; instead of it, answer: \$\.question"):
            await host.call("away.go", {})

        await host.services.start(
            {"away": spec("away", policies=Policies(fallback=FallbackPolicy(value="instead")))}
        )
        assert await host.call("away.go", {}) == "instead"


async def test_an_unknown_service_type_is_reported_with_why(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady", "mail")

        assert hosting.health("mail")["state"] == "failed"
        with pytest.raises(ServiceUnavailable, match="no plugin offers the service type 'mail'"):
            await host.call("mail.send", {})


async def test_a_lost_session_makes_a_new_instance_and_the_gates_remember(
    virtual: VirtualWorld,
) -> None:
    class SessionLost(Retryable):
        code = "session-lost"

    waiting = asyncio.Event()

    class Session(Recorded):
        restart_on = (SessionLost,)

        @tool(effect="write")
        async def wait(self) -> None:
            waiting.set()
            await asyncio.Event().wait()

        @tool(effect="write")
        async def lose(self) -> None:
            raise SessionLost("lost")

    policies = Policies(breaker=BreakerPolicy(minimum_calls=1, failure_rate=0.1, open_for=1000.0))
    async with Hosting(virtual, Session) as hosting:
        host = await hosting.start(spec("session", tool_policies={"lose": policies}))
        in_flight = asyncio.create_task(host.call("session.wait", {}))
        await waiting.wait()
        with pytest.raises(SessionLost):
            await host.call("session.lose", {})
        with pytest.raises(ActorRestarted):
            await in_flight
        await virtual.advance(1.0)

        assert await host.call("session.go", {}) == "gone"
        assert Session.story == ["start", "stop", "start"]
        with pytest.raises(CircuitOpen):
            await host.call("session.lose", {})
