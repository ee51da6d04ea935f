"""What could not be handled is kept, counted, reported and can be sent again."""

import asyncio
import logging
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem, DeadLetter
from interlock.sdk import NotFound, Rejected
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, Scripted, raising


async def test_a_tell_whose_handler_fails_is_kept_with_the_traceback(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)
    await ref.tell(raising(Rejected("no such page")))
    await settle()

    (letter,) = system.dead_letters
    assert (letter.actor, letter.reason) == ("echo", "failed")
    assert "no such page" in letter.error and "raise_it" in letter.error
    assert system.dead_letters.counts == {("failed", "echo"): 1}


async def test_what_waits_when_the_actor_stops_is_kept(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("echo", Scripted, ActorOptions(shutdown=1))
    gate = Gate()
    await ref.tell(gate)
    await settle()
    await ref.tell("waiting")
    stopping = asyncio.create_task(ref.stop())
    await world.advance(2)
    await stopping

    assert [(each.message, each.reason) for each in system.dead_letters] == [
        (gate, "interrupted"),
        ("waiting", "stopped"),
    ]


async def test_a_letter_can_be_sent_again_and_is_forgotten(system: ActorSystem) -> None:
    log: list[Any] = []
    errors = [Rejected("not yet")]

    async def fail_once() -> str:
        if errors:
            raise errors.pop()
        return "handled"

    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(fail_once)
    await settle()
    (letter,) = system.dead_letters

    await system.dead_letters.resend(letter.id)
    await settle()

    assert log == ["handled"]
    assert len(system.dead_letters) == 0


async def test_a_letter_that_is_not_there_or_whose_actor_is_gone_cannot_be_sent(
    system: ActorSystem,
) -> None:
    with pytest.raises(NotFound, match="no dead letter X"):
        await system.dead_letters.resend("X")

    ref = await system.spawn("echo", Scripted)
    await ref.tell(raising(Rejected("no")))
    await settle()
    await ref.stop()
    (letter,) = system.dead_letters

    with pytest.raises(NotFound, match="no actor echo"):
        await system.dead_letters.resend(letter.id)
    assert len(system.dead_letters) == 1


async def test_only_the_newest_are_kept_and_all_are_counted(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)
    for _ in range(1010):
        await ref.tell(raising(Rejected("no")))
    await ref.ask("end")

    assert len(system.dead_letters) == 1000
    assert system.dead_letters.counts["failed", "echo"] == 1010


async def test_the_log_names_the_first_and_then_counts(
    system: ActorSystem, world: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "interlock.actors.dead_letters")
    ref = await system.spawn("echo", Scripted)
    for _ in range(25):
        await ref.tell(raising(Rejected("no")))
    await ref.ask("end")
    assert len(caplog.records) == 10

    await world.advance(300)
    await ref.tell(raising(Rejected("no")))
    await settle()

    assert [record.getMessage() for record in caplog.records[10:11]] == ["15 more dead letters"]
    assert len(caplog.records) == 12


async def test_the_sink_gets_every_letter_and_its_failure_harms_nobody(
    world: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[DeadLetter] = []

    def sink(letter: DeadLetter) -> None:
        got.append(letter)
        raise OSError("disk full")

    async with ActorSystem(world, dead_letter_sink=sink) as system:
        ref = await system.spawn("echo", Scripted)
        await ref.tell(raising(Rejected("no")))
        assert await ref.ask("still here") == "still here"

    assert [letter.actor for letter in got] == ["echo"]
    assert "the sink of dead letters failed" in caplog.text
