"""One call of a tool on its way through the guard rails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import TYPE_CHECKING, Any

from interlock.sdk import CallContext, RealWorld, World
from interlock.sdk.context import OnProgress
from interlock.telemetry import Counter, Span

if TYPE_CHECKING:
    from interlock.actors.deadlines import Limited
    from interlock.calls.states import State

Next = Callable[["Call"], Awaitable[Any]]
"""What a call goes on to."""

Admission = Callable[["Call", str], Awaitable[None]]
OnSpent = Callable[["Call", Mapping[str, float]], None]
_REAL_WORLD = RealWorld()


class Call:
    """What a tool is asked, by whom and until when; implements ``interlock.sdk.CallContext``.

    Attributes:
        deadline: absolute, on the world's monotonic clock.
        keywords: the arguments, checked, as the tool's method takes them; set by who calls.
        attempt: 1 for the first try; retries count it up.
        decisions: what the guard rails decided, oldest first.
        waited: seconds spent waiting for our own limits and back-offs.
        tried: tools that this call is the fallback of, the first one first.
        began: when it came, by the world's monotonic clock.
        attempt_began: when the attempt under way was let through to the service.
        permit: the breaker's state that the attempt under way entered in.
        limited: bounds the attempt under way.
        context_token: resets what ``current_call`` gives to the tool.
    """

    __slots__ = (
        "_admission",
        "_counter",
        "_on_spent",
        "_standing",
        "_world",
        "arguments",
        "attempt",
        "attempt_began",
        "began",
        "context_token",
        "deadline",
        "decisions",
        "idempotency_key",
        "keywords",
        "limited",
        "on_progress",
        "parent",
        "permit",
        "run_id",
        "span",
        "step",
        "tool",
        "tried",
        "waited",
    )

    keywords: dict[str, Any]
    # Set by the gates that use them, when the call enters.
    permit: State
    limited: Limited
    context_token: Token[CallContext]

    def __init__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        deadline: float,
        idempotency_key: str,
        run_id: str | None = None,
        step: str | None = None,
        parent: str | None = None,
        on_progress: OnProgress | None = None,
        tried: tuple[str, ...] = (),
    ) -> None:
        self.tool = tool
        self.arguments = arguments
        self.deadline = deadline
        self.idempotency_key = idempotency_key
        self.run_id = run_id
        self.step = step
        self.parent = parent
        self.tried = tried
        self.attempt = 1
        self.decisions: list[str] = []
        self.waited = 0.0
        self.began = self.attempt_began = 0.0
        self.span: Span | None = None
        self._counter: Counter | None = None
        self._world: World = _REAL_WORLD
        self.on_progress = on_progress
        self._on_spent: OnSpent | None = None
        self._admission: Admission | None = None
        self._standing: dict[Call, str] | None = None

    def __repr__(self) -> str:
        """Without the arguments, which may hold secrets."""
        return f"call of {self.tool} ({self.idempotency_key})"

    def remaining(self) -> float:
        return max(0.0, self.deadline - self._world.monotonic())

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        if self.on_progress is not None:
            self.on_progress(done, total, message)

    async def admit(self, tier: str) -> None:
        if self._admission is not None:
            await self._admission(self, tier)

    def admitted_by(self, admission: Admission) -> None:
        """Who keeps the rate budgets that the call may ask for on its way."""
        self._admission = admission

    def spent(self, **amounts: float) -> None:
        if self._on_spent is not None:
            self._on_spent(self, amounts)

    def observed_by(
        self,
        span: Span,
        counter: Counter,
        world: World,
        on_spent: OnSpent | None = None,
        standing: dict[Call, str] | None = None,
    ) -> None:
        """Where decisions, costs and waits are told, besides the record, and whose clock counts."""
        self.span = span
        self._standing = standing
        self._on_spent = on_spent
        self._world = world
        self._counter = counter

    @contextmanager
    def standing(self, why: str) -> Iterator[None]:
        """For as long as it waits at a guard rail: what for, for whoever asks."""
        if self._standing is None:
            yield
            return
        self._standing[self] = why
        try:
            yield
        finally:
            del self._standing[self]

    def decided(self, decision: str, **facts: Any) -> None:
        """A guard rail did something other than let the call through."""
        self.decisions.append(decision)
        if self._counter is not None:
            self._counter.add(1, self.tool, decision)
        if self.span is not None and self.span.recording:
            self.span.event(decision, **facts)
