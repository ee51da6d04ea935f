"""A call that would wait for itself fails at once and names the chain."""

import asyncio
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem, CallCycle, Ref
from interlock.testing import VirtualWorld, settle

from .doubles import Recorder, Scripted


async def test_two_serial_actors_that_ask_each_other(system: ActorSystem) -> None:
    a = await system.spawn("a", Scripted)
    b = await system.spawn("b", Scripted)

    with pytest.raises(CallCycle, match="a > b > a") as caught:
        await a.ask(lambda: b.ask(lambda: a.ask("never")))

    assert caught.value.chain == ["a", "b", "a"]
    assert await a.ask("free again") == "free again"


async def test_an_actor_that_asks_itself(system: ActorSystem) -> None:
    a = await system.spawn("a", Scripted)

    with pytest.raises(CallCycle, match="a > a"):
        await a.ask(lambda: a.ask("never"))


async def test_a_tell_back_is_no_cycle(system: ActorSystem) -> None:
    log: list[Any] = []
    a = await system.spawn("a", lambda: Recorder(log))

    await a.ask(lambda: a.tell("later"))
    await settle()

    assert log == [None, "later"]


async def test_a_concurrent_actor_may_be_asked_back_until_it_is_full(system: ActorSystem) -> None:
    a = await system.spawn("a", Scripted, ActorOptions(concurrency=2))

    assert await a.ask(lambda: a.ask("second worker")) == "second worker"
    with pytest.raises(CallCycle, match="a > a > a"):
        await a.ask(lambda: a.ask(lambda: a.ask("third")))


async def test_asking_an_actor_that_handled_an_earlier_part_is_no_cycle(
    system: ActorSystem,
) -> None:
    a = await system.spawn("a", Scripted)
    b = await system.spawn("b", Scripted)
    answers: list[Any] = []

    async def leave_a_task_behind() -> asyncio.Task[None]:
        async def ask_later() -> None:
            await settle()
            answers.append(await a.ask("not waited for"))

        return asyncio.create_task(ask_later())

    task = await a.ask(leave_a_task_behind)
    assert await b.ask(lambda: a.ask("hello")) == "hello"
    await task

    assert answers == ["not waited for"]


async def test_an_actor_that_asks_itself_while_it_starts(
    system: ActorSystem, world: VirtualWorld
) -> None:
    refs: list[Ref] = []
    errors: list[Exception] = []

    class Impatient(Scripted):
        async def started(self) -> None:
            try:
                await refs[0].ask("never")
            except CallCycle as error:
                errors.append(error)

    refs.append(await system.spawn("a", Impatient, ActorOptions(concurrency=8)))

    assert await refs[0].ask("hello") == "hello"
    assert len(errors) == 1
