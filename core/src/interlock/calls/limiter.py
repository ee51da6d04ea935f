"""One budget of calls: a bucket, and a line before it.

The line adds what aiolimiter lacks: first come, first served, whatever a call costs; an estimate
of the wait, and refusal at once if the deadline is nearer; a bound on the queue.

Where daemons share a limit, the line is in their store, and what is here only keeps count, for
the time when the store cannot be reached.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from interlock.calls.bucket import Bucket
from interlock.calls.shared import Shared
from interlock.sdk import RateLimited, RatePolicy, World


class Limiter:
    """One budget. Whoever waits, waits in line, and knows for how long before he does.

    Args:
        budget: its name among daemons that share it.

    Attributes:
        line: who waits; as long as there is one, nobody may :meth:`take`.
        take: what is there, at once.
    """

    def __init__(self, policy: RatePolicy, world: World, budget: str = "") -> None:
        self._budget = budget
        self._policy = policy
        self._world = world
        limit, period = policy.limit
        burst = policy.burst or max(1, math.floor(limit / period))
        self._burst = float(min(burst, limit))
        self._bucket = Bucket(policy.limit, self._burst, world)
        self.take = self._bucket.take
        self.line: deque[asyncio.Future[None]] = deque()
        self._queued = 0.0
        self._in_shared_line = 0

    async def acquire(
        self, cost: float, within: float, held: Callable[[], float] = lambda: 0.0
    ) -> float:
        """Wait in line for ``cost``; the seconds it took.

        Args:
            held: for how long nobody is let through; raises what ends the wait.

        Raises:
            RateLimited: it would take longer than ``within``, or too many wait.
        """
        cost = min(cost, self._burst)
        began = self._world.monotonic()
        if not self.line and self.take(cost, began):
            return 0.0
        self._admit(cost, within)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.line.append(turn)
        self._queued += cost
        try:
            if self.line[0] is not turn:
                await turn
            while (wait := max(self._bucket.wait_for(cost), held())) > 0.0:
                await self._world.sleep(wait)
            self._bucket.put(cost)
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
            raise self._refusal("too many calls wait", self._bucket.wait_for(cost))
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
        self._bucket.put(cost)
        return wait

    def health(self) -> dict[str, Any]:
        return {
            "limit": str(self._policy.limit),
            "tier": self._policy.tier,
            "available": self._bucket.available,
            "waiting": len(self.line) + self._in_shared_line,
            "retry_after": self._bucket.wait_for(1.0),
        }

    def _admit(self, cost: float, within: float) -> None:
        wait = self._bucket.wait_for(cost + self._queued)
        if wait <= within and len(self.line) < self._policy.max_waiting:
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

    def _leave(self, turn: asyncio.Future[None]) -> None:
        was_head = self.line[0] is turn
        self.line.remove(turn)
        if was_head and self.line and not self.line[0].done():
            self.line[0].set_result(None)
