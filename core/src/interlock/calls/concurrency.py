"""The concurrency limit: so many attempts reach the service at once, the others stand in line."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Any

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import World


class Slots(Gate):
    """First come, first served; a free slot is taken without suspending.

    A slot is not held during back-off, because retry stands outside.

    Attributes:
        taken: how many attempts have had one.
    """

    __slots__ = ("_line", "_world", "in_flight", "limit", "taken")

    def __init__(self, limit: int | None, world: World) -> None:
        self.limit = limit
        self.in_flight = 0
        self.taken = 0
        self._world = world
        self._line: deque[asyncio.Future[None]] = deque()

    def enter(self, call: Call) -> Awaitable[None] | None:
        in_flight = self.in_flight
        # Whoever stands in line is handed a slot that stays taken, so a free one is nobody's.
        if self.limit is not None and in_flight >= self.limit:
            return self._wait(call)
        self.in_flight = in_flight + 1
        self.taken += 1
        return None

    def succeed(self, call: Call, result: Any) -> None:
        if self._line:
            self._hand_over()
        else:
            self.in_flight -= 1

    def fail(self, call: Call, error: BaseException) -> BaseException:
        self._hand_over()
        return error

    def health(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "in_flight": self.in_flight,
            "waiting": len(self._line),
        }

    async def _wait(self, call: Call) -> None:
        began = self._world.monotonic()
        with call.standing(f"one of {self.limit} places"):
            await self._stand_in_line()
        waited = self._world.monotonic() - began
        call.detour.waited += waited
        call.decided("concurrency-waited", seconds=waited)

    async def _stand_in_line(self) -> None:
        """A slot that is given back is handed over, so nobody can barge in."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except BaseException:  # cancelled, or thrown away where it stands
            if turn.done() and not turn.cancelled():
                self._hand_over()
            elif turn in self._line:  # else passed over already, by whoever gave a slot back
                self._line.remove(turn)
            raise

    def _hand_over(self) -> None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                turn.set_result(None)
                self.taken += 1
                return
        self.in_flight -= 1
