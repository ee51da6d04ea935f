"""One call of a tool on its way through the guard rails."""

from __future__ import annotations

from asyncio import Task
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Token
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from interlock.sdk import CallContext, RealWorld, World
from interlock.sdk.context import OnProgress
from interlock.telemetry import Span

if TYPE_CHECKING:
    from interlock.calls.states import State

Next = Callable[["Call"], Awaitable[Any]]
"""What a call goes on to."""

_REAL_WORLD = RealWorld()


class Origin(NamedTuple):
    """On whose behalf a tool is called.

    Attributes:
        run_id, step: the run and the path of its step.
        parent: W3C traceparent of what the call is part of.
        on_progress: hears how far it is.
        tried: tools that this call is the fallback of, the first one first.
    """

    run_id: str | None = None
    step: str | None = None
    parent: str | None = None
    on_progress: OnProgress | None = None
    tried: tuple[str, ...] = ()


NOBODY = Origin()


class Detour:
    """How a call has not gone straight through.

    Attributes:
        attempt: 1 for the first try; retries count it up.
        waited: seconds spent waiting for our own limits and back-offs.
        stood_in: whether its result is a fallback's.
        decisions: what the guard rails decided, oldest first.
    """

    __slots__ = ("attempt", "decisions", "stood_in", "waited")

    def __init__(self) -> None:
        self.attempt = 1
        self.waited = 0.0
        self.stood_in = False
        self.decisions: list[str] = []


class Call:
    """What a tool is asked, by whom and until when; implements ``interlock.sdk.CallContext``.

    It is made anew for each call, so it holds no more than most calls need: to make a large object
    between two requests takes longer than all guard rails of a small one.

    Attributes:
        deadline: absolute, on the world's monotonic clock.
        keywords: the arguments, checked, as the tool's method takes them; set by who calls.
        detoured: None for a call that has gone straight through so far.
        observer: who is told what happens to it.
        now: when it came to the guard rail where it is.
        began: when it came, by the world's monotonic clock.
        span: of the call.
        context_token: resets what ``current_call`` gives to the tool.
        permit: the breaker's state that the attempt under way entered in.
        attempt_began: when the attempt under way was let through to the service.
        limited_task: has the attempt under way, and is cancelled when its time is up.
    """

    __slots__ = (
        "arguments",
        "attempt_began",
        "began",
        "context_token",
        "deadline",
        "detoured",
        "idempotency_key",
        "keywords",
        "limited_task",
        "now",
        "observer",
        "origin",
        "permit",
        "span",
        "tool",
    )

    keywords: dict[str, Any]
    # Set by the gates that use them, when the call enters.
    now: float
    began: float
    span: Span
    context_token: Token[CallContext]
    permit: State
    attempt_began: float
    limited_task: Task[Any]

    def __init__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        deadline: float,
        idempotency_key: str,
        origin: Origin = NOBODY,
    ) -> None:
        self.tool = tool
        self.arguments = arguments
        self.deadline = deadline
        self.idempotency_key = idempotency_key
        self.origin = origin
        self.detoured: Detour | None = None
        self.observer: Observer | None = None

    def __repr__(self) -> str:
        """Without the arguments, which may hold secrets."""
        return f"call of {self.tool} ({self.idempotency_key})"

    @property
    def run_id(self) -> str | None:
        return self.origin.run_id

    @property
    def step(self) -> str | None:
        return self.origin.step

    @property
    def attempt(self) -> int:
        return 1 if self.detoured is None else self.detoured.attempt

    @property
    def stood_in(self) -> bool:
        return self.detoured is not None and self.detoured.stood_in

    @property
    def detour(self) -> Detour:
        """To write on; it begins when somebody asks for it."""
        if self.detoured is None:
            self.detoured = Detour()
        return self.detoured

    def remaining(self) -> float:
        world = _REAL_WORLD if self.observer is None else self.observer.world
        return max(0.0, self.deadline - world.monotonic())

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        if self.origin.on_progress is not None:
            self.origin.on_progress(done, total, message)

    async def admit(self, tier: str) -> None:
        if self.observer is not None:
            await self.observer.admit(self, tier)

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
        self.detour.decisions.append(decision)
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

    async def admit(self, call: Call, tier: str) -> None: ...

    def spent(self, call: Call, amounts: Mapping[str, float]) -> None: ...
