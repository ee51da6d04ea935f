"""Events reach every consumer at least once, in order, and watchers as they come."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import anyio

from interlock.events import Bus
from interlock.sdk import Event
from interlock.testing import VirtualWorld, settle


class Log:
    """An event log that forgets when the test ends."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.done: set[str] = set()

    async def append(self, event: Event, source: str) -> bool:
        if event.id in self.events:
            return False
        self.events[event.id] = event
        return True

    async def undelivered(
        self, after: tuple[float, int], limit: int = 1000
    ) -> Sequence[tuple[tuple[float, int], Event]]:
        numbered = enumerate(self.events.items(), 1)
        left = [((0.0, n), event) for n, (id, event) in numbered if id not in self.done]
        return [each for each in left if each[0] > after][:limit]

    def delivered(self, event_id: str) -> None:
        self.done.add(event_id)


class Letters:
    def __init__(self) -> None:
        self.kept: list[tuple[Event, Exception]] = []

    async def __call__(self, event: Event, error: Exception) -> None:
        self.kept.append((event, error))


@asynccontextmanager
async def delivering(bus: Bus) -> AsyncIterator[None]:
    task = asyncio.create_task(bus.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_every_matching_consumer_gets_the_event_once() -> None:
    seen: list[tuple[str, str]] = []
    bus = Bus(Log(), VirtualWorld(), Letters())

    async def first(event: Event) -> None:
        seen.append(("first", event.id))

    async def second(event: Event) -> None:
        seen.append(("second", event.id))

    bus.consume("figma.*", first)
    bus.consume("notion.*", second)
    async with delivering(bus):
        assert await bus.publish(Event("figma.file_updated", {}, id="a"))
        assert not await bus.publish(Event("figma.file_updated", {}, id="a"))
        await bus.publish(Event("notion.page_created", {}, id="b"))
        await settle()

    assert seen == [("first", "a"), ("second", "b")]


async def test_what_an_earlier_process_left_is_delivered_at_start() -> None:
    log, seen = Log(), list[str]()
    await log.append(Event("left.behind", {}, id="old"), "")
    bus = Bus(log, VirtualWorld(), Letters())

    async def consumer(event: Event) -> None:
        seen.append(event.id)

    bus.consume("*", consumer)
    async with delivering(bus):
        await settle()

    assert seen == ["old"]
    assert log.done == {"old"}


async def test_a_consumer_that_fails_is_asked_again_and_then_the_event_is_a_dead_letter() -> None:
    world, letters, tries = VirtualWorld(), Letters(), count(1)
    bus = Bus(Log(), world, letters)
    last = 0

    async def broken(event: Event) -> None:
        nonlocal last
        last = next(tries)
        raise RuntimeError("no")

    bus.consume("*", broken)
    async with delivering(bus):
        await bus.publish(Event("x", {}, id="a"))
        await world.advance(600)

    assert last == 5
    assert [event.id for event, _ in letters.kept] == ["a"]


async def test_a_failing_consumer_does_not_hold_up_other_events() -> None:
    world, seen = VirtualWorld(), list[str]()
    bus = Bus(Log(), world, Letters())

    async def picky(event: Event) -> None:
        if event.id == "bad":
            raise RuntimeError("no")
        seen.append(event.id)

    bus.consume("*", picky)
    async with delivering(bus):
        await bus.publish(Event("x", {}, id="bad"))
        await bus.publish(Event("x", {}, id="good"))
        await settle()

    assert seen == ["good"]


async def test_a_slow_watcher_loses_the_oldest_and_knows_how_many() -> None:
    bus = Bus(Log(), VirtualWorld(), Letters())

    with bus.subscribe("x", capacity=2) as stream:
        for number in range(5):
            await bus.publish(Event("x", {}, id=str(number)))
        await bus.publish(Event("y", {}, id="other"))

        assert stream.skipped == 3
        assert [(await anext(stream)).id for _ in range(2)] == ["3", "4"]


async def test_a_watcher_sees_a_redelivered_event_once() -> None:
    bus = Bus(Log(), VirtualWorld(), Letters())

    with bus.subscribe("*") as stream:
        for id in ("a", "a", "b"):
            await bus.publish(Event("x", {}, id=id))

        assert [(await anext(stream)).id for _ in range(2)] == ["a", "b"]


async def test_a_failing_event_keeps_its_pause_whatever_else_is_published() -> None:
    world, tries = VirtualWorld(), count()
    bus = Bus(Log(), world, Letters())

    async def picky(event: Event) -> None:
        if event.id == "bad":
            next(tries)
            raise RuntimeError("no")

    bus.consume("*", picky)
    async with delivering(bus):
        await bus.publish(Event("x", {}, id="bad"))
        for number in range(10):
            await bus.publish(Event("x", {}, id=f"good-{number}"))
            await settle()

    assert next(tries) == 1


async def test_many_events_that_fail_hold_up_nobody_behind_them() -> None:
    world, seen, log = VirtualWorld(), list[str](), Log()
    bus = Bus(log, world, Letters())

    async def picky(event: Event) -> None:
        if event.id != "good":
            raise RuntimeError("no")
        seen.append(event.id)

    bus.consume("*", picky)
    for number in range(2500):
        await log.append(Event("x", {}, id=f"bad-{number}"), "")
    await log.append(Event("x", {}, id="good"), "")
    async with delivering(bus):
        await settle(20)

    assert seen == ["good"]


async def test_an_event_whose_publisher_is_cancelled_is_delivered_all_the_same() -> None:
    log, seen = SlowLog(), asyncio.Event()
    bus = Bus(log, VirtualWorld(), Letters())

    async def consume(event: Event) -> None:
        seen.set()

    bus.consume("*", consume)
    async with delivering(bus):
        with bus.subscribe() as watching:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(bus.publish, Event("a.b", {}, id="1"))
                await log.appending.wait()
                tasks.cancel_scope.cancel()
                log.durable.set()
            assert (await anext(watching)).id == "1"
            await seen.wait()


class SlowLog(Log):
    """Takes its time to make an event durable, as a disk does."""

    def __init__(self) -> None:
        super().__init__()
        self.appending, self.durable = asyncio.Event(), asyncio.Event()

    async def append(self, event: Event, source: str) -> bool:
        self.appending.set()
        await self.durable.wait()
        return await super().append(event, source)
