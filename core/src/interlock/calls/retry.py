"""Retry: full-jitter back-off within a budget, and only where a repetition does no harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.calls.call import Call
from interlock.calls.gate import AGAIN, NO_ANSWER, Gate
from interlock.sdk import (
    CircuitOpen,
    Facts,
    InterlockError,
    Retryable,
    RetryPolicy,
    Throttled,
    World,
)

_RESERVE = 3.0
_RESERVE_SECONDS = 10.0
_MOST_EARNED = 100.0


class RetryBudget:
    """Retries of a service as a share of its attempts, and at least three in ten seconds.

    Without it a failing service gets its load multiplied just when it can bear it least.

    Args:
        attempts: how many there have been.
    """

    __slots__ = (
        "_attempts",
        "_counted",
        "_earned",
        "_reserve",
        "_seen",
        "_share",
        "_world",
        "spent",
        "suppressed",
    )

    def __init__(self, share: float, world: World, attempts: Callable[[], int]) -> None:
        self.spent = 0
        self.suppressed = 0
        self._share = share
        self._world = world
        self._attempts = attempts
        self._counted = attempts()
        self._earned = 0.0
        self._reserve = _RESERVE
        self._seen = world.monotonic()

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        self._earn()
        if self._earned >= 1.0:
            self._earned -= 1.0
        elif self._reserve >= 1.0:
            self._reserve -= 1.0
        else:
            self.suppressed += 1
            return False
        self.spent += 1
        return True

    def _earn(self) -> None:
        now, attempts = self._world.monotonic(), self._attempts()
        regained = (now - self._seen) * _RESERVE / _RESERVE_SECONDS
        self._reserve = min(_RESERVE, self._reserve + regained)
        self._earned = min(_MOST_EARNED, self._earned + (attempts - self._counted) * self._share)
        self._seen, self._counted = now, attempts

    def health(self) -> dict[str, Any]:
        return {"spent": self.spent, "suppressed": self.suppressed}


class Retry(Gate):
    """Each try behind it is limited, counted by the breaker and timed on its own."""

    def __init__(
        self, policy: RetryPolicy, facts: Facts, budget: RetryBudget, world: World
    ) -> None:
        self._policy = policy
        self._budget = budget
        self._world = world
        self._repeatable = facts.idempotent or policy.unsafe

    async def rescue(self, call: Call, error: InterlockError) -> Any:
        delay = _delay(error, call.attempt, self._policy, self._world)
        reason = self._why_not(call, error, delay)
        if reason:
            _explain(error, call, reason)
            return NO_ANSWER
        call.decided("retry", attempt=call.attempt, delay=delay, error=error.code)
        call.detour.attempt += 1
        call.detour.waited += delay
        with call.standing(f"another try in {delay:.2g} s, after {error.code}"):
            await self._world.sleep(delay)
        return AGAIN

    def _why_not(self, call: Call, error: InterlockError, delay: float) -> str:
        """Why there is no other try; empty if there is one, which is taken from the budget."""
        reason = _why_never(error, call, self._policy, repeatable=self._repeatable)
        if not reason and delay >= call.remaining():
            return "deadline"
        if not reason and not self._budget.spend():
            return "budget"
        return reason


def _why_never(error: InterlockError, call: Call, policy: RetryPolicy, *, repeatable: bool) -> str:
    """Why another try is out of the question; empty if it is not."""
    if not isinstance(error, Retryable | CircuitOpen):
        return "final"
    if call.attempt >= policy.attempts:
        return "attempts"
    if not (repeatable or _not_run(error)):
        return "not-idempotent"
    if error.retry_after is not None and error.retry_after > policy.max_retry_after:
        return "retry-after"
    return ""


def _not_run(error: InterlockError) -> bool:
    """Whether the service has certainly not done what it was asked."""
    return isinstance(error, Throttled | CircuitOpen) or not getattr(error, "sent", True)


def _delay(error: InterlockError, attempt: int, policy: RetryPolicy, world: World) -> float:
    if error.retry_after is not None:
        return error.retry_after
    ceiling = min(policy.max_backoff, policy.backoff * 2.0 ** min(attempt - 1, 60))
    return world.random() * ceiling


def _explain(error: InterlockError, call: Call, reason: str) -> None:
    """Say in the error after how many tries it comes, and why there is no other."""
    if reason != "final":
        call.decided("retry-refused", reason=reason)
        error.with_details(attempts=call.attempt, no_retry=reason)
