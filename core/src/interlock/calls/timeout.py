"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

import math
from typing import Any

from interlock.actors.deadlines import SWEEP_SECONDS, TimeLimits
from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import DeadlineExceeded, Retryable, World


class KeepDeadline(Gate):
    """Refuse a call without time left; the asker's mailbox ends one that runs out of it."""

    def __init__(self, seconds: float | None) -> None:
        self._seconds = math.inf if seconds is None else seconds

    def enter(self, call: Call) -> None:
        left = call.deadline - call.now
        if left > self._seconds:
            call.deadline = call.now + self._seconds
        elif left <= 0.0:
            call.decided("deadline-refused")
            raise DeadlineExceeded(
                f"{call.tool}: no time is left", policy="deadline", key=call.tool
            )


class LimitAttempt(Gate):
    """Cancel an attempt after ``seconds``, or when the deadline comes, if that is earlier.

    It may end up to a twentieth late: all attempts at a tool are looked after together.
    """

    def __init__(self, seconds: float, world: World) -> None:
        self._seconds = seconds
        self._limits = TimeLimits(world, min(SWEEP_SECONDS, seconds / 20))

    def enter(self, call: Call) -> None:
        call.attempt_began = call.now
        call.limited_task = self._limits.begin(min(call.now + self._seconds, call.deadline))

    def succeed(self, call: Call, result: Any) -> None:
        self._limits.end(call.limited_task)

    def fail(self, call: Call, error: BaseException) -> BaseException:
        task = call.limited_task
        del call.limited_task  # which has the error, which has the call
        if not self._limits.end(task, error):
            return error
        seconds = min(self._seconds, call.deadline - call.attempt_began)
        call.decided("attempt-timeout", seconds=seconds)
        timed_out = Retryable(
            f"{call.tool}: no answer within {seconds:.3g} s",
            policy="attempt_timeout",
            # When the caller's deadline was nearer than the attempt's own bound, that says
            # nothing about the service.
            cut_short=seconds < self._seconds,
        )
        timed_out.__cause__ = None
        return timed_out
