"""What the calls of one service share: breaker, budgets, slots, cache, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from interlock.calls.breaker import Breaker
from interlock.calls.cache import Cache
from interlock.calls.call import Call, Detour
from interlock.calls.concurrency import Slots
from interlock.calls.outcome import Outcome
from interlock.calls.pace import Pace
from interlock.calls.retry import RetryBudget
from interlock.calls.shared import Shared
from interlock.calls.spending import Ledger, Spending
from interlock.sdk import BreakerPolicy, Policies, RetryPolicy, World
from interlock.telemetry import Buckets

_PARTS = (50, 95, 99)


class Gates:
    """Lives as long as the service is configured: restarts of its actor do not forget a limit.

    A breaker, the slots and the retry budget are the service's; a tool whose own policies differ
    in one of these has one of its own.

    Attributes:
        standing: calls that wait at a guard rail, and what for.
        durations: of calls, by tool and outcome; the tools' instruments.
    """

    def __init__(
        self,
        service: str,
        world: World,
        ledger: Ledger | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.service = service
        self.shared = shared or Shared(world)
        self.pace = Pace(service, world, self.shared)
        self.cache = Cache(world, self.shared)
        self.spending = Spending(service, world, ledger)
        self.standing: dict[Call, str] = {}
        self._world = world
        self._breakers: dict[BreakerPolicy, Breaker] = {}
        self._slots: dict[int | None, Slots] = {}
        self._budgets: dict[float, RetryBudget] = {}
        self.durations: dict[str, Mapping[Outcome, Buckets]] = {}
        self._decisions: Counter[str] = Counter()
        self._retries = 0
        self._waited = 0.0

    def breaker(self, policy: BreakerPolicy) -> Breaker:
        if policy not in self._breakers:
            self._breakers[policy] = Breaker(self.service, policy, self._world, self.shared)
        return self._breakers[policy]

    def slots(self, limit: int | None) -> Slots:
        if limit not in self._slots:
            self._slots[limit] = Slots(limit, self._world)
        return self._slots[limit]

    def budget(self, share: float) -> RetryBudget:
        if share not in self._budgets:
            self._budgets[share] = RetryBudget(share, self._world, self._attempts)
        return self._budgets[share]

    def _attempts(self) -> int:
        return sum(slots.taken for slots in self._slots.values())

    def reset_breakers(self) -> None:
        for breaker in self._breakers.values():
            breaker.reset()

    def count(self, detour: Detour) -> None:
        """Count what guard rails have done to a call."""
        self._decisions.update(detour.decisions)
        self._retries += detour.attempt - 1
        self._waited += detour.waited

    def health(self) -> dict[str, Any]:
        outcomes, seconds, latest = self._durations()
        calls = outcomes.total()
        breakers = [breaker.health() for breaker in self._breakers.values()]
        slots = [slots.health() for slots in self._slots.values()]
        return {
            "calls": calls,
            "outcomes": dict(outcomes),
            "decisions": dict(self._decisions),
            "retries": self._retries,
            "mean_seconds": seconds / calls if calls else 0.0,
            "waited_seconds": self._waited,
            "latency": _percentiles(latest),
            "breaker": next((each for each in breakers if each["state"] != "closed"), None)
            or (breakers[0] if breakers else None),
            "concurrency": {
                "limit": slots[0]["limit"] if slots else None,
                "in_flight": sum(each["in_flight"] for each in slots),
                "waiting": sum(each["waiting"] for each in slots),
            },
            "rate": self.pace.health(),
            "cache": self.cache.health(),
            "spent_today": self.spending.today(),
            "shared": self.shared.health(),
            "retry_budget": [budget.health() for budget in self._budgets.values()],
        }

    def _durations(self) -> tuple[Counter[str], float, list[float]]:
        """How many calls had which outcome, the seconds of all, and of the latest."""
        outcomes, seconds, latest = Counter[str](), 0.0, list[float]()
        for by_outcome in self.durations.values():
            for outcome, buckets in by_outcome.items():
                outcomes[outcome] += sum(buckets.counts)
                seconds += buckets.total
                latest += buckets.latest
        return outcomes, seconds, latest


def _percentiles(seconds: Iterable[float]) -> dict[str, float]:
    """``{p50, p95, p99}``; nothing where there are no calls."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {f"p{part}": ordered[round(last * part / 100)] for part in _PARTS} if ordered else {}


def defaults() -> Policies:
    """What holds where neither plugin nor operator says anything."""
    return Policies(deadline=30.0, retry=RetryPolicy(), breaker=BreakerPolicy(), concurrency=32)
