"""Start, stop, and who is told."""

import asyncio
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, Ref
from interlock.sdk import ActorStopped
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Scripted, reached


async def test_stopping_lets_the_message_in_flight_finish_and_refuses_the_rest(
    system: ActorSystem,
) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted)
    running = asyncio.create_task(ref.ask(gate))
    waiting = asyncio.create_task(ref.ask("waiting"))
    await settle()
    stopping = asyncio.create_task(ref.stop())
    await settle()
    for attempt in (ref.ask("new"), ref.tell("new")):
        with pytest.raises(ActorStopped):
            await attempt
    gate.open()
    await stopping

    assert await running == "through"
    with pytest.raises(ActorStopped) as caught:
        await waiting
    assert not caught.value.may_have_run


async def test_an_asker_waiting_for_room_learns_of_the_stop(system: ActorSystem) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted, ActorOptions(capacity=1))
    await ref.tell(gate)
    await settle()
    await ref.tell("in the mailbox")
    asking = asyncio.create_task(ref.ask("in line"))
    await settle()
    stopping = asyncio.create_task(ref.stop())
    await settle()
    gate.open()
    await stopping

    with pytest.raises(ActorStopped):
        await asking


async def test_stopping_twice_is_the_same_as_once(system: ActorSystem) -> None:
    stopped: list[int] = []

    class Noting(Scripted):
        async def stopped(self) -> None:
            stopped.append(1)

    ref = await system.spawn("echo", Noting)
    await reached(ref, "running")

    await asyncio.gather(ref.stop(), ref.stop())
    await ref.stop()
    await reached(ref, "stopped")

    assert stopped == [1]


async def test_an_actor_may_stop_itself(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)

    assert await ref.ask(ref.stop) is None
    await reached(ref, "stopped")

    assert system.tree()["children"] == []


async def test_stopping_while_it_starts_ends_the_start(
    system: ActorSystem, world: VirtualWorld
) -> None:
    steps: list[str] = []

    class Slow(Scripted):
        async def started(self) -> None:
            steps.append("starting")
            await asyncio.get_running_loop().create_future()

        async def stopped(self) -> None:
            steps.append("stopped")

    ref = await system.spawn("slow", Slow)
    waiting = asyncio.create_task(ref.ask("waiting"))
    await settle()

    await ref.stop()

    assert steps == ["starting", "stopped"]
    with pytest.raises(ActorStopped):
        await waiting


async def test_an_error_of_stopped_is_logged_and_harms_nobody(
    system: ActorSystem, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Scripted):
        async def stopped(self) -> None:
            raise OSError("cannot close")

    ref = await system.spawn("failing", Failing)
    await reached(ref, "running")

    await ref.stop()

    assert ref.health().state == "stopped"
    assert "stopped() of failing failed" in caplog.text


async def test_what_started_prepares_is_there_for_the_first_message(system: ActorSystem) -> None:
    class Connected(Actor):
        async def started(self) -> None:
            await asyncio.sleep(0)
            self.connection = "open"

        async def receive(self, message: Any) -> str:
            return self.connection

    ref = await system.spawn("connected", Connected)

    assert await ref.ask("state") == "open"


async def test_run_ends_with_the_actor(system: ActorSystem) -> None:
    gate = Gate()

    class Polling(Scripted):
        async def run(self) -> None:
            await gate()

    ref = await system.spawn("polling", Polling)
    await settle()
    assert gate.begun == 1

    await ref.stop()

    assert gate.cancelled == 1


async def test_a_handler_that_refuses_to_be_cancelled_does_not_hold_up_the_stop(
    system: ActorSystem, world: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    ref = await system.spawn("stubborn", Scripted, ActorOptions(shutdown=1))
    await ref.tell(stubborn)
    await settle()
    stopping = asyncio.create_task(ref.stop())
    await world.advance(3)

    await stopping
    release.set()
    await settle()

    assert "a handler of stubborn refuses to be cancelled" in caplog.text


async def test_a_spawner_that_is_a_handler_does_not_pass_on_its_deadline(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("parent", Scripted)

    async def spawn() -> Ref:
        return await system.spawn("child", Scripted)

    child = await ref.ask(spawn, timeout=1)
    await world.advance(5)

    assert await child.ask("hello") == "hello"


@pytest.mark.parametrize("options", [{"capacity": 0}, {"concurrency": 0}])
def test_options_that_make_no_sense_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ActorOptions(**options)  # type: ignore[arg-type]
