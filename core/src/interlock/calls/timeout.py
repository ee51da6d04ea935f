"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

from interlock.actors.deadlines import SWEEP_SECONDS, TimeLimits
from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.sdk import DeadlineExceeded, Retryable, World


class KeepDeadline(Gate):
    """Refuse a call without time left; the asker's mailbox ends one that runs out of it."""

    def __init__(self, seconds: float | None, world: World) -> None:
        self._seconds = seconds
        self._world = world

    def enter(self, call: Call) -> None:
        now = self._world.monotonic()
        if self._seconds is not None and now + self._seconds < call.deadline:
            call.deadline = now + self._seconds
        if call.deadline <= now:
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
        self._world = world
        self._limits = TimeLimits(world, min(SWEEP_SECONDS, seconds / 20))

    def enter(self, call: Call) -> None:
        call.attempt_until = until = self._world.monotonic() + self._seconds
        call.limited = self._limits.begin(min(call.deadline, until))

    def succeed(self, call: Call) -> None:
        self._limits.end(call.limited)

    def fail(self, call: Call, error: BaseException) -> BaseException:
        if not self._limits.end(call.limited, error):
            return error
        early = call.attempt_until - call.limited.until
        seconds = self._seconds - early
        call.decided("attempt-timeout", seconds=seconds)
        timed_out = Retryable(
            f"{call.tool}: no answer within {seconds:.3g} s",
            policy="attempt_timeout",
            # When the caller's deadline was nearer than the attempt's own bound, that says
            # nothing about the service.
            cut_short=early > 0.0,
        )
        timed_out.__cause__ = None
        return timed_out
