"""No ask waits longer than its deadline, nor than that of the ask it serves."""

import asyncio
import math
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem, current_deadline
from interlock.sdk import DeadlineExceeded
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, Scripted


async def deadline() -> float | None:
    return current_deadline()


async def test_an_ask_not_answered_in_time_fails_and_says_that_it_was_begun(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("slow", Scripted)
    asking = asyncio.create_task(ref.ask(Gate(), timeout=2))

    await world.advance(1.9)
    assert not asking.done()
    await world.advance(0.2)

    with pytest.raises(DeadlineExceeded, match="slow passed while it was handled") as caught:
        await asking
    assert caught.value.may_have_run


async def test_an_ask_that_expires_in_the_queue_was_not_begun_and_is_not_started(
    system: ActorSystem, world: VirtualWorld
) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(gate)
    asking = asyncio.create_task(ref.ask("late", timeout=1))
    await world.advance(2)

    with pytest.raises(DeadlineExceeded, match="before it was handled") as caught:
        await asking
    gate.open()
    await ref.ask("end")

    assert not caught.value.may_have_run
    assert log == ["through", "end"]


async def test_out_of_time_at_dequeue_is_seen_before_the_sweep(
    system: ActorSystem, world: VirtualWorld
) -> None:
    log: list[Any] = []

    async def takes_an_instant() -> None:
        # Time passes without a timer being run, as when a handler blocks the loop.
        world._now += 1.01

    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(takes_an_instant)

    with pytest.raises(DeadlineExceeded, match="before it was handled"):
        await ref.ask("late", timeout=1)
    assert log == [None]


async def test_a_nested_ask_inherits_the_earlier_deadline(system: ActorSystem) -> None:
    inner = await system.spawn("inner", Scripted)
    outer = await system.spawn("outer", Scripted)

    assert await outer.ask(lambda: inner.ask(deadline, timeout=60), timeout=10) == 10
    assert await outer.ask(lambda: inner.ask(deadline, timeout=5), timeout=10) == 5


async def test_a_task_started_by_a_handler_inherits_the_deadline(system: ActorSystem) -> None:
    ref = await system.spawn("outer", Scripted)

    async def in_a_task() -> float | None:
        return await asyncio.create_task(deadline())

    assert await ref.ask(in_a_task, timeout=10) == 10


async def test_what_a_tell_sets_off_has_no_deadline_of_its_own(system: ActorSystem) -> None:
    log: list[Any] = []
    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(deadline)
    await settle()

    assert log == [None]
    assert current_deadline() is None


async def test_no_time_left_is_refused_before_anything_is_sent(
    system: ActorSystem, world: VirtualWorld
) -> None:
    log: list[Any] = []
    inner = await system.spawn("inner", lambda: Recorder(log))
    outer = await system.spawn("outer", Scripted)

    async def use_up_the_time() -> Any:
        world._now += 11
        return await inner.ask("too late")

    with pytest.raises(DeadlineExceeded, match="no time is left to ask inner"):
        await outer.ask(use_up_the_time, timeout=10)
    assert log == []


@pytest.mark.parametrize("timeout", [0, -1, math.inf, math.nan])
async def test_an_ask_without_a_finite_timeout_is_a_mistake(
    system: ActorSystem, timeout: float
) -> None:
    ref = await system.spawn("echo", Scripted)

    with pytest.raises(ValueError, match="more than 0 and finite"):
        await ref.ask("hello", timeout=timeout)


async def test_the_sweep_stops_when_nobody_waits_and_starts_again(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("slow", Scripted, ActorOptions(concurrency=2))
    await ref.ask("quick")
    await world.advance(100)

    asking = asyncio.create_task(ref.ask(Gate(), timeout=1))
    await world.advance(1.1)

    with pytest.raises(DeadlineExceeded):
        await asking


async def test_each_of_many_asks_ends_at_its_own_deadline(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("slow", Scripted, ActorOptions(concurrency=10))
    ended: list[int] = []

    async def ask(seconds: int) -> None:
        with pytest.raises(DeadlineExceeded):
            await ref.ask(Gate(), timeout=seconds)
        ended.append(seconds)

    async with asyncio.TaskGroup() as tasks:
        for seconds in (3, 1, 2):
            tasks.create_task(ask(seconds))
        await settle()
        for expected in ([1], [1, 2], [1, 2, 3]):
            await world.advance(1.06)
            assert ended == expected
