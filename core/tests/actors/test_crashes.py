"""A crash costs the instance and what it had in hand, and nothing else in silence."""

import asyncio
import sys
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem, DeadLetter
from interlock.sdk import (
    ActorRestarted,
    DeadlineExceeded,
    ServiceBug,
)
from interlock.testing import VirtualWorld, settle

from .doubles import AT_ONCE, BANG, Bang, Counted, Gate, Recorder, Scripted, crash


async def test_the_asker_of_the_crash_learns_that_it_may_have_run_and_why(
    system: ActorSystem,
) -> None:
    ref = await system.spawn("fragile", Scripted, AT_ONCE)

    with pytest.raises(ActorRestarted, match="fragile was restarted") as caught:
        await ref.ask(BANG)

    assert caught.value.may_have_run
    assert isinstance(caught.value.__cause__, Bang)


async def test_a_new_instance_serves_what_waits_and_the_old_one_is_let_go(
    system: ActorSystem,
) -> None:
    factory = Counted()
    ref = await system.spawn("fragile", factory, AT_ONCE)
    crashing = asyncio.create_task(ref.ask(BANG))
    waiting = [asyncio.create_task(ref.ask(number)) for number in range(3)]

    assert await asyncio.gather(*waiting) == [0, 1, 2]
    assert isinstance(await asyncio.gather(crashing, return_exceptions=True), list)
    assert (factory.made, factory.stopped) == (2, 1)


async def test_the_others_in_flight_fail_too(system: ActorSystem) -> None:
    gate = Gate()
    options = ActorOptions(backoff=0, crash_on=(Bang,), concurrency=2)
    ref = await system.spawn("fragile", Scripted, options)
    asking = asyncio.create_task(ref.ask(gate))
    await settle()
    await crash(ref)

    with pytest.raises(ActorRestarted):
        await asking
    assert gate.cancelled == 1


async def test_an_idempotent_ask_in_flight_is_handled_again_before_what_waits(
    system: ActorSystem,
) -> None:
    log: list[Any] = []
    gate = Gate("again")
    options = ActorOptions(backoff=0, crash_on=(Bang,), concurrency=2)
    ref = await system.spawn("fragile", lambda: Recorder(log), options)
    asking = asyncio.create_task(ref.ask(gate, idempotent=True))
    await settle()
    crashing = asyncio.create_task(ref.ask(BANG))
    waiting = asyncio.create_task(ref.ask("waiting"))
    gate.open()
    with pytest.raises(ActorRestarted):
        await crashing

    assert await asking == "again"
    assert await waiting == "waiting"
    assert log == ["again", "waiting"]


async def test_an_idempotent_tell_in_flight_is_handled_again(
    system: ActorSystem, letters: list[DeadLetter]
) -> None:
    log: list[Any] = []
    fuse = [Bang("first time")]

    async def crash_once() -> str:
        if fuse:
            raise fuse.pop()
        return "second time"

    ref = await system.spawn("fragile", lambda: Recorder(log), AT_ONCE)
    await ref.tell(crash_once, idempotent=True)
    await settle()

    assert log == ["second time"]
    assert letters == []


async def test_any_other_tell_in_flight_becomes_a_dead_letter(
    system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref = await system.spawn("fragile", Scripted, AT_ONCE)
    await ref.tell(BANG)
    await settle()

    (letter,) = letters
    assert (letter.reason, letter.message) == ("interrupted", BANG)
    assert "boom" in letter.error


async def test_a_message_in_flight_at_two_crashes_is_poison(
    system: ActorSystem, letters: list[DeadLetter]
) -> None:
    factory = Counted()
    ref = await system.spawn("fragile", factory, AT_ONCE)

    with pytest.raises(ActorRestarted):
        await ref.ask(BANG, idempotent=True)

    await settle()
    (letter,) = letters
    assert letter.reason == "poison"
    assert "raise error" in letter.error and "boom" in letter.error
    assert factory.made == 3
    assert await ref.ask("served again") == "served again"


async def test_an_idempotent_ask_out_of_time_is_not_handled_again(
    system: ActorSystem, world: VirtualWorld
) -> None:
    async def too_slow() -> None:
        world._now += 10
        raise Bang

    ref = await system.spawn("fragile", Scripted, AT_ONCE)

    with pytest.raises((ActorRestarted, DeadlineExceeded)):
        await ref.ask(too_slow, timeout=5, idempotent=True)
    assert ref.health().queued == 0


async def test_a_handler_that_exits_the_process_only_fails(system: ActorSystem) -> None:
    async def leave() -> None:
        sys.exit(1)

    ref = await system.spawn("echo", Scripted)

    with pytest.raises(ServiceBug, match="echo tried to exit"):
        await ref.ask(leave)
    assert await ref.ask("still here") == "still here"
