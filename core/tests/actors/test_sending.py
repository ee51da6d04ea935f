"""Messages arrive once, in order, and every ask ends."""

import asyncio
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, ActorSystem, current_trace
from interlock.sdk import ActorStopped, Conflict, InterlockError, Interrupted, NotFound
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Recorder, Scripted, raising


async def test_an_ask_is_answered_with_what_the_handler_returns(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)

    assert await ref.ask("hello") == "hello"


async def test_an_error_of_the_handler_is_the_askers_and_the_instance_lives_on(
    system: ActorSystem,
) -> None:
    made: list[Scripted] = []

    def factory() -> Actor:
        made.append(Scripted())
        return made[-1]

    ref = await system.spawn("echo", factory)

    with pytest.raises(NotFound, match="no such page"):
        await ref.ask(raising(NotFound("no such page")))

    assert await ref.ask("still here") == "still here"
    assert len(made) == 1


async def test_tells_of_one_sender_are_handled_in_order_also_past_the_capacity(
    system: ActorSystem,
) -> None:
    log: list[Any] = []
    ref = await system.spawn("log", lambda: Recorder(log), ActorOptions(capacity=4))

    for number in range(100):
        await ref.tell(number)
    await ref.ask("end")

    assert log == [*range(100), "end"]


async def test_a_control_message_overtakes_and_needs_no_room(system: ActorSystem) -> None:
    log: list[Any] = []
    gate = Gate()
    ref = await system.spawn("log", lambda: Recorder(log), ActorOptions(capacity=2))
    for message in (gate, "first", "second"):
        await ref.tell(message)
        await settle()

    await ref.tell("control", control=True)
    gate.open()
    await settle()

    assert log == ["through", "control", "first", "second"]


async def test_the_trace_context_of_the_sender_reaches_the_handler(world: VirtualWorld) -> None:
    class Tracing:
        def current(self) -> str:
            return "00-trace-span-01"

    async def trace() -> str | None:
        return current_trace()

    async with ActorSystem(world, telemetry=Tracing()) as system:
        ref = await system.spawn("traced", Scripted)
        assert await ref.ask(trace) == "00-trace-span-01"
    assert current_trace() is None


async def test_a_hot_actor_lets_other_tasks_run(system: ActorSystem) -> None:
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    ref = await system.spawn("hot", Scripted, ActorOptions(capacity=10_000))
    for number in range(1000):
        await ref.tell(number)
    watcher = asyncio.create_task(watch())
    await ref.ask("end")
    watcher.cancel()

    assert turns >= 1000 // 128


async def test_two_actors_of_one_name_are_refused(system: ActorSystem) -> None:
    await system.spawn("one", Scripted)

    with pytest.raises(Conflict, match="an actor one already"):
        await system.spawn("one", Scripted)


async def test_a_name_is_free_again_after_the_stop(system: ActorSystem) -> None:
    first = await system.spawn("one", Scripted)
    await first.stop()

    again = await system.spawn("one", Scripted)

    assert await again.ask("hello") == "hello"
    with pytest.raises(ActorStopped):
        await first.ask("hello")


async def test_a_handler_whose_own_work_is_cancelled_fails_and_does_not_end_the_actor(
    system: ActorSystem,
) -> None:
    async def await_something_cancelled() -> None:
        never = asyncio.get_running_loop().create_future()
        never.cancel()
        await never

    ref = await system.spawn("echo", Scripted)

    with pytest.raises(Interrupted, match="cancelled from within"):
        await ref.ask(await_something_cancelled)
    assert await ref.ask("still here") == "still here"


async def test_an_actor_without_receive_says_so(system: ActorSystem) -> None:
    ref = await system.spawn("empty", Actor)

    with pytest.raises(NotImplementedError, match="Actor does not define receive"):
        await ref.ask("hello")


async def test_messages_sent_before_the_start_is_done_wait_for_it(system: ActorSystem) -> None:
    ready = asyncio.Event()

    class Slow(Scripted):
        async def started(self) -> None:
            await ready.wait()

    ref = await system.spawn("slow", Slow)
    asking = asyncio.create_task(ref.ask("hello"))
    await settle()
    assert not asking.done()
    assert ref.health().state == "starting"

    ready.set()

    assert await asking == "hello"


async def test_an_unknown_error_type_passes_unchanged(system: ActorSystem) -> None:
    ref = await system.spawn("echo", Scripted)

    with pytest.raises(ZeroDivisionError):
        await ref.ask(raising(ZeroDivisionError()))
    with pytest.raises(InterlockError, match="plain"):
        await ref.ask(raising(InterlockError("plain")))
