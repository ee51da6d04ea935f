"""One call of a tool on its way through the guard rails."""

from __future__ import annotations

from asyncio import Task
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import TYPE_CHECKING, Any, Protocol

from interlock.sdk import CallContext, RealWorld, World
from interlock.sdk.context import OnProgress
from interlock.telemetry import Span

if TYPE_CHECKING:
    from interlock.calls.states import State

Next = Callable[["Call"], Awaitable[Any]]
"""What a call goes on to."""

Admission = Callable[["Call", str], Awaitable[None]]
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
        now: when it came to the guard rail where it is.
        observer: who is told what happens to it.
        span: of the call.
        attempt_began: when the attempt under way was let through to the service.
        permit: the breaker's state that the attempt under way entered in.
        attempt_until: when it will have taken too long, were there no deadline before.
        limited_task: has the attempt under way, and is cancelled when its time is up.
        context_token: resets what ``current_call`` gives to the tool.
    """

    __slots__ = (
        "_admission",
        "arguments",
        "attempt",
        "attempt_began",
        "attempt_until",
        "began",
        "context_token",
        "deadline",
        "decisions",
        "idempotency_key",
        "keywords",
        "limited_task",
        "now",
        "observer",
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
    began: float
    now: float
    span: Span
    attempt_began: float
    attempt_until: float
    permit: State
    limited_task: Task[Any]
    context_token: Token[CallContext]

    def __init__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        deadline: float,
        idempotency_key: str,
        *,
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
        self.on_progress = on_progress
        self.observer: Observer | None = None
        self._admission: Admission | None = None

    def __repr__(self) -> str:
        """Without the arguments, which may hold secrets."""
        return f"call of {self.tool} ({self.idempotency_key})"

    def remaining(self) -> float:
        world = _REAL_WORLD if self.observer is None else self.observer.world
        return max(0.0, self.deadline - world.monotonic())

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
        if self.observer is not None:
            self.observer.spent(self, amounts)

    @contextmanager
    def standing(self, why: str) -> Iterator[None]:
        """For as long as it waits at a guard rail: what for, for whoever asks."""
        if self.observer is None:
            yield
            return
        standing = self.observer.standing
        standing[self] = why
        try:
            yield
        finally:
            del standing[self]

    def decided(self, decision: str, **facts: Any) -> None:
        """A guard rail did something other than let the call through."""
        self.decisions.append(decision)
        if self.observer is not None:
            self.observer.decided(self, decision, facts)


class Observer(Protocol):
    """Who is told what happens to a call; its clock is the call's.

    Attributes:
        standing: calls that wait at a guard rail, and what for.
    """

    @property
    def world(self) -> World: ...

    @property
    def standing(self) -> dict[Call, str]: ...

    def decided(self, call: Call, decision: str, facts: Mapping[str, Any]) -> None: ...

    def spent(self, call: Call, amounts: Mapping[str, float]) -> None: ...
