"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

import asyncio

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import DeadlineExceeded, Retryable, World

_COARSE = 0.05


class KeepDeadline(Gate):
    """Refuse a call without time left; the asker's mailbox ends one that runs out of it."""

    def __init__(self, seconds: float | None, world: World) -> None:
        self._seconds = seconds
        self._world = world

    def enter(self, call: Call) -> None:
        now = self._world.monotonic()
        if self._seconds is not None:
            call.deadline = min(call.deadline, now + self._seconds)
        if call.deadline <= now:
            call.decided("deadline-refused")
            raise DeadlineExceeded(
                f"{call.tool}: no time is left", policy="deadline", key=call.tool
            )


class LimitAttempt(Gate):
    """Cancel an attempt after ``seconds``, or when the deadline comes, if that is earlier.

    A cancel scope or a timer for each attempt costs as much as all other guard rails, so one
    coarse timer looks after all attempts at a tool, and ends them up to a twentieth late.
    """

    def __init__(self, seconds: float, world: World) -> None:
        self._seconds = seconds
        self._world = world
        self._sweep = _Sweep(min(_COARSE, seconds / 20), world)

    def enter(self, call: Call) -> None:
        now = self._world.monotonic()
        call.time_limit = TimeLimit(min(call.deadline - now, self._seconds), now)
        self._sweep.watch(call.time_limit)

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        limit = call.time_limit
        self._sweep.forget(limit)
        if not limit.ran_out() or not isinstance(error, asyncio.CancelledError):
            return error
        call.decided("attempt-timeout", seconds=limit.seconds)
        timed_out = Retryable(
            f"{call.tool}: no answer within {limit.seconds:.3g} s",
            policy="attempt_timeout",
            # When the caller's deadline was nearer than the attempt's own bound, that says
            # nothing about the service.
            cut_short=limit.seconds < self._seconds,
        )
        timed_out.__cause__ = None
        return timed_out


class TimeLimit:
    """The task that made it, and until when it may go on."""

    __slots__ = ("_ended", "_task", "seconds", "until")

    def __init__(self, seconds: float, now: float) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called from a coroutine
        self.seconds = seconds
        self.until = now + seconds
        self._task = task
        self._ended = False

    def end(self) -> None:
        self._ended = True
        self._task.cancel()

    def ran_out(self) -> bool:
        """Whether it cancelled its task, which is hereby taken back, and nobody else did."""
        return self._ended and self._task.uncancel() == 0


class _Sweep:
    """One timer, running only while there is an attempt to look after."""

    __slots__ = ("_armed", "_interval", "_limits", "_world")

    def __init__(self, interval: float, world: World) -> None:
        self._interval = interval
        self._world = world
        self._limits: set[TimeLimit] = set()
        self._armed = False

    def watch(self, limit: TimeLimit) -> None:
        self._limits.add(limit)
        if not self._armed:
            self._armed = True
            self._world.call_later(self._interval, self._look)

    def forget(self, limit: TimeLimit) -> None:
        self._limits.discard(limit)

    def _look(self) -> None:
        now = self._world.monotonic()
        for limit in [each for each in self._limits if each.until <= now]:
            self._limits.discard(limit)
            limit.end()
        self._armed = bool(self._limits)
        if self._armed:
            self._world.call_later(self._interval, self._look)
