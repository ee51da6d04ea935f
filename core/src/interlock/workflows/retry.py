"""Whether and when a failed attempt is followed by another one."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

from interlock.sdk.errors import (
    BudgetSpent,
    CircuitOpen,
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    NeedsAttention,
    Overloaded,
    RateLimited,
    Retryable,
    ServiceBug,
    ServiceUnavailable,
    Throttled,
)
from interlock.workflows.errors import may_have_run

KINDS: dict[str, tuple[type[InterlockError], ...]] = {
    "retryable": (Retryable,),
    "throttled": (Throttled, RateLimited, Overloaded),
    "unavailable": (ServiceUnavailable, CircuitOpen),
    "timeout": (DeadlineExceeded,),
    "interrupted": (Interrupted,),
    "bug": (ServiceBug,),
    "any": (InterlockError,),
}
_WAITED_FOR = (
    ServiceUnavailable | CircuitOpen | Throttled | RateLimited | BudgetSpent | NeedsAttention
)
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 300.0


@dataclass(frozen=True, slots=True)
class Retry:
    """``retry:`` of a step.

    Attributes:
        attempts: the first one included; waits for a service that is down do not count.
        on: words of ``KINDS``.
        unsafe: also repeat what may have had its effect and is not idempotent.
        wait: seconds that may be spent waiting for a service that is down, throttled or out of
            quota, which costs no attempt. A step with a fallback does not wait unless told so.
    """

    attempts: int = 1
    backoff: float = 1.0
    max_backoff: float = 60.0
    on: tuple[str, ...] = ("retryable", "throttled", "unavailable", "timeout", "interrupted")
    unsafe: bool = False
    wait: float = 7 * 86400.0

    def delay(
        self, error: InterlockError, attempt: int, path: str, *, repeatable: bool
    ) -> float | None:
        """Seconds before the attempt after this one; None if there is to be none.

        A Retry-After beats the back-off.
        """
        if attempt >= self.attempts or not self._allows(error, repeatable=repeatable):
            return None
        if error.retry_after is not None:
            return error.retry_after
        ceiling = min(self.max_backoff, self.backoff * 2 ** min(attempt - 1, 30))
        # Spread by path, not at random: a replay has to come to the same delays.
        return float(ceiling * (0.5 + crc32(f"{path}#{attempt}".encode()) / 2**33))

    def wait_for(self, error: InterlockError, waits: int, *, repeatable: bool) -> float | None:
        """Seconds until a service that is down, busy or out of quota is worth another try.

        None if the error does not say that waiting would help.

        Args:
            waits: how often it was waited for already.
        """
        if may_have_run(error) and not repeatable:
            return None
        if isinstance(error, ServiceUnavailable) and error.retry_after is None:
            return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(waits, 30)))
        if isinstance(error, _WAITED_FOR) and error.retry_after is not None:
            return error.retry_after
        # The attempt that opened the breaker is in no other position than those refused by it.
        left_alone: float | None = error.details.get("breaker_opened")
        return left_alone

    def _allows(self, error: InterlockError, *, repeatable: bool) -> bool:
        if may_have_run(error) and not (repeatable or self.unsafe):
            return False
        return any(isinstance(error, KINDS[kind]) for kind in self.on)


ONCE = Retry()
UNTOLD = Retry(attempts=10)
"""For calls of which the template says nothing: some minutes, in which a service comes back or
its breaker opens, so that the run waits for it."""
UNDOING = Retry(attempts=10, on=(*ONCE.on, "bug"))
"""For compensations: a run that turns back should get there, even over somebody's bug."""
