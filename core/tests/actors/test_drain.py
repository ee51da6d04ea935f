"""The orderly end: everything at the same time, and what is unfinished has a name."""

import asyncio
import logging
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, DeadLetter
from interlock.sdk import ActorStopped, ServiceUnavailable
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, Scripted


async def test_what_is_queued_is_handled_before_the_stop(
    system: ActorSystem, world: VirtualWorld
) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(gate)
    await ref.tell("queued")
    draining = asyncio.create_task(system.drain(10))
    await world.advance(1)
    gate.open()
    await world.advance(1)

    report = await draining

    assert report.clean
    assert report.stopped == 1
    assert 1 <= report.seconds <= 1.1
    assert log == ["through", "queued"]


async def test_nothing_to_do_takes_no_time(system: ActorSystem) -> None:
    for number in range(3):
        ref = await system.spawn(f"idle-{number}", Scripted)
        await ref.ask("hello")

    report = await system.drain(25)

    assert (report.clean, report.stopped, report.seconds) == (True, 3, 0)


async def test_new_work_from_outside_is_refused_and_between_actors_it_is_not(
    system: ActorSystem, world: VirtualWorld
) -> None:
    inner = await system.spawn("inner", Scripted)
    outer = await system.spawn("outer", Scripted)
    gate = Gate()

    async def ask_inner_late() -> Any:
        await gate()
        return await inner.ask("from an actor")

    asking = asyncio.create_task(outer.ask(ask_inner_late))
    await settle()
    draining = asyncio.create_task(system.drain(10))
    await settle()
    for attempt in (inner.ask("from outside"), inner.tell("from outside")):
        with pytest.raises(ServiceUnavailable, match="draining"):
            await attempt
    with pytest.raises(ServiceUnavailable, match="draining"):
        await system.spawn("new", Scripted)
    gate.open()
    await world.advance(1)

    assert await asking == "from an actor"
    assert (await draining).clean


async def test_a_tell_to_an_actor_that_was_quiet_is_still_handled(
    system: ActorSystem, world: VirtualWorld
) -> None:
    gate = Gate()
    slow = Gate()
    log: list[Any] = []
    quiet = await system.spawn("quiet", lambda: Recorder(log))
    busy = await system.spawn("busy", Scripted)

    async def pass_on() -> None:
        await gate()
        await quiet.tell(slow)

    await busy.tell(pass_on)
    draining = asyncio.create_task(system.drain(10))
    await world.advance(1)
    gate.open()
    await world.advance(1)
    assert not draining.done()
    slow.open()
    await world.advance(1)

    assert (await draining).clean
    assert log == ["through"]


async def test_past_the_grace_each_unfinished_message_is_named_kept_and_answered(
    system: ActorSystem,
    world: VirtualWorld,
    caplog: pytest.LogCaptureFixture,
    letters: list[DeadLetter],
) -> None:
    caplog.set_level(logging.WARNING, "interlock.actors.drain")
    gate = Gate()
    ref = await system.spawn("stuck", Scripted)
    running = asyncio.create_task(ref.ask(gate, timeout=600))
    await settle()
    waiting = asyncio.create_task(ref.ask("waiting", timeout=600))
    await settle()
    await ref.tell("told")
    draining = asyncio.create_task(system.drain(10))
    await world.advance(10)
    report = await draining

    assert not report.clean
    assert [(each.actor, each.message, each.begun) for each in report.unfinished] == [
        ("stuck", gate, True),
        ("stuck", "waiting", False),
        ("stuck", "told", False),
    ]
    assert [str(each) for each in report.unfinished[:2]] == [
        "Gate to stuck: cut off",
        "str to stuck: not begun",
    ]
    assert {each.reason for each in letters} == {"unfinished"}
    assert len(letters) == 3
    assert caplog.messages.count("unfinished: Gate to stuck: cut off") == 1
    for ask, may_have_run in ((running, True), (waiting, False)):
        with pytest.raises(ActorStopped) as caught:
            await ask
        assert caught.value.may_have_run is may_have_run


