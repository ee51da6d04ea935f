"""Whether and when a failed attempt is followed by another one."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from interlock.sdk.errors import (
    CircuitOpen,
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    Overloaded,
    RateLimited,
    Retryable,
    ServiceUnavailable,
    Throttled,
)
from interlock.workflows.errors import may_have_run, pause_until_available

KINDS: dict[str, tuple[type[InterlockError], ...]] = {
    "retryable": (Retryable,),
    "throttled": (Throttled, RateLimited, Overloaded),
    "unavailable": (ServiceUnavailable, CircuitOpen),
    "timeout": (DeadlineExceeded,),
    "interrupted": (Interrupted,),
    "any": (InterlockError,),
}


@dataclass(frozen=True, slots=True)
class Retry:
    """``retry:`` of a step.

    Attributes:
        attempts: the first one included; waits for a service that is down do not count.
        on: words of ``KINDS``.
        unsafe: also repeat what may have had its effect and is not idempotent.
        wait: seconds that may be spent waiting for a service that is down, throttled or out of
            quota, which costs no attempt.
    """

    attempts: int = 1
    backoff: float = 1.0
    max_backoff: float = 60.0
    on: tuple[str, ...] = ("retryable", "throttled", "unavailable", "timeout", "interrupted")
    unsafe: bool = False
    wait: float = 86400.0

    def allows(self, error: InterlockError, *, repeatable: bool) -> bool:
        if may_have_run(error) and not (repeatable or self.unsafe):
            return False
        return any(isinstance(error, KINDS[kind]) for kind in self.on)

    def delay(self, error: InterlockError, attempt: int, path: str) -> float:
        """Seconds before the attempt after ``attempt``; a Retry-After beats the back-off."""
        if error.retry_after is not None:
            return error.retry_after
        ceiling = min(self.max_backoff, self.backoff * 2 ** min(attempt - 1, 30))
        # Spread by path, not at random: a replay has to come to the same delays.
        return float(ceiling * (0.5 + crc32(f"{path}#{attempt}".encode()) / 2**33))


ONCE = Retry()
UNDOING = Retry(attempts=5)
"""For compensations: a run that turns back should get there."""


def pause_for(
    error: InterlockError, retry: Retry, *, repeatable: bool, waited: float, left: float
) -> float | None:
    """Seconds to wait for a service that said when it will be back; None not to wait."""
    pause = pause_until_available(error)
    if pause is None or (may_have_run(error) and not repeatable):
        return None
    return pause if waited + pause <= retry.wait and pause < left else None
