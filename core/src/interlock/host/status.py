"""How a service does, told by whoever brings it up and read by calls and status pages."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any

from interlock.sdk import InterlockError, NeedsAttention, Rejected, ServiceUnavailable, World


class ServiceState(StrEnum):
    STARTING = "starting"
    """``start()`` is under way."""
    CHECKING = "checking"
    """``start()`` is over, and ``check()`` under way."""
    READY = "ready"
    WAITING = "waiting"
    NEEDS_ATTENTION = "needs-attention"
    FAILED = "failed"
    STOPPED = "stopped"


_COMING_UP = (ServiceState.STARTING, ServiceState.CHECKING)
# Tries are mostly over sooner, one way or the other.
_TRY_SECONDS = 1.0


class ServiceStatus:
    """Survives restarts of the service's actor; its ``state`` is the last thing known."""

    def __init__(self, service: str, world: World) -> None:
        self.service = service
        self.state = ServiceState.STARTING
        self.error: InterlockError | None = None
        self.retry_at: float | None = None
        """When the next try is due, on the monotonic clock."""
        self._world = world
        self._since = world.monotonic()
        self._changed = asyncio.Event()

    def enter(
        self,
        state: ServiceState,
        error: InterlockError | None = None,
        retry_at: float | None = None,
    ) -> None:
        self.state, self.error, self.retry_at = state, error, retry_at
        self._since = self._world.monotonic()
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def coming_up(self) -> bool:
        """Whether its first try to start is under way; a later one is not worth waiting for."""
        return self.state in _COMING_UP and self.error is None

    @property
    def _tried_again(self) -> bool:
        return self.state in _COMING_UP and self.error is not None

    async def settled(self) -> None:
        """Wait for the outcome of the first try to start."""
        while self.coming_up:
            await self._changed.wait()

    @property
    def reason(self) -> str:
        """Why it takes no calls; empty if it does."""
        if self.error is not None:
            return self.error.message
        if not self.coming_up:
            return ""
        step = "start()" if self.state is ServiceState.STARTING else "check()"
        return f"{step} has taken {self._world.monotonic() - self._since:.1f} s so far"

    def unavailable(self) -> InterlockError:
        """Why the service takes no calls, as a fresh error for a caller.

        NeedsAttention if a person has to act, ServiceUnavailable otherwise.
        """
        reason = self.error.message if self.error else ""
        state = "being started" if self.coming_up else self.state
        state = "being tried again" if self._tried_again else state
        message = f"{self.service} is {state}" + (f": {reason}" if reason else "")
        hint = self.error.hint if self.error else ""
        if isinstance(self.error, NeedsAttention | Rejected):
            return NeedsAttention(message, hint=hint, retry_after=self.retry_after)
        return ServiceUnavailable(
            message, hint=hint, retry_after=self.retry_after, policy="lifecycle", key=self.service
        )

    @property
    def retry_after(self) -> float | None:
        """Seconds until the next try, or until the one under way should be over."""
        if self.retry_at is None:
            return _TRY_SECONDS if self.state in _COMING_UP else None
        return max(0.0, self.retry_at - self._world.monotonic())

    def to_dict(self) -> dict[str, Any]:
        return {
            "state": self.state.value,
            "reason": self.reason,
            "hint": self.error.hint if self.error else "",
            "retry_after": self.retry_after,
        }
