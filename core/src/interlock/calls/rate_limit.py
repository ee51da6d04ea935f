"""The rate limit as a gate: a call takes from every budget that it counts in, or stands in line."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.limiter import Limiter
from interlock.calls.pace import Pace
from interlock.sdk import RateLimited, RatePolicy, Throttled, World

_HOLD_WITHOUT_ADVICE = 1.0

_Budget = tuple[Limiter | None, RatePolicy]


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
        self._shared = pace.shared
        self._usual = self._budgets(None, tier)

    def enter(self, call: Call) -> Awaitable[None] | None:
        if self._pace.held_until or "rate" in self._shared.kept:
            return self._after_hold(call)
        for budget in self._usual:
            limiter = budget[0] or self._pace.keyed(budget[1], call)
            if limiter.line or not limiter.take(self._cost, call.now):
                return self._in_line(call, self._usual[self._usual.index(budget) :])
        return None

    def fail(self, call: Call, error: BaseException) -> BaseException:
        if isinstance(error, Throttled):
            hold = error.retry_after if error.retry_after is not None else _HOLD_WITHOUT_ADVICE
            self._pace.hold(hold)
            call.decided("rate-held", seconds=hold)
        return error

    def _budgets(self, *tiers: str | None) -> list[_Budget]:
        wanted = [each for each in self._policies if each.tier in tiers]
        return [(None if each.key else self._pace.whole(each), each) for each in wanted]

    async def admit(self, call: Call, tier: str) -> None:
        """Take from the budget of ``tier`` as well, in the middle of the call."""
        await self._in_line(call, self._budgets(tier))

    async def _after_hold(self, call: Call) -> None:
        with _refusals_told(call):
            await _through_hold(call, self._pace, self._world)
        await self._in_line(call, self._usual)

    async def _in_line(self, call: Call, budgets: Sequence[_Budget]) -> None:
        for whole, policy in budgets:
            limiter = whole or self._pace.keyed(policy, call)
            await _in_line(call, self._pace, limiter, self._cost)


async def _through_hold(call: Call, pace: Pace, world: World) -> None:
    while (held := pace.held_within(call.deadline)) > 0.0:
        call.decided("rate-waited", seconds=held)
        call.detour.waited += held
        with call.standing(f"{held:.2g} s that the service asked for"):
            await world.sleep(held)
    pace.held_until = 0.0


async def _in_line(call: Call, pace: Pace, limiter: Limiter, cost: float) -> None:
    with _refusals_told(call), call.standing("the rate limit"):
        waited = await pace.acquire(limiter, cost, call.deadline)
    if waited > 0.0:
        call.detour.waited += waited
        call.decided("rate-waited", seconds=waited)


@contextmanager
def _refusals_told(call: Call) -> Iterator[None]:
    try:
        yield
    except RateLimited as refusal:
        call.decided("rate-refused", retry_after=refusal.retry_after or 0.0)
        refusal.with_details(tool=call.tool)
        raise
