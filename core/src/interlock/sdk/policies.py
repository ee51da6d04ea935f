"""The guard rails of a call, as words: a plugin's defaults and the operator's wishes alike.

A field left at None says nothing; :meth:`Policies.under` lays the operator's words over the
plugin's. What the words do, and in which order, is ``interlock.calls``.
"""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from interlock.sdk.quantities import PerTime, Seconds


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CachePolicy(_Policy):
    """Results of cacheable tools, by arguments. Concurrent equal calls share one flight."""

    ttl: Seconds = Field(description="how long a result is fresh")
    stale_if_error: Seconds = Field(0.0, description="how long past that it serves a failed call")
    max_entries: int = Field(1000, ge=1)


class FallbackPolicy(_Policy):
    """What answers when the call has finally failed; for a caller's fault, only if listed."""

    tool: str | None = Field(None, description="another tool, called with the same arguments")
    service: str | None = Field(None, description="another service, whose tool of the same name is")
    value: Any = Field(None, description="a fixed result")
    cached: bool = Field(False, description="the last result for these arguments, however old")
    also: tuple[str, ...] = Field(
        (), description="codes of rejections after which another may do better, e.g. ai-refused"
    )


class RetryPolicy(_Policy):
    """Full-jitter back-off; a Retry-After beats it; only idempotent tools unless ``unsafe``."""

    attempts: int = Field(4, ge=1, description="the first try included")
    backoff: Seconds = 0.2
    max_backoff: Seconds = 30.0
    max_retry_after: Seconds = Field(60.0, description="a longer Retry-After fails the call")
    budget: float = Field(0.2, ge=0, le=1, description="retries as a share of attempts, at least 3")
    unsafe: bool = Field(False, description="also repeat calls with effects")


class BreakerPolicy(_Policy):
    """Opens on the share of failed or slow calls in a sliding window."""

    window: Seconds = 30.0
    failure_rate: float = Field(0.5, gt=0, le=1)
    slow_call: Seconds | None = Field(None, description="a slower success counts as a failure")
    minimum_calls: int = Field(10, ge=1)
    open_for: Seconds = 15.0
    probes: int = Field(1, ge=1, description="calls let through at once while half open")
    successes: int = Field(2, ge=1, description="probes that must succeed before it closes")


class RatePolicy(_Policy):
    """At most ``limit``; one budget for each value of ``key`` (an argument's name)."""

    limit: PerTime
    burst: int | None = Field(None, ge=1, description="calls at once after a pause; default: 1 s")
    key: str | None = Field(None, description="argument whose value has a budget of its own")
    tier: str | None = Field(None, description="tools that name the same tier share the budget")
    max_waiting: int = Field(1000, ge=0)


class BudgetPolicy(_Policy):
    """What the calls of a service may use up, of what its tools count (``CallContext.spent``).

    A call is refused once the limit is reached; those in flight by then may go beyond it.
    """

    limit: float = Field(ge=0, description="of the unit")
    unit: str = Field("usd", min_length=1, description="as the tools count: usd, tokens, ...")
    per: Literal["run", "day", "month"] = Field(
        description="a run counts with the runs it starts; days and months are those of UTC"
    )


class FaultPolicy(_Policy):
    """Faults injected below every other policy, to see the guard rails work."""

    error_rate: float = Field(0.0, ge=0, le=1)
    error: Literal["retryable", "throttled", "needs-attention", "service-bug"] = "retryable"
    latency: Seconds = 0.0
    latency_rate: float = Field(1.0, ge=0, le=1)


class Policies(_Policy):
    """All guard rails of a service or of one tool."""

    deadline: Seconds | None = Field(None, description="bounds a whole call, waits included")
    cache: CachePolicy | None = None
    fallback: FallbackPolicy | None = None
    retry: RetryPolicy | None = None
    breaker: BreakerPolicy | None = None
    concurrency: int | None = Field(None, ge=1, description="calls in the service at once")
    rate: tuple[RatePolicy, ...] | None = None
    budget: tuple[BudgetPolicy, ...] | None = None
    attempt_timeout: Seconds | None = Field(None, description="bounds one attempt")
    fault: FaultPolicy | None = None

    def under(self, wishes: Policies | None) -> Self:
        """These, with every field that ``wishes`` sets explicitly put over them."""
        if wishes is None:
            return self
        return self.model_copy(
            update={name: getattr(wishes, name) for name in wishes.model_fields_set}
        )
