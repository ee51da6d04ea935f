"""The real world: timers by the clock on the wall, which people set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from interlock.sdk.world import RealWorld, Timer


class Clock(RealWorld):
    """A clock that tests set; its loop timers ring when the test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:  # type: ignore[override] # bound at class level there
        return self.now

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        self.timers.append((seconds, callback))
        return asyncio.get_running_loop().call_later(3600, callback)

    def ring(self) -> None:
        """The next timer of the loop rings, whatever the clock says."""
        self.timers.pop(0)[1]()


async def test_a_timer_by_the_clock_rings_soon_after_the_clock_was_set_past_it() -> None:
    clock, rung = Clock(), list[float]()
    clock.call_at(clock.now + 43_200, lambda: rung.append(clock.now))
    clock.now += 86_400

    assert [seconds for seconds, _ in clock.timers] == [60]
    clock.ring()
    assert rung == [clock.now]


async def test_a_timer_by_the_clock_does_not_ring_early_after_the_clock_was_set_back() -> None:
    clock, rung = Clock(), list[float]()
    clock.call_at(clock.now + 10, lambda: rung.append(clock.now))
    clock.now -= 100
    clock.ring()

    assert rung == []
    assert [seconds for seconds, _ in clock.timers] == [60]


async def test_a_timer_by_the_clock_can_be_cancelled_after_it_has_looked() -> None:
    clock = Clock()
    timer = clock.call_at(clock.now + 600, lambda: None)
    clock.ring()
    timer.cancel()

    assert isinstance(timer._timer, asyncio.TimerHandle) and timer._timer.cancelled()  # type: ignore[attr-defined]
