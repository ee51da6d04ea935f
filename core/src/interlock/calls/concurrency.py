"""The concurrency limit: so many attempts reach the service at once, the others stand in line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Any

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import World


class Slots:
    """First come, first served; a free slot is taken without suspending."""

    __slots__ = ("_line", "in_flight", "limit", "peak")

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self.in_flight = 0
        self.peak = 0
        self._line: deque[asyncio.Future[None]] = deque()

    def try_take(self) -> bool:
        # Whoever stands in line is handed a slot that stays taken, so a free one is nobody's.
        if self.limit is not None and self.in_flight >= self.limit:
            return False
        self.in_flight += 1
        if self.in_flight > self.peak:
            self.peak = self.in_flight
        return True

    async def take(self) -> None:
        """Wait in line; a slot that is given back is handed over, so nobody can barge in."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back()
            else:
                self._line.remove(turn)
            raise

    def give_back(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.in_flight -= 1

    def health(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "in_flight": self.in_flight,
            "waiting": len(self._line),
            "peak": self.peak,
        }


class LimitConcurrency(Gate):
    """Not held during back-off, because retry stands outside."""

    def __init__(self, slots: Slots, world: World) -> None:
        self._slots = slots
        self._world = world

    def enter(self, call: Call) -> Awaitable[None] | None:
        return None if self._slots.try_take() else self._wait(call)

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        self._slots.give_back()
        return error

    async def _wait(self, call: Call) -> None:
        began = self._world.monotonic()
        with call.standing(f"one of {self._slots.limit} places"):
            await self._slots.take()
        waited = self._world.monotonic() - began
        call.waited += waited
        call.decided("concurrency-waited", seconds=waited)
