"""Virtual time passes only when told to."""

import asyncio

from interlock.testing import VirtualWorld, settle


async def test_sleepers_wake_in_order_and_at_their_own_time() -> None:
    world = VirtualWorld()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await world.sleep(seconds)
        woken.append((name, world.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper("late", 60))
        tasks.create_task(sleeper("early", 1))
        await settle()
        assert woken == []
        await world.advance(3600)

    assert woken == [("early", 1.0), ("late", 60.0)]
    assert world.monotonic() == 3600


async def test_a_cancelled_timer_does_not_fire() -> None:
    world = VirtualWorld()
    fired: list[int] = []
    world.call_later(1, lambda: fired.append(1)).cancel()
    world.call_later(2, lambda: fired.append(2))

    await world.advance(5)

    assert fired == [2]
