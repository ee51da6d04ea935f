"""Several workers: in order of start, in order within a key."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.actors import ActorOptions, ActorSystem
from interlock.testing import VirtualWorld, settle

from .doubles import Bang, Gate, Recorder, Scripted, cancel, raising, reached


async def test_as_many_messages_as_allowed_are_handled_at_a_time(system: ActorSystem) -> None:
    gates = [Gate() for _ in range(5)]
    ref = await system.spawn("pool", Scripted, ActorOptions(concurrency=3))
    for gate in gates:
        await ref.tell(gate)
    await settle()
    assert [gate.begun for gate in gates] == [1, 1, 1, 0, 0]
    assert ref.health().in_flight == 3

    gates[1].open()
    await settle()

    assert [gate.begun for gate in gates] == [1, 1, 1, 1, 0]


async def test_an_actor_without_work_has_no_task(system: ActorSystem) -> None:
    before = len(asyncio.all_tasks())
    await system.spawn("pool", Scripted, ActorOptions(concurrency=32))
    await settle()

    assert len(asyncio.all_tasks()) == before


async def test_one_message_needs_one_worker(system: ActorSystem) -> None:
    ref = await system.spawn("pool", Scripted, ActorOptions(concurrency=32))
    await reached(ref, "running")
    await settle()
    before = len(asyncio.all_tasks())
    for number in range(10):
        await ref.ask(number)

    assert len(asyncio.all_tasks()) == before + 1


async def test_messages_of_one_key_do_not_overlap_and_others_go_on(system: ActorSystem) -> None:
    log: list[Any] = []
    first, other = Gate("first of a"), Gate("only of b")
    ref = await system.spawn("pool", lambda: Recorder(log), ActorOptions(concurrency=4))
    await ref.tell(first, ordering_key="a")
    await ref.tell("second of a", ordering_key="a")
    await ref.tell(other, ordering_key="b")
    await ref.tell("no key")
    await settle()
    assert log == ["no key"]

    other.open()
    await settle()
    first.open()
    await settle()

    assert log == ["no key", "only of b", "first of a", "second of a"]


async def test_held_messages_count_against_the_capacity(system: ActorSystem) -> None:
    gate = Gate()
    ref = await system.spawn("pool", Scripted, ActorOptions(concurrency=4, capacity=2))
    await ref.tell(gate, ordering_key="a")
    await settle()
    await ref.tell("held", ordering_key="a")
    await settle()
    await ref.tell("held as well", ordering_key="a")
    await settle()

    telling = asyncio.create_task(ref.tell("no room", ordering_key="a"))
    await settle()
    assert not telling.done()

    gate.open()
    await telling


async def test_a_cancelled_message_frees_its_key(system: ActorSystem) -> None:
    gate = Gate()
    ref = await system.spawn("pool", Scripted, ActorOptions(concurrency=2))
    asking = asyncio.create_task(ref.ask(gate, ordering_key="a"))
    held = asyncio.create_task(ref.ask("held", ordering_key="a"))
    await settle()
    assert not held.done()

    await cancel(asking)

    assert await held == "held"


async def test_an_unwanted_message_frees_its_key(system: ActorSystem) -> None:
    gate = Gate()
    ref = await system.spawn("pool", Scripted, ActorOptions(concurrency=2))
    await ref.tell(gate, ordering_key="a")
    unwanted = asyncio.create_task(ref.ask("unwanted", ordering_key="a"))
    wanted = asyncio.create_task(ref.ask("wanted", ordering_key="a"))
    await settle()
    await cancel(unwanted)
    gate.open()

    assert await wanted == "wanted"


async def test_a_control_message_neither_waits_for_its_key_nor_frees_it(
    system: ActorSystem,
) -> None:
    log: list[Any] = []
    gate = Gate("first")
    ref = await system.spawn("pool", lambda: Recorder(log), ActorOptions(concurrency=3))
    await ref.tell(gate, ordering_key="a")
    await settle()

    await ref.ask("control", ordering_key="a", control=True)
    await ref.tell("second", ordering_key="a")
    await settle()
    assert log == ["control"]

    gate.open()
    await settle()

    assert log == ["control", "first", "second"]


async def test_order_within_a_key_survives_a_restart(system: ActorSystem) -> None:
    log: list[Any] = []
    first = Gate("first")
    options = ActorOptions(concurrency=3, backoff=0, crash_on=(Bang,))
    ref = await system.spawn("pool", lambda: Recorder(log), options)
    await ref.tell(first, ordering_key="a", idempotent=True)
    for message in ("second", "third"):
        await ref.tell(message, ordering_key="a")
    await settle()

    await ref.tell(raising(Bang()))
    await settle()
    first.open()
    await settle()

    assert log == ["first", "second", "third"]
    assert first.begun == 2


@given(
    messages=st.lists(
        st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 3)), min_size=1, max_size=30
    ),
    concurrency=st.integers(1, 5),
    capacity=st.integers(1, 8),
)
def test_each_key_is_handled_in_the_order_sent(
    messages: list[tuple[str, int]], concurrency: int, capacity: int
) -> None:
    begun: list[tuple[str, int]] = []

    async def scenario() -> None:
        world = VirtualWorld()
        options = ActorOptions(concurrency=concurrency, capacity=capacity)
        async with ActorSystem(world) as system:
            ref = await system.spawn("pool", Scripted, options)
            asks = []
            for number, (key, seconds) in enumerate(messages):

                async def handle(
                    key: str = key, number: int = number, seconds: int = seconds
                ) -> None:
                    begun.append((key, number))
                    await world.sleep(seconds)

                asks.append(asyncio.create_task(ref.ask(handle, ordering_key=key, timeout=1000)))
            while not all(ask.done() for ask in asks):
                await world.advance(10)

    asyncio.run(scenario())
    assert len(begun) == len(messages)
    for key in "abc":
        of_key = [number for each, number in begun if each == key]
        assert of_key == sorted(of_key)
