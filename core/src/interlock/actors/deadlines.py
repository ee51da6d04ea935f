"""Deadlines and limits without a timer for each: one coarse sweep over all who wait."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any

from interlock.actors.envelope import NO_DEADLINE, Envelope
from interlock.sdk import DeadlineExceeded, World
from interlock.sdk.world import Timer

SWEEP_SECONDS = 0.05


class Deadlines:
    """Fails asks whose time is up, at most ``SWEEP_SECONDS`` late.

    A timer or cancel scope for each ask would cost 25 to 60 % of the ask rate. The sweep looks
    at the waiting asks only when the earliest of them may be due.
    """

    __slots__ = ("_earliest", "_timer", "_waiting", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._waiting: set[Envelope] = set()
        self._earliest = NO_DEADLINE
        self._timer: Timer | None = None

    def watch(self, envelope: Envelope) -> None:
        self._waiting.add(envelope)
        if envelope.deadline < self._earliest:
            self._earliest = envelope.deadline
        if self._timer is None:
            self._timer = self._world.call_later(SWEEP_SECONDS, self._sweep)

    def forget(self, envelope: Envelope) -> None:
        self._waiting.discard(envelope)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sweep(self) -> None:
        self._timer = None
        if not self._waiting:
            self._earliest = NO_DEADLINE
            return
        now = self._world.monotonic()
        if self._earliest <= now:
            for envelope in [each for each in self._waiting if each.deadline <= now]:
                self._waiting.discard(envelope)
                envelope.target.expire(envelope)
            self._earliest = min((each.deadline for each in self._waiting), default=NO_DEADLINE)
        self._timer = self._world.call_later(SWEEP_SECONDS, self._sweep)


def too_late(envelope: Envelope, *, may_have_run: bool) -> DeadlineExceeded:
    where = "while it was handled" if may_have_run else "before it was handled"
    return DeadlineExceeded(
        f"the deadline of a message to {envelope.target.name} passed {where}",
        policy="deadline",
        key=envelope.target.name,
        may_have_run=may_have_run,
    )


class TimeLimit:
    """``with TimeLimit(world, seconds):`` cancels its body when time is up: TimeoutError.

    As ``asyncio.timeout``, on the world's clock; :meth:`expire` ends the body early.
    """

    __slots__ = ("_cancelling", "_expired", "_seconds", "_task", "_timer", "_world")

    def __init__(self, world: World, seconds: float) -> None:
        self._world = world
        self._seconds = seconds
        self._expired = False
        self._cancelling = 0
        self._timer: Timer | None = None
        self._task: asyncio.Task[object] | None = None

    def expire(self) -> None:
        if self._task is not None and not self._expired:
            self._expired = True
            self._task.cancel()

    def __enter__(self) -> TimeLimit:
        self._task = task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a time limit is entered by a task
        self._cancelling = task.cancelling()
        self._timer = self._world.call_later(self._seconds, self.expire)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        task, self._task = self._task, None
        assert task is not None  # noqa: S101 - set in __enter__
        assert self._timer is not None  # noqa: S101 - set in __enter__
        self._timer.cancel()
        # Somebody else may have cancelled the task too; then it stays cancelled.
        ours_alone = self._expired and task.uncancel() <= self._cancelling
        if ours_alone and kind is asyncio.CancelledError:
            raise TimeoutError(f"not done after {self._seconds:g} s") from None


class TimeLimits:
    """Limits of many tasks under one coarse timer, which ends them up to ``interval`` seconds late.

    For what begins thousands of times a second and hardly ever runs out. A task has one at a time.
    """

    __slots__ = ("_armed", "_interval", "_until", "_world")

    def __init__(self, world: World, interval: float = SWEEP_SECONDS) -> None:
        self._world = world
        self._interval = interval
        self._until: dict[asyncio.Task[Any], float] = {}
        self._armed = False

    def begin(self, until: float) -> asyncio.Task[Any]:
        """Cancel the current task at ``until`` unless :meth:`end` is called before."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called from a coroutine
        self._until[task] = until
        if not self._armed:
            self._arm()
        return task

    def end(self, task: asyncio.Task[Any], error: BaseException | None = None) -> bool:
        """Whether ``error`` is the cancellation by this limit, and nobody else's as well."""
        if self._until.pop(task, None) is not None:
            return False
        # Ours is taken back.
        return task.uncancel() == 0 and isinstance(error, asyncio.CancelledError)

    def _arm(self) -> None:
        self._armed = True
        self._world.call_later(self._interval, self._sweep)

    def _sweep(self) -> None:
        now = self._world.monotonic()
        for task in [task for task, until in self._until.items() if until <= now]:
            del self._until[task]
            task.cancel()
        self._armed = False
        if self._until:
            self._arm()
