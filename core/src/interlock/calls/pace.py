"""The pace of one service: its budgets, and the hold that its 429s put on everything."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

from interlock.calls.call import Call
from interlock.calls.limiter import Limiter
from interlock.calls.shared import Shared
from interlock.sdk import RateLimited, RatePolicy, World

_MOST_KEYS = 10_000


class Pace:
    """Shared by all tools of the service, whatever their own policies.

    Attributes:
        held_until: nobody is let through before, by the world's monotonic clock; 0 when that is
            known to be over.
        shared: what daemons keep together, the pace perhaps.
    """

    def __init__(self, service: str, world: World, shared: Shared) -> None:
        self._service = service
        self._world = world
        self.shared = shared
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
        if "rate" in self.shared.kept:
            self.shared.tell(f"hold:{self._service}", seconds)

    def held_within(self, deadline: float) -> float:
        """How many seconds a hold still lasts.

        Raises:
            RateLimited: it lasts beyond ``deadline``.
        """
        held = self.held_for
        if held > 0.0 and self._world.monotonic() + held > deadline:
            raise RateLimited(
                f"{self._service}: the service asked everybody to wait",
                retry_after=held,
                policy="rate",
                key="hold",
            )
        return held

    async def acquire(self, limiter: Limiter, cost: float, deadline: float) -> float:
        """Wait for ``cost``, among all daemons if they share it; the seconds it took.

        A hold that begins meanwhile is waited for as well.

        Raises:
            RateLimited: as :meth:`Limiter.acquire` and :meth:`held_within`.
        """
        waited = 0.0
        held = partial(self.held_within, deadline)
        while "rate" in self.shared.kept:
            within = deadline - self._world.monotonic()
            turn = await limiter.acquire_shared(cost, within, self.shared)
            if turn is None:
                break
            if not (pause := held()):
                return waited + turn
            # Those whose turns come during a hold would all be let through at its end.
            await self._world.sleep(pause)
            waited += turn + pause
        within = deadline - self._world.monotonic()
        return waited + await limiter.acquire(cost, within, held)

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
