"""A full mailbox waits, refuses or drops, and nothing is dropped in silence."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem, DeadLetter, Ref
from interlock.sdk import DeadlineExceeded, Overloaded
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, cancel

Fill = Callable[..., Awaitable[tuple[Ref, Gate, list[Any]]]]


@pytest.fixture
def fill(system: ActorSystem) -> Fill:
    """An actor that handles a gate, with the given messages waiting in its full mailbox."""

    async def fill(*waiting: Any, **options: Any) -> tuple[Ref, Gate, list[Any]]:
        log: list[Any] = []
        gate = Gate()
        options = {"capacity": len(waiting)} | options
        ref = await system.spawn("log", lambda: Recorder(log), ActorOptions(**options))
        await ref.tell(gate)
        await settle()
        for message in waiting:
            await ref.tell(message)
        return ref, gate, log

    return fill


async def test_a_tell_waits_for_room(fill: Fill) -> None:
    ref, gate, log = await fill(1, 2)
    telling = asyncio.create_task(ref.tell(3))
    await settle()
    assert not telling.done()

    gate.open()
    await telling
    await settle()

    assert log == ["through", 1, 2, 3]


async def test_who_waits_first_gets_in_first_and_newcomers_do_not_overtake(fill: Fill) -> None:
    ref, gate, log = await fill(1)
    waiting = []
    for number in range(2, 6):
        waiting.append(asyncio.create_task(ref.ask(number)))
        await settle()
    gate.open()
    await asyncio.gather(*waiting)

    assert log == ["through", 1, 2, 3, 4, 5]


async def test_a_tell_without_room_for_its_timeout_fails(fill: Fill, world: VirtualWorld) -> None:
    ref, gate, log = await fill(1)
    telling = asyncio.create_task(ref.tell(2, timeout=3))
    await world.advance(3)

    with pytest.raises(DeadlineExceeded, match="no room for 3 s"):
        await telling
    gate.open()
    await settle()

    assert log == ["through", 1]


async def test_a_rejected_tell_raises_and_is_not_sent(
    fill: Fill, system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref, gate, log = await fill(1, overflow="reject")

    with pytest.raises(Overloaded, match=r"log is full \(1 messages\)"):
        await ref.tell(2)
    gate.open()
    await settle()

    assert log == ["through", 1]
    assert letters == []


async def test_drop_oldest_makes_dead_letters_of_the_oldest(
    fill: Fill, system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref, gate, log = await fill(1, 2, overflow="drop_oldest")

    await ref.tell(3)
    gate.open()
    await settle()

    assert log == ["through", 2, 3]
    assert [(each.message, each.reason) for each in letters] == [(1, "dropped")]


async def test_drop_newest_makes_a_dead_letter_of_the_newcomer(
    fill: Fill, system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref, gate, log = await fill(1, 2)

    await ref.tell(3, overflow="drop_newest")
    gate.open()
    await settle()

    assert log == ["through", 1, 2]
    assert [each.message for each in letters] == [3]


async def test_dropping_never_takes_the_place_of_an_ask(
    fill: Fill, system: ActorSystem, letters: list[DeadLetter]
) -> None:
    ref, gate, log = await fill(capacity=1, overflow="drop_oldest")
    asking = asyncio.create_task(ref.ask("asked"))
    await settle()

    await ref.tell("told")
    gate.open()

    assert await asking == "asked"
    assert log == ["through", "asked"]
    assert [each.message for each in letters] == ["told"]


async def test_an_ask_is_refused_at_once_when_it_would_wait_past_its_deadline(
    fill: Fill, world: VirtualWorld
) -> None:
    ref, _, _ = await fill(1, 2)
    await world.advance(10)

    with pytest.raises(Overloaded) as caught:
        await ref.ask(3, timeout=5)

    assert caught.value.retry_after == 10


async def test_an_ask_that_may_make_it_waits_and_expires_in_the_line(
    fill: Fill, world: VirtualWorld
) -> None:
    ref, gate, log = await fill(1)
    asking = asyncio.create_task(ref.ask(2, timeout=5))
    await world.advance(6)

    with pytest.raises(DeadlineExceeded):
        await asking
    gate.open()
    await settle()

    assert log == ["through", 1]


async def test_places_of_askers_who_left_are_free(fill: Fill) -> None:
    ref, gate, log = await fill(capacity=2)
    for number in range(2):
        asking = asyncio.create_task(ref.ask(number))
        await settle()
        await cancel(asking)

    await ref.tell("a", overflow="reject")
    await ref.tell("b", overflow="reject")
    gate.open()
    await settle()

    assert log == ["through", "a", "b"]


async def test_a_handler_that_tells_its_own_full_mailbox_is_refused_instead_of_waiting_forever(
    system: ActorSystem,
) -> None:
    ref = await system.spawn("log", lambda: Recorder([]), ActorOptions(capacity=1))

    async def tell_twice() -> None:
        await ref.tell("fits")
        await ref.tell("does not")

    with pytest.raises(Overloaded):
        await ref.ask(tell_twice)
