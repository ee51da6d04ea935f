"""A crash costs the instance and what it had in hand, and nothing else in silence."""

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, Ref
from interlock.actors.cell import State
from interlock.sdk import (
    ActorRestarted,
    ActorStopped,
    DeadlineExceeded,
    Retryable,
    ServiceBug,
    ServiceUnavailable,
)
from interlock.testing import VirtualWorld, settle

from .doubles import Bang, Gate, Recorder, Scripted, raising

AT_ONCE = ActorOptions(backoff=0, crash_on=(Bang,))
BANG = raising(Bang("boom"))


class Counted:
    """A factory that numbers its instances; ``failures`` of the first starts fail."""

    def __init__(self, failures: int = 0) -> None:
        self.made = 0
        self.stopped = 0
        self.failures = failures

    def __call__(self) -> Actor:
        self.made += 1
        counted = self
        fails = self.made <= self.failures

        class Instance(Scripted):
            async def started(self) -> None:
                if fails:
                    raise Retryable("the service is down")

            async def stopped(self) -> None:
                counted.stopped += 1

        return Instance()


async def crash(ref: Ref) -> None:
    with pytest.raises(ActorRestarted):
        await ref.ask(BANG)
    await settle()


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


async def test_an_idempotent_tell_in_flight_is_handled_again(system: ActorSystem) -> None:
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
    assert len(system.dead_letters) == 0


async def test_any_other_tell_in_flight_becomes_a_dead_letter(system: ActorSystem) -> None:
    ref = await system.spawn("fragile", Scripted, AT_ONCE)
    await ref.tell(BANG)
    await settle()

    (letter,) = system.dead_letters
    assert (letter.reason, letter.message) == ("interrupted", BANG)
    assert "boom" in letter.error


async def test_a_message_in_flight_at_two_crashes_is_poison(system: ActorSystem) -> None:
    factory = Counted()
    ref = await system.spawn("fragile", factory, AT_ONCE)

    with pytest.raises(ActorRestarted):
        await ref.ask(BANG, idempotent=True)

    await settle()
    (letter,) = system.dead_letters
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
    with pytest.raises(ServiceUnavailable):
        await ref.wait_running()

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
    await ref._cell.reached(State.RUNNING)

    assert await ref.ask("hello") == "hello"


async def test_a_handler_that_exits_the_process_only_fails(system: ActorSystem) -> None:
    async def leave() -> None:
        sys.exit(1)

    ref = await system.spawn("echo", Scripted)

    with pytest.raises(ServiceBug, match="echo tried to exit"):
        await ref.ask(leave)
    assert await ref.ask("still here") == "still here"


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


async def test_a_transient_actor_is_restarted_after_a_crash_and_ends_when_its_run_returns(
    system: ActorSystem,
) -> None:
    factory, ref, end = await running_actor(system, "transient")
    await crash(ref)
    assert factory() == 2

    end.set()
    await ref.wait_stopped()

    assert factory() == 2


async def test_a_permanent_actor_is_restarted_also_when_its_run_returns(
    system: ActorSystem,
) -> None:
    factory, ref, end = await running_actor(system, "permanent")

    end.set()
    await settle()
    end.clear()

    assert factory() > 1
    assert ref.health().state != "stopped"


async def test_a_temporary_actor_ends_with_its_first_crash(system: ActorSystem) -> None:
    options = ActorOptions(restart="temporary", crash_on=(Bang,))
    ref = await system.spawn("fragile", Scripted, options)
    crashing = asyncio.create_task(ref.ask(BANG))
    waiting = asyncio.create_task(ref.ask("waiting"))

    for ask, may_have_run in ((crashing, True), (waiting, False)):
        with pytest.raises(ActorStopped) as caught:
            await ask
        assert caught.value.may_have_run is may_have_run
    assert ref.health().state == "stopped"


async def test_an_error_of_run_is_a_crash(system: ActorSystem) -> None:
    bangs = [Bang("lost the connection")]

    class Connected(Scripted):
        async def run(self) -> None:
            if bangs:
                raise bangs.pop()
            await asyncio.get_running_loop().create_future()

    ref = await system.spawn("connected", Connected, AT_ONCE)
    await settle()

    assert await ref.ask("hello") == "hello"
    assert ref.health().last_error == "Bang: lost the connection"


async def test_stopping_ends_a_restart_that_is_waiting(
    system: ActorSystem, world: VirtualWorld
) -> None:
    factory = Counted()
    ref = await system.spawn("fragile", factory, ActorOptions(backoff=8, crash_on=(Bang,)))
    await crash(ref)

    await ref.stop()
    await world.advance(100)

    assert factory.made == 1


async def running_actor(
    system: ActorSystem, restart: Any
) -> tuple[Callable[[], int], Ref, asyncio.Event]:
    """An actor whose ``run()`` returns when the event is set; and how many there were."""
    end = asyncio.Event()
    made: list[Actor] = []

    class Running(Scripted):
        async def run(self) -> None:
            await end.wait()

    def factory() -> Actor:
        made.append(Running())
        return made[-1]

    options = ActorOptions(restart=restart, backoff=0, crash_on=(Bang,))
    ref = await system.spawn("running", factory, options)
    await ref.wait_running()
    return lambda: len(made), ref, end
