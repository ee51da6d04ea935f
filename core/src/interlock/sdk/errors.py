"""Every error of Interlock, in one tree, chosen by what the receiver can do about it.

========================  ==========================================  ====================
class                     says                                        recovery
========================  ==========================================  ====================
Retryable                 the service failed, now                     try again, later
  Throttled               the service said: slower (HTTP 429)         wait ``retry_after``
Rejected                  the caller's fault                          change the call
  InvalidInput            arguments do not fit the schema             see ``path``
  NotFound                no such thing (or name)                     see ``nearest``
  Conflict                somebody else changed it                    read again, decide
NeedsAttention            credentials, quota, permission              a person acts
ServiceBug                the plugin broke its contract               report it
Refusal                   Interlock declined to make the call         see ``policy``
  CircuitOpen, RateLimited, Overloaded, DeadlineExceeded, ServiceUnavailable, BudgetSpent
Interrupted               the work was cut off                        see ``may_have_run``
  ActorStopped, ActorRestarted
========================  ==========================================  ====================

An error crosses every boundary (mailbox, journal, HTTP, MCP) as a *problem*, a JSON object
made by :meth:`InterlockError.to_problem` and read back by :func:`from_problem`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Self

_by_code: dict[str, type[InterlockError]] = {}


class InterlockError(Exception):
    """The root. ``code`` is stable and public; the message is for people.

    Args:
        message: one sentence; names the service, file or value at fault. Never a secret.
        hint: what to do next, as an instruction. May be empty.
        retry_after: seconds after which another try makes sense; None if unknown, as is taken
            what is not finite.
        details: JSON values that a program may want, e.g. ``path="$.city"``.
    """

    code: str = "error"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retry_after: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after = retry_after
        self.details = details

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "code" in cls.__dict__:
            _by_code[cls.code] = cls

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return from_problem, (self.to_problem(),)

    @property
    def retry_after(self) -> float | None:
        return self._retry_after

    @retry_after.setter
    def retry_after(self, seconds: float | None) -> None:
        # Some vendors' headers hold anything; a run must not sleep for ever because of one.
        self._retry_after = seconds if seconds is not None and isfinite(seconds) else None

    def with_details(self, **details: Any) -> Self:
        """Add details that are not set yet; the first to know a fact names it."""
        for key, value in details.items():
            self.details.setdefault(key, value)
        return self

    def to_problem(self) -> dict[str, Any]:
        """``{code, message}`` and, where known, ``hint``, ``retry_after``, ``details``."""
        problem: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.hint:
            problem["hint"] = self.hint
        if self.retry_after is not None:
            problem["retry_after"] = self.retry_after
        if self.details:
            problem["details"] = self.details
        return problem


def known_codes() -> frozenset[str]:
    """The codes of all errors that are defined where this process has looked."""
    return frozenset(_by_code)


def from_problem(problem: Mapping[str, Any]) -> InterlockError:
    """The error a problem was made from; one of an unknown code is a plain InterlockError."""
    code = problem.get("code", InterlockError.code)
    error = _by_code.get(code, InterlockError)(
        problem.get("message", "unknown error"),
        hint=problem.get("hint", ""),
        retry_after=problem.get("retry_after"),
    )
    # Not as arguments: they may have any names, `message` too.
    error.details.update(problem.get("details", {}))
    error.code = code
    return error


class ServiceError(InterlockError):
    """What a service's tool may raise; a plugin picks the subclass by recovery."""

    code = "service-error"


class Retryable(ServiceError):
    """The service failed for now.

    ``sent=False`` states that the request never left, so even a call with effects may be
    repeated.
    """

    code = "retryable"

    @property
    def sent(self) -> bool:
        """Whether the request may have reached the service."""
        return bool(self.details.get("sent", True))


class Throttled(Retryable):
    """The service asked for a slower pace; everyone on its key waits ``retry_after``."""

    code = "throttled"


class Rejected(ServiceError):
    """The call itself is at fault; the same call will fail again."""

    code = "rejected"


class InvalidInput(Rejected):
    """Arguments do not fit the tool's schema; ``path`` is a JSON path such as ``$.items[2].id``."""

    code = "invalid-input"

    @property
    def path(self) -> str:
        """Where in the arguments."""
        return str(self.details.get("path", "$"))


class NotFound(Rejected):
    """There is no such thing; ``nearest`` lists names that resemble the one asked for."""

    code = "not-found"

    @property
    def nearest(self) -> list[str]:
        """Names that resemble the one asked for, the nearest first."""
        return list(self.details.get("nearest", ()))


class Conflict(Rejected):
    """It exists already, or was changed since it was read."""

    code = "conflict"


class NeedsAttention(ServiceError):
    """A person has to act: credentials, permission, spent quota."""

    code = "needs-attention"


class ServiceBug(ServiceError):
    """The plugin broke its contract; every exception outside this tree counts as one."""

    code = "service-bug"


class Refusal(InterlockError):
    """Interlock declined; the service was not asked. Never counts against the service."""

    code = "refusal"

    @property
    def policy(self) -> str:
        """The guard rail that refused, e.g. ``rate``."""
        return str(self.details.get("policy", ""))

    @property
    def key(self) -> str:
        """Which of its budgets or breakers."""
        return str(self.details.get("key", ""))


class CircuitOpen(Refusal):
    """The breaker is open; ``retry_after`` is when it will let a probe through."""

    code = "circuit-open"


class RateLimited(Refusal):
    """Our own pace would make the call wait past its deadline."""

    code = "rate-limited"


class Overloaded(Refusal):
    """A bounded queue (mailbox, concurrency limit) is full."""

    code = "overloaded"


class DeadlineExceeded(Refusal):
    """No time was left; ``may_have_run`` tells whether the service was reached."""

    code = "deadline-exceeded"

    @property
    def may_have_run(self) -> bool:
        """Whether the service may have done what was asked."""
        return bool(self.details.get("may_have_run", False))


class ServiceUnavailable(Refusal):
    """The service's actor is parked, draining or not ready."""

    code = "service-unavailable"


class BudgetSpent(Refusal):
    """The operator's budget is used up; ``retry_after`` is when the next one begins, if ever."""

    code = "budget-spent"


class Interrupted(InterlockError):
    """Work was cut off before its outcome was known."""

    code = "interrupted"

    @property
    def may_have_run(self) -> bool:
        """Whether the service may have done what was asked."""
        return bool(self.details.get("may_have_run", False))


class ActorStopped(Interrupted):
    """The actor asked is gone."""

    code = "actor-stopped"


class ActorRestarted(Interrupted):
    """The actor crashed while this message was in flight."""

    code = "actor-restarted"
