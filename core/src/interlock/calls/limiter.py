"""The rate limit: aiolimiter's leaky bucket behind a gate of ours.

aiolimiter keeps the bucket. The gate adds what it lacks: first come, first served, whatever a
call costs; an estimate of the wait, and refusal at once if the deadline is nearer; a bound on the
queue; a hold for everyone when the service says so; and a log of the last period, because a
bucket alone lets a burst and a whole period's rate through within one period.

Where daemons share a limit, the line is in their store, and what is here only keeps count, for
the time when the store cannot be reached.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import Awaitable, Sequence
from typing import Any

from aiolimiter import AsyncLimiter

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.shared import Shared
from interlock.sdk import RateLimited, RatePolicy, Throttled, World

_MOST_KEYS = 10_000
_HOLD_WITHOUT_ADVICE = 1.0
# Sums of fractions are off by a hair; waiting for less than this would never end.
_HAIR = 1e-6


class _Bucket(AsyncLimiter):
    """aiolimiter's bucket on the world's clock."""

    def __init__(self, burst: float, rate_per_second: float, world: World) -> None:
        super().__init__(burst, burst / rate_per_second)
        self._world = world
        self._last_check = world.monotonic()

    def _leak(self) -> None:
        self.wait_for(0.0)

    def wait_for(self, amount: float) -> float:
        """Seconds until there is room for ``amount`` on top of what is queued."""
        now = self._world.monotonic()
        level = self._level
        if level:
            level -= (now - self._last_check) * self._rate_per_sec
            self._level = level = max(0.0, level)
        self._last_check = now
        return (level + amount - self.max_rate) / self._rate_per_sec


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
        self._world = world
        self._burst = float(min(burst, limit))
        self._bucket = _Bucket(self._burst, limit / period, world)
        self._sent: deque[float] = deque(maxlen=limit)
        self._line: deque[asyncio.Future[None]] = deque()
        self._queued = 0.0
        self._in_shared_line = 0

    def try_acquire(self, cost: float) -> bool:
        """Take ``cost`` if it is there now and nobody waits."""
        if self._line or self._wait(cost) > 0.0:
            return False
        self._take(cost)
        return True

    async def acquire(self, cost: float, within: float) -> float:
        """Wait in line for ``cost``; the seconds it took.

        Raises:
            RateLimited: it would take longer than ``within``, or too many wait.
        """
        cost = min(cost, self._burst)
        if self.try_acquire(cost):
            return 0.0
        self._admit(cost, within)
        began = self._world.monotonic()
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
        free = self._policy.limit.limit - len(sent)
        if needed > free:
            # As many of the oldest calls must leave the period as are to enter it.
            leaving = sent[min(needed - free, len(sent)) - 1]
            wait = max(wait, leaving + self._policy.limit.period - self._world.monotonic())
        elif sent and sent[0] + self._policy.limit.period <= self._world.monotonic():
            sent.popleft()
        return wait if wait > _HAIR else 0.0

    def _take(self, cost: float) -> None:
        self._bucket._level += cost
        now = self._world.monotonic()
        for _ in range(math.ceil(cost)):
            self._sent.append(now)

    def _leave(self, turn: asyncio.Future[None]) -> None:
        was_head = self._line[0] is turn
        self._line.remove(turn)
        if was_head and self._line and not self._line[0].done():
            self._line[0].set_result(None)


_Budget = tuple[Limiter | None, RatePolicy]


class Pace:
    """All budgets of one service, and the hold that its 429s put on everything."""

    def __init__(self, service: str, world: World, shared: Shared) -> None:
        self._service = service
        self._world = world
        self._shared = shared
        self._whole: dict[tuple[Any, ...], Limiter] = {}
        self._keyed: OrderedDict[tuple[Any, ...], Limiter] = OrderedDict()
        self.held_until = 0.0
        shared.listen(f"hold:{service}", self._hold)

    @property
    def held_for(self) -> float:
        return max(0.0, self.held_until - self._world.monotonic())

    def hold(self, seconds: float) -> None:
        """Let nobody through for ``seconds``."""
        self._hold(seconds)
        if "rate" in self._shared.kept:
            self._shared.tell(f"hold:{self._service}", seconds)

    def try_acquire(self, limiter: Limiter, cost: float) -> bool:
        """Take ``cost`` if it is ours alone to give, and there, and nobody waits."""
        return "rate" not in self._shared.kept and limiter.try_acquire(cost)

    async def acquire(self, limiter: Limiter, cost: float, within: float) -> float:
        """Wait for ``cost``, among all daemons if they share it; the seconds it took.

        Raises:
            RateLimited: as :meth:`Limiter.acquire`.
        """
        if "rate" in self._shared.kept:
            waited = await limiter.acquire_shared(cost, within, self._shared)
            if waited is not None:
                return waited
        return await limiter.acquire(cost, within)

    def _hold(self, seconds: float) -> None:
        self.held_until = max(self.held_until, self._world.monotonic() + seconds)

    def whole(self, policy: RatePolicy) -> Limiter:
        """The budget of a policy without a key: of a tier, or of the whole service."""
        name = (policy.tier, policy.limit)
        if name not in self._whole:
            self._whole[name] = Limiter(policy, self._world, self._budget(policy, None))
        return self._whole[name]

    def keyed(self, policy: RatePolicy, call: Call) -> Limiter:
        """The budget of a policy with a key, for the call's value of it; the least used go."""
        value = call.arguments.get(policy.key or "")
        name = (policy.tier, policy.limit, policy.key, value)
        limiter = self._keyed.get(name)
        if limiter is None:
            budget = self._budget(policy, value)
            limiter = self._keyed[name] = Limiter(policy, self._world, budget)
            if len(self._keyed) > _MOST_KEYS:
                self._keyed.popitem(last=False)
        else:
            self._keyed.move_to_end(name)
        return limiter

    def _budget(self, policy: RatePolicy, value: Any) -> str:
        return f"{self._service}:{policy.tier}:{policy.limit}:{policy.key}:{value}"

    def health(self) -> dict[str, Any]:
        shown = [*self._whole.values(), *self._keyed.values()][:20]
        return {"held_for": self.held_for, "budgets": [limiter.health() for limiter in shown]}


