"""Permanent, transient and temporary actors, and what ends them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, Ref
from interlock.sdk import (
    ActorStopped,
)
from interlock.testing import settle

from .doubles import AT_ONCE, BANG, Bang, Scripted, crash, reached


async def test_a_transient_actor_is_restarted_after_a_crash_and_ends_when_its_run_returns(
    system: ActorSystem,
) -> None:
    factory, ref, end = await running_actor(system, "transient")
    await crash(ref)
    assert factory() == 2

    end.set()
    await reached(ref, "stopped")

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
    await reached(ref, "running")
    return lambda: len(made), ref, end
