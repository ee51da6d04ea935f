"""When the asker goes away, its work does too, at whatever stage it is."""

import asyncio
from typing import Any

import pytest

from interlock.actors import ActorOptions, ActorSystem
from interlock.sdk import ActorStopped, DeadlineExceeded
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, Scripted, cancel


async def test_cancelled_while_queued_the_work_is_not_started(system: ActorSystem) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(gate)
    asking = asyncio.create_task(ref.ask("unwanted"))
    await settle()

    await cancel(asking)
    gate.open()

    assert await ref.ask("wanted") == "wanted"
    assert log == ["through", "wanted"]


async def test_cancelled_while_handled_the_handler_is_cancelled_and_the_worker_goes_on(
    system: ActorSystem,
) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted)
    asking = asyncio.create_task(ref.ask(gate))
    await settle()
    assert gate.begun == 1

    await cancel(asking)
    await settle()

    assert gate.cancelled == 1
    assert ref.health().in_flight == 0
    assert await ref.ask("next") == "next"


async def test_cancelled_again_and_again_the_same_worker_still_serves(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)
    for _ in range(5):
        gate = Gate()
        asking = asyncio.create_task(ref.ask(gate))
        await settle()
        await cancel(asking)
        await settle()
        assert gate.cancelled == 1

    async def cancelling() -> int:
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    assert await ref.ask(cancelling) == 0


async def test_cancelled_while_waiting_for_room_the_message_leaves_the_line(
    system: ActorSystem,
) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log), ActorOptions(capacity=1))
    await ref.tell(gate)
    await settle()
    await ref.tell("in the mailbox")
    ask = asyncio.create_task(ref.ask("asked in line"))
    tell = asyncio.create_task(ref.tell("told in line"))
    await settle()
    assert ref.health().queued == 3

    await cancel(ask)
    await cancel(tell)
    gate.open()
    await ref.ask("end")

    assert log == ["through", "in the mailbox", "end"]


async def test_cancelled_when_the_answer_is_on_its_way_nothing_else_is_disturbed(
    system: ActorSystem,
) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted)
    asking = asyncio.create_task(ref.ask(gate))
    await settle()
    gate.open()
    # The worker answers in the next turn of the loop; the asker would go on in the one after.
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    await cancel(asking)

    assert await ref.ask("next") == "next"


async def test_detached_work_goes_on_without_its_asker(system: ActorSystem) -> None:
    log: list[Any] = []
    gate = Gate("finished")
    ref = await system.spawn("log", lambda: Recorder(log))
    asking = asyncio.create_task(ref.ask(gate, detached=True))
    await settle()

    await cancel(asking)
    gate.open()
    await settle()

    assert gate.cancelled == 0
    assert log == ["finished"]


async def test_detached_work_that_was_not_begun_is_not_started(system: ActorSystem) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log))
    await ref.tell(gate)
    asking = asyncio.create_task(ref.ask("unwanted", detached=True))
    await settle()

    await cancel(asking)
    gate.open()
    await settle()

    assert log == ["through"]


async def test_cancelling_the_first_asker_of_a_chain_cancels_the_last_handler(
    system: ActorSystem,
) -> None:
    gate = Gate()
    last = await system.spawn("last", Scripted)
    first = await system.spawn("first", Scripted)
    asking = asyncio.create_task(first.ask(lambda: last.ask(gate)))
    await settle()
    assert gate.begun == 1

    await cancel(asking)
    await settle()

    assert gate.cancelled == 1


async def test_a_handler_that_finishes_despite_its_cancellation_leaves_the_worker_sound(
    system: ActorSystem,
) -> None:
    async def stubborn() -> str:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        return "done anyway"

    ref = await system.spawn("echo", Scripted)
    asking = asyncio.create_task(ref.ask(stubborn))
    await settle()
    await cancel(asking)
    await settle()

    gate = Gate()
    second = asyncio.create_task(ref.ask(gate))
    await settle()
    gate.open()

    assert await second == "through"


async def test_an_asker_out_of_time_counts_as_gone(
    system: ActorSystem, world: VirtualWorld
) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted)
    asking = asyncio.create_task(ref.ask(gate, timeout=1))
    await world.advance(2)

    with pytest.raises(DeadlineExceeded) as caught:
        await asking

    assert caught.value.may_have_run
    assert gate.cancelled == 1


async def test_stopping_cancels_what_runs_past_the_shutdown_time(
    system: ActorSystem, world: VirtualWorld
) -> None:
    gate = Gate()
    ref = await system.spawn("echo", Scripted, ActorOptions(shutdown=5))
    asking = asyncio.create_task(ref.ask(gate, timeout=60))
    await settle()
    stopping = asyncio.create_task(ref.stop())
    await world.advance(4)
    assert gate.cancelled == 0

    await world.advance(2)
    await stopping

    with pytest.raises(ActorStopped) as caught:
        await asking
    assert gate.cancelled == 1
    assert caught.value.may_have_run
