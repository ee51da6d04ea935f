"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.calls.call import Call, Next
from interlock.sdk import DeadlineExceeded, Retryable, World

_COARSE = 0.05


def keep_deadline(seconds: float | None, world: World, proceed: Next) -> Next:
    """Refuse a call without time left; the asker's mailbox ends one that runs out of it."""

    async def in_time(call: Call) -> Any:
        if seconds is not None:
            call.deadline = min(call.deadline, world.monotonic() + seconds)
        if call.remaining() <= 0.0:
            call.decided("deadline-refused")
            raise DeadlineExceeded(
                f"{call.tool}: no time is left", policy="deadline", key=call.tool
            )
        return await proceed(call)

    return in_time


def limit_attempt(seconds: float, world: World, proceed: Next) -> Next:
    """Cancel an attempt after ``seconds``, or when the deadline comes, if that is earlier.

    A cancel scope or a timer for each attempt costs as much as all other guard rails, so one
    coarse timer looks after all attempts at a tool, and ends them up to a twentieth late.
    """
    sweep = _Sweep(min(_COARSE, seconds / 20), world)

    async def limited(call: Call) -> Any:
        remaining = call.remaining()
        cut_short = remaining < seconds
        attempt = _Attempt(min(remaining, seconds), world.monotonic())
        sweep.watch(attempt)
        try:
            return await proceed(call)
        except asyncio.CancelledError:
            if not attempt.timed_out():
                raise
            call.decided("attempt-timeout", seconds=attempt.seconds)
            # When the caller's deadline was nearer than the attempt's own bound, that says
            # nothing about the service.
            raise Retryable(
                f"{call.tool}: no answer within {attempt.seconds:.3g} s",
                policy="attempt_timeout",
                cut_short=cut_short,
            ) from None
        finally:
            sweep.forget(attempt)

    return limited


class _Attempt:
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

    def timed_out(self) -> bool:
        """Whether the cancellation that arrived is ours alone, and is hereby taken back."""
        return self._ended and self._task.uncancel() == 0


class _Sweep:
    """One timer, running only while there is an attempt to look after."""

    __slots__ = ("_armed", "_attempts", "_interval", "_world")

    def __init__(self, interval: float, world: World) -> None:
        self._interval = interval
        self._world = world
        self._attempts: set[_Attempt] = set()
        self._armed = False

    def watch(self, attempt: _Attempt) -> None:
        self._attempts.add(attempt)
        if not self._armed:
            self._armed = True
            self._world.call_later(self._interval, self._look)

    def forget(self, attempt: _Attempt) -> None:
        self._attempts.discard(attempt)

    def _look(self) -> None:
        now = self._world.monotonic()
        for attempt in [each for each in self._attempts if each.until <= now]:
            self._attempts.discard(attempt)
            attempt.end()
        self._armed = bool(self._attempts)
        if self._armed:
            self._world.call_later(self._interval, self._look)
