"""One budget of calls: aiolimiter's leaky bucket, and a line before it.

aiolimiter keeps the bucket. The line adds what it lacks: first come, first served, whatever a
call costs; an estimate of the wait, and refusal at once if the deadline is nearer; a bound on the
queue; and a log of the last period, because a bucket alone lets a burst and a whole period's rate
through within one period.

Where daemons share a limit, the line is in their store, and what is here only keeps count, for
the time when the store cannot be reached.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from itertools import repeat
from typing import Any

from aiolimiter import AsyncLimiter

from interlock.calls.shared import Shared
from interlock.sdk import RateLimited, RatePolicy, World

# Sums of fractions are off by a hair; waiting for less than this would never end.
_HAIR = 1e-6


class _Bucket(AsyncLimiter):
    """aiolimiter's bucket on the world's clock."""

    def __init__(self, burst: float, rate_per_second: float, world: World) -> None:
        super().__init__(burst, burst / rate_per_second)
        self._world = world
        self._last_check = world.monotonic()
        self._full = burst + _HAIR * rate_per_second

    def _leak(self) -> None:
        now = self._world.monotonic()
        self._level = max(0.0, self._level - (now - self._last_check) * self._rate_per_sec)
        self._last_check = now

    def take(self, amount: float, now: float) -> bool:
        """Whether there was room for ``amount``, which is used up now."""
        level = self._level - (now - self._last_check) * self._rate_per_sec + amount
        if level < amount:
            level = amount
        if level > self._full:
            return False
        self._level, self._last_check = level, now
        return True

    def wait_for(self, amount: float) -> float:
        """Seconds until there is room for ``amount`` on top of what is queued."""
        self._leak()
        return (self._level + amount - self.max_rate) / self._rate_per_sec


class Limiter:
    """One budget. Whoever waits, waits in line, and knows for how long before he does.

    Args:
        budget: its name among daemons that share it.
    """

    def __init__(self, policy: RatePolicy, world: World, budget: str = "") -> None:
        self._budget = budget
        limit, period = policy.limit
        burst = policy.burst or max(1, math.floor(limit / period))
        self._policy = policy
        self._limit = limit
        self._period = period
        self._world = world
        self._burst = float(min(burst, limit))
        self._bucket = _Bucket(self._burst, limit / period, world)
        self._sent: deque[float] = deque(maxlen=limit)
        self._line: deque[asyncio.Future[None]] = deque()
        self._queued = 0.0
        self._in_shared_line = 0

    def try_acquire(self, cost: float, now: float) -> bool:
        """Take ``cost`` if it is there now and nobody waits."""
        sent = self._sent
        if self._line or (len(sent) + cost > self._limit and self._wait(cost) > 0.0):
            return False
        if not self._bucket.take(cost, now):
            return False
        sent.append(now)
        if cost > 1.0:
            sent.extend(repeat(now, math.ceil(cost) - 1))
        return True

    async def acquire(self, cost: float, within: float) -> float:
        """Wait in line for ``cost``; the seconds it took.

        Raises:
            RateLimited: it would take longer than ``within``, or too many wait.
        """
        cost = min(cost, self._burst)
        began = self._world.monotonic()
        if self.try_acquire(cost, began):
            return 0.0
        self._admit(cost, within)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._queued += cost
        try:
            if self._line[0] is not turn:
                await turn
            while (wait := self._wait(cost)) > 0.0:
                await self._world.sleep(wait)
            self._take(cost)
        finally:
            self._queued -= cost
            self._leave(turn)
        return self._world.monotonic() - began

    async def acquire_shared(self, cost: float, within: float, shared: Shared) -> float | None:
        """Wait for a turn in the line of all daemons; the seconds it took.

        Whoever leaves while he waits has used up his turn.

        Returns:
            None: the store of that line cannot be reached.

        Raises:
            RateLimited: as :meth:`acquire`.
        """
        cost = min(cost, self._burst)
        if self._in_shared_line >= self._policy.max_waiting:
            raise self._refusal("too many calls wait", self._wait(cost))
        answer = await shared.reserve(self._budget, self._policy.limit, self._burst, cost, within)
        if answer is None:
            return None
        reserved, wait = answer
        if not reserved:
            raise self._refusal("the call would wait past its deadline", wait)
        self._in_shared_line += 1
        try:
            await self._world.sleep(wait)
        finally:
            self._in_shared_line -= 1
        self._take(cost)
        return wait

    def health(self) -> dict[str, Any]:
        """``available`` is what could be taken at once."""
        self._bucket._leak()
        return {
            "limit": str(self._policy.limit),
            "tier": self._policy.tier,
            "available": max(0.0, self._burst - self._bucket._level),
            "waiting": len(self._line) + self._in_shared_line,
            "retry_after": self._wait(1.0),
        }

    def _admit(self, cost: float, within: float) -> None:
        wait = self._wait(cost + self._queued)
        if wait <= within and len(self._line) < self._policy.max_waiting:
            return
        reason = (
            "too many calls wait" if wait <= within else "the call would wait past its deadline"
        )
        raise self._refusal(reason, wait)

    def _refusal(self, reason: str, wait: float) -> RateLimited:
        return RateLimited(
            f"rate limit {self._policy.limit}: {reason}",
            retry_after=max(wait, 0.001),
            policy="rate",
            key=self._policy.tier or "",
        )

    def _wait(self, cost: float) -> float:
        wait = self._bucket.wait_for(cost)
        sent, needed = self._sent, math.ceil(cost)
        free = self._limit - len(sent)
        if needed > free:
            # As many of the oldest calls must leave the period as are to enter it.
            leaving = sent[min(needed - free, len(sent)) - 1]
            wait = max(wait, leaving + self._period - self._world.monotonic())
        return wait if wait > _HAIR else 0.0

    def _take(self, cost: float) -> None:
        self._bucket._level += cost
        self._sent.extend(repeat(self._world.monotonic(), math.ceil(cost)))

    def _leave(self, turn: asyncio.Future[None]) -> None:
        was_head = self._line[0] is turn
        self._line.remove(turn)
        if was_head and self._line and not self._line[0].done():
            self._line[0].set_result(None)
