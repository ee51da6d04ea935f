"""A world whose clock moves only when told, and whose randomness repeats."""

from __future__ import annotations

import asyncio
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from interlock.sdk.world import Timer, ulid


@dataclass(order=True)
class _Due:
    at: float
    order: int
    callback: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class VirtualWorld:
    """Implements ``interlock.sdk.World`` for tests.

    Time stands still until :meth:`advance`. Ids count up, so a test may name them.
    """

    def __init__(self, *, epoch: float = 1_800_000_000.0, seed: int = 0) -> None:
        self._epoch = epoch
        self._now = 0.0
        self._due: list[_Due] = []
        self._order = count()
        self._ids = count(1)
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def time(self) -> float:
        return self._epoch + self._now

    def monotonic(self) -> float:
        return self._now

    def random(self) -> float:
        return self._random.random()

    def new_id(self) -> str:
        return ulid(self.time(), next(self._ids).to_bytes(10, "big"))

    def call_later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        due = _Due(self._now + max(0.0, seconds), next(self._order), callback)
        heapq.heappush(self._due, due)
        return due

    def call_at(self, moment: float, callback: Callable[[], None]) -> Timer:
        return self.call_later(moment - self.time(), callback)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        timer = self.call_later(seconds, wake)
        try:
            await woken
        finally:
            timer.cancel()

    def next_due(self) -> float | None:
        """When, on the monotonic clock, the next timer or sleeper is due; None if none is."""
        while self._due and self._due[0].cancelled:
            heapq.heappop(self._due)
        return self._due[0].at if self._due else None

    async def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass; whatever falls due on the way runs at its own time, in order."""
        until = self._now + seconds
        await settle()
        while self._due and self._due[0].at <= until:
            due = heapq.heappop(self._due)
            if due.cancelled:
                continue
            self._now = max(self._now, due.at)
            due.callback()
            await settle()
        self._now = until
        await settle()


async def settle(turns: int = 20) -> None:
    """Let tasks that can go on do so."""
    for _ in range(turns):
        await asyncio.sleep(0)
