"""Retry: full-jitter back-off within a budget, and only where a repetition does no harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.calls.call import Call, Next
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
    """Retries of a service as a share of its calls, and at least three in ten seconds.

    Without it a failing service gets its load multiplied just when it can bear it least.

    Attributes:
        earned: retries that calls have earned, ``share`` each.
    """

    __slots__ = ("_reserve", "_seen", "_world", "earned", "share", "spent", "suppressed")

    def __init__(self, share: float, world: World) -> None:
        self.share = share
        self.spent = 0
        self.suppressed = 0
        self._world = world
        self.earned = 0.0
        self._reserve = _RESERVE
        self._seen = world.monotonic()

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        now = self._world.monotonic()
        regained = (now - self._seen) * _RESERVE / _RESERVE_SECONDS
        self._reserve = min(_RESERVE, self._reserve + regained)
        self._seen = now
        self.earned = min(self.earned, _MOST_EARNED)
        if self.earned >= 1.0:
            self.earned -= 1.0
        elif self._reserve >= 1.0:
            self._reserve -= 1.0
        else:
            self.suppressed += 1
            return False
        self.spent += 1
        return True

    def health(self) -> dict[str, Any]:
        return {"spent": self.spent, "suppressed": self.suppressed}


def retry(
    policy: RetryPolicy,
    facts: Facts,
    budgets: Callable[[float], RetryBudget],
    world: World,
    proceed: Next,
) -> Next:
    """Each try below is limited, counted by the breaker and timed on its own."""
    budget = budgets(policy.budget)
    repeatable = facts.idempotent or policy.unsafe

    async def retried(call: Call) -> Any:
        budget.earned += budget.share
        while True:
            try:
                return await proceed(call)
            except InterlockError as error:
                reason = _why_not(error, call, policy, repeatable=repeatable)
                delay = _delay(error, call.attempt, policy, world)
                if not reason and delay >= call.remaining():
                    reason = "deadline"
                if not reason and not budget.spend():
                    reason = "budget"
                if reason:
                    raise _final(error, call, reason) from error.__cause__
                code = error.code
            call.decided("retry", attempt=call.attempt, delay=delay, error=code)
            call.attempt += 1
            call.waited += delay
            with call.standing(f"another try in {delay:.2g} s, after {code}"):
                await world.sleep(delay)

    return retried


def _why_not(error: InterlockError, call: Call, policy: RetryPolicy, *, repeatable: bool) -> str:
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


def _final(error: InterlockError, call: Call, reason: str) -> InterlockError:
    """The error as the caller gets it: after how many tries, and why there is no other."""
    if reason != "final":
        call.decided("retry-refused", reason=reason)
        error.with_details(attempts=call.attempt, no_retry=reason)
    return error