class RateLimit(Gate):
    """The last wait before sending; a 429 below it holds everyone on this service.

    Args:
        policies: all of the service; a call passes those without a tier and those of ``tier``,
            and any other when it asks to be admitted to it.
    """

    def __init__(
        self,
        policies: Sequence[RatePolicy],
        tier: str | None,
        cost: float,
        pace: Pace,
        world: World,
    ) -> None:
        self._policies = policies
        self._cost = cost
        self._pace = pace
        self._world = world
        self._usual = self._budgets(None, tier)
        self._admission = self._admit if any(each.tier for each in policies) else None

    def enter(self, call: Call) -> Awaitable[None] | None:
        if self._admission is not None:
            call.admitted_by(self._admission)
        if self._pace.held_until > self._world.monotonic():
            return self._after_hold(call)
        return self._spend(call, self._usual) if self._usual else None

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        if isinstance(error, Throttled):
            hold = error.retry_after if error.retry_after is not None else _HOLD_WITHOUT_ADVICE
            self._pace.hold(hold)
            call.decided("rate-held", seconds=hold)
        return error

    def _budgets(self, *tiers: str | None) -> list[_Budget]:
        wanted = [each for each in self._policies if each.tier in tiers]
        return [(None if each.key else self._pace.whole(each), each) for each in wanted]

    async def _admit(self, call: Call, tier: str) -> None:
        waiting = self._spend(call, self._budgets(tier))
        if waiting is not None:
            await waiting

    async def _after_hold(self, call: Call) -> None:
        await _through_hold(call, self._pace, self._world)
        waiting = self._spend(call, self._usual)
        if waiting is not None:
            await waiting

    def _spend(self, call: Call, budgets: Sequence[_Budget]) -> Awaitable[None] | None:
        """Take from all that have it; to be awaited if one has not."""
        for place, (whole, policy) in enumerate(budgets):
            limiter = whole or self._pace.keyed(policy, call)
            if not self._pace.try_acquire(limiter, self._cost):
                return self._in_line(call, budgets[place:])
        return None

    async def _in_line(self, call: Call, budgets: Sequence[_Budget]) -> None:
        for whole, policy in budgets:
            limiter = whole or self._pace.keyed(policy, call)
            if not self._pace.try_acquire(limiter, self._cost):
                await _in_line(call, self._pace, limiter, self._cost)


async def _through_hold(call: Call, pace: Pace, world: World) -> None:
    while (held := pace.held_for) > 0.0:
        if held > call.remaining():
            call.decided("rate-refused", retry_after=held)
            raise RateLimited(
                f"{call.tool}: the service asked everybody to wait",
                retry_after=held,
                policy="rate",
                key="hold",
            )
        call.decided("rate-waited", seconds=held)
        call.waited += held
        with call.standing(f"{held:.2g} s that the service asked for"):
            await world.sleep(held)


async def _in_line(call: Call, pace: Pace, limiter: Limiter, cost: float) -> None:
    try:
        with call.standing("the rate limit"):
            waited = await pace.acquire(limiter, cost, call.remaining())
    except RateLimited as refusal:
        call.decided("rate-refused", retry_after=refusal.retry_after or 0.0)
        raise refusal.with_details(tool=call.tool) from None
    if waited > 0.0:
        call.waited += waited
        call.decided("rate-waited", seconds=waited)
