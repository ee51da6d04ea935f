"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

from asyncio import CancelledError, current_task

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
        self._under_way: set[TimedAttempt] = set()
        self._interval = min(_COARSE, seconds / 20)
        self._armed = False

    def enter(self, call: Call) -> None:
        call.timed = TimedAttempt(call.deadline, self._seconds, self._world.monotonic())
        self._under_way.add(call.timed)
        if not self._armed:
            self._arm()

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        attempt = call.timed
        self._under_way.discard(attempt)
        if not attempt.ended or not attempt.alone() or not isinstance(error, CancelledError):
            return error
        seconds = min(self._seconds, attempt.seconds)
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

    def _arm(self) -> None:
        self._armed = True
        self._world.call_later(self._interval, self._sweep)

    def _sweep(self) -> None:
        now = self._world.monotonic()
        for attempt in [each for each in self._under_way if each.until <= now]:
            self._under_way.discard(attempt)
            attempt.end()
        self._armed = False
        if self._under_way:
            self._arm()


class TimedAttempt:
    """The task that made it, and until when it may go on."""

    __slots__ = ("_task", "ended", "seconds", "until")

    def __init__(self, deadline: float, seconds: float, now: float) -> None:
        task = current_task()
        assert task is not None  # noqa: S101 - called from a coroutine
        self.until = min(now + seconds, deadline)
        self.seconds = self.until - now
        self.ended = False
        self._task = task

    def end(self) -> None:
        self.ended = True
        self._task.cancel()

    def alone(self) -> bool:
        """Whether nobody else has cancelled the task; takes our own cancellation back."""
        return self._task.uncancel() == 0
