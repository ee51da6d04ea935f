"""What could not be handled is logged, and handed to whoever keeps it."""

import asyncio
import logging

import pytest

from interlock.actors import ActorOptions, ActorSystem, DeadLetter
from interlock.sdk import Rejected
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Scripted, raising


async def test_a_tell_whose_handler_fails_is_kept_with_the_traceback(
    system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref = await system.spawn("echo", Scripted)
    await ref.tell(raising(Rejected("no such page")))
    await settle()

    (letter,) = letters
    assert (letter.actor, letter.reason) == ("echo", "failed")
    assert "no such page" in letter.error and "raise_it" in letter.error


async def test_what_waits_when_the_actor_stops_is_kept(
    system: ActorSystem, world: VirtualWorld, letters: list[DeadLetter]
) -> None:
    ref = await system.spawn("echo", Scripted, ActorOptions(shutdown=1))
    gate = Gate()
    await ref.tell(gate)
    await settle()
    await ref.tell("waiting")
    stopping = asyncio.create_task(ref.stop())
    await world.advance(2)
    await stopping

    assert [(each.message, each.reason) for each in letters] == [
        (gate, "interrupted"),
        ("waiting", "stopped"),
    ]


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
