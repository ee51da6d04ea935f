"""When a crashed actor is restarted, and what becomes of those who ask it meanwhile."""

import asyncio
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem
from interlock.sdk import (
    ServiceUnavailable,
)
from interlock.testing import VirtualWorld, settle

from .doubles import AT_ONCE, Bang, Counted, Gate, Recorder, Scripted, crash, reached


async def test_a_restart_waits_out_its_back_off_and_asks_wait_with_it(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("fragile", Scripted, ActorOptions(backoff=8, crash_on=(Bang,)))
    await crash(ref)
    assert ref.health().state == "restarting"
    patient = asyncio.create_task(ref.ask("patient", timeout=20))

    await world.advance(8)

    assert await patient == "patient"


async def test_an_ask_that_cannot_outlast_the_back_off_is_refused_at_once(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("fragile", Scripted, ActorOptions(backoff=1000, crash_on=(Bang,)))
    await crash(ref)
    retry_after = ref.health().retry_after
    assert retry_after is not None and retry_after > 1

    with pytest.raises(ServiceUnavailable, match="restarting: boom") as caught:
        await ref.ask("impatient", timeout=1)
    assert caught.value.retry_after == retry_after


async def test_a_start_that_fails_is_tried_again(system: ActorSystem) -> None:
    factory = Counted(failures=3)
    ref = await system.spawn("down", factory, AT_ONCE)

    assert await ref.ask("hello") == "hello"
    assert factory.made == 4
    assert factory.stopped == 3
    assert ref.health().restarts == 3


async def test_a_factory_that_fails_is_tried_again(system: ActorSystem) -> None:
    broken = [Bang("no such class")]

    def factory() -> Actor:
        if broken:
            raise broken.pop()
        return Scripted()

    ref = await system.spawn("late", factory, AT_ONCE)

    assert await ref.ask("hello") == "hello"


async def test_a_start_that_hangs_is_cut_off_and_tried_again(
    system: ActorSystem, world: VirtualWorld
) -> None:
    hangs = [True]

    class Slow(Scripted):
        async def started(self) -> None:
            if hangs and hangs.pop():
                await asyncio.get_running_loop().create_future()

    ref = await system.spawn("slow", Slow, ActorOptions(backoff=0, startup=10))
    await world.advance(11)

    assert await ref.ask("hello") == "hello"
    assert ref.health().last_error == "TimeoutError: not done after 10 s"


async def test_exhausted_it_parks_refuses_asks_at_once_and_recovers_by_itself(
    system: ActorSystem, world: VirtualWorld
) -> None:
    factory = Counted(failures=7)
    ref = await system.spawn("down", factory, ActorOptions(backoff=0, max_backoff=30))
    waiting = asyncio.create_task(ref.ask("asked before", timeout=600))
    await ref.tell("told before")
    await settle()

    health = ref.health()
    assert (health.state, health.retry_after, factory.made) == ("parked", 30, 6)
    for ask in (waiting, ref.ask("asked while parked", timeout=600)):
        with pytest.raises(ServiceUnavailable, match="parked: the service is down") as caught:
            await ask
        assert caught.value.retry_after == 30

    await world.advance(30)
    assert ref.health().state == "parked"
    await world.advance(30)
    assert ref.health().state == "running"

    assert factory.made == 8
    assert await ref.ask("hello") == "hello"


async def test_what_was_told_to_a_parked_actor_is_handled_after_its_recovery(
    system: ActorSystem, world: VirtualWorld
) -> None:
    log: list[Any] = []
    failures = [Bang()] * 6

    class Down(Recorder):
        async def started(self) -> None:
            if failures:
                raise failures.pop()

    ref = await system.spawn("down", lambda: Down(log), ActorOptions(backoff=0))
    await settle()
    await ref.tell("while parked")
    await world.advance(31)

    assert log == ["while parked"]


async def test_a_parked_actor_refuses_asks_until_its_new_start_has_succeeded(
    system: ActorSystem, world: VirtualWorld
) -> None:
    failures = [Bang()] * 6
    gate = Gate()

    class SlowToRecover(Scripted):
        async def started(self) -> None:
            if failures:
                raise failures.pop()
            await gate()

    ref = await system.spawn("down", SlowToRecover, ActorOptions(backoff=0))
    await world.advance(31)
    assert gate.begun == 1

    with pytest.raises(ServiceUnavailable):
        await ref.ask("too early")
    gate.open()
    await reached(ref, "running")

    assert await ref.ask("hello") == "hello"


async def test_a_healthy_period_forgets_earlier_crashes(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("fragile", Scripted, AT_ONCE)
    for _ in range(3):
        for _ in range(5):
            await crash(ref)
        assert ref.health().state == "running"
        await world.advance(60)

    assert ref.health().restarts == 0


async def test_stopping_ends_a_restart_that_is_waiting(
    system: ActorSystem, world: VirtualWorld
) -> None:
    factory = Counted()
    ref = await system.spawn("fragile", factory, ActorOptions(backoff=8, crash_on=(Bang,)))
    await crash(ref)

    await ref.stop()
    await world.advance(100)

    assert factory.made == 1