async def test_actors_drain_side_by_side_within_one_grace(
    system: ActorSystem, world: VirtualWorld
) -> None:
    for number in range(10):
        ref = await system.spawn(f"stuck-{number}", Scripted)
        await ref.tell(Gate())
    draining = asyncio.create_task(system.drain(10))
    await world.advance(10)

    report = await draining

    assert len(report.unfinished) == 10
    assert report.seconds == 10


async def test_actors_are_stopped_in_reverse_start_order(system: ActorSystem) -> None:
    stopped: list[str] = []

    def factory(name: str) -> Any:
        class Noting(Scripted):
            async def stopped(self) -> None:
                stopped.append(name)

        return Noting

    group = system.supervisor("group")
    for name, supervisor in (("a", None), ("b", group), ("c", None), ("d", group)):
        await system.spawn(name, factory(name), supervisor=supervisor)
    await settle()

    await system.drain(1)

    assert stopped == ["d", "c", "b", "a"]


async def test_a_stop_that_hangs_is_cut_off_and_the_rest_still_stops(
    system: ActorSystem, world: VirtualWorld
) -> None:
    stopped: list[str] = []

    class Fine(Scripted):
        async def stopped(self) -> None:
            stopped.append("fine")

    class Hanging(Scripted):
        async def stopped(self) -> None:
            await asyncio.get_running_loop().create_future()

    await system.spawn("fine", Fine)
    for number in range(3):
        await system.spawn(f"hanging-{number}", Hanging, ActorOptions(shutdown=5))
    await settle()
    draining = asyncio.create_task(system.drain(1))
    await world.advance(10)

    assert (await draining).seconds == 10
    assert stopped == ["fine"]


async def test_a_parked_actor_does_not_hold_up_the_drain_and_its_messages_are_named(
    system: ActorSystem,
) -> None:
    class Down(Scripted):
        async def started(self) -> None:
            raise OSError("down")

    ref = await system.spawn("down", Down, ActorOptions(backoff=0))
    await ref.tell("told")
    await settle()
    assert ref.health().state == "parked"

    report = await system.drain(60)

    assert report.seconds == 0
    assert [each.message for each in report.unfinished] == ["told"]


async def test_the_run_of_an_actor_may_still_ask_others(
    system: ActorSystem, world: VirtualWorld
) -> None:
    other = await system.spawn("other", Scripted)
    gate = Gate()
    answers: list[Any] = []

    class Poller(Actor):
        async def run(self) -> None:
            await gate()
            answers.append(await other.ask("from run"))
            await asyncio.get_running_loop().create_future()

    await system.spawn("poller", Poller)
    stuck = await system.spawn("stuck", Scripted)
    await stuck.tell(Gate())
    await settle()
    draining = asyncio.create_task(system.drain(10))
    await world.advance(1)
    gate.open()
    await world.advance(10)
    await draining

    assert answers == ["from run"]


async def test_leaving_the_system_ends_everything_at_once(world: VirtualWorld) -> None:
    async with ActorSystem(world) as system:
        ref = await system.spawn("stuck", Scripted)
        asking = asyncio.create_task(ref.ask(Gate()))
        await settle()

    with pytest.raises(ActorStopped):
        await asking


async def test_a_drain_cut_short_by_cancellation_still_names_what_it_left(
    world: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "interlock.actors.drain")
    letters: list[DeadLetter] = []
    async with ActorSystem(world, dead_letter_sink=letters.append) as system:
        ref = await system.spawn("stuck", Scripted)
        await ref.tell(Gate())
        draining = asyncio.create_task(system.drain(60))
        await settle()
        draining.cancel()

    assert "unfinished: Gate to stuck: cut off" in caplog.messages
    assert [each.reason for each in letters] == ["unfinished"]
