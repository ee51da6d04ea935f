"""What an actor is doing can be seen from outside, also when it is stuck."""

import asyncio

from interlock.actors import ActorOptions, ActorSystem
from interlock.sdk import Retryable
from interlock.testing import VirtualWorld, settle

from .doubles import Gate, Scripted


async def test_queue_depth_age_and_messages_in_flight(
    system: ActorSystem, world: VirtualWorld
) -> None:
    ref = await system.spawn("busy", Scripted)
    await ref.tell(Gate())
    await settle()
    await ref.tell("first")
    await world.advance(3)
    await ref.tell("second")
    await world.advance(4)

    health = ref.health()

    assert (health.name, health.state) == ("busy", "running")
    assert (health.queued, health.oldest, health.in_flight) == (2, 7, 1)
    assert (health.restarts, health.last_error, health.retry_after) == (0, "", None)


async def test_a_stuck_handler_is_shown_with_the_stack_of_where_it_waits(
    system: ActorSystem, world: VirtualWorld
) -> None:
    async def innermost() -> None:
        await asyncio.get_running_loop().create_future()

    async def handler() -> None:
        await innermost()

    ref = await system.spawn("stuck", Scripted, ActorOptions(stuck_after=60))
    await ref.tell(handler)
    await world.advance(60)
    assert ref.health().stuck == ()
    await world.advance(1)

    (stuck,) = ref.health().stuck

    assert (stuck.message, stuck.seconds) == ("function", 61)
    assert [line.rsplit(".", 1)[-1] for line in stuck.stack[-2:]] == ["handler", "innermost"]
    assert f"{__file__}:" in stuck.stack[-1]


async def test_of_many_stuck_handlers_the_ones_that_hang_for_longest_are_shown(
    system: ActorSystem, world: VirtualWorld
) -> None:
    async def handler() -> None:
        await asyncio.get_running_loop().create_future()

    ref = await system.spawn("stuck", Scripted, ActorOptions(stuck_after=60, concurrency=30))
    for _ in range(30):
        await ref.tell(handler)
        await world.advance(1)
    await world.advance(100)

    health = ref.health()

    assert health.in_flight == 30
    assert [each.seconds for each in health.stuck] == [130 - started for started in range(10)]


async def test_a_crashed_actor_shows_its_error_and_when_it_tries_again(
    system: ActorSystem, world: VirtualWorld
) -> None:
    class Down(Scripted):
        async def started(self) -> None:
            raise Retryable("the service is down")

    ref = await system.spawn("down", Down, ActorOptions(backoff=0, max_backoff=20))
    await settle()
    await world.advance(5)

    health = ref.health()

    assert (health.state, health.restarts) == ("parked", 6)
    assert health.last_error == "Retryable: the service is down"
    assert health.retry_after == 15


async def test_the_tree_tells_the_health_of_all_in_start_order(system: ActorSystem) -> None:
    for name in "cab":
        await system.spawn(name, Scripted)
    await settle()

    children = system.tree()["children"]
    assert [child["name"] for child in children] == ["c", "a", "b"]
    assert {child["state"] for child in children} == {"running"}
