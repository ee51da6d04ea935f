"""The two bounds in time: of the whole call, and of one attempt."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.calls.call import Call, Next
from interlock.sdk import DeadlineExceeded, Retryable, World


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

    A timer and a cancellation by hand: a cancel scope costs as much as all other guard rails.
    """

    async def limited(call: Call) -> Any:
        remaining = call.remaining()
        cut_short = remaining < seconds
        timer = _Timer(min(remaining, seconds), world)
        try:
            return await proceed(call)
        except asyncio.CancelledError:
            if not timer.took_over():
                raise
            call.decided("attempt-timeout", seconds=timer.seconds)
            # When the caller's deadline was nearer than the attempt's own bound, that says
            # nothing about the service.
            raise Retryable(
                f"{call.tool}: no answer within {timer.seconds:.3g} s",
                policy="attempt_timeout",
                cut_short=cut_short,
            ) from None
        finally:
            timer.stop()

    return limited


class _Timer:
    """Cancels the task that made it, once, unless it is stopped before."""

    __slots__ = ("_fired", "_handle", "_task", "seconds")

    def __init__(self, seconds: float, world: World) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - called from a coroutine
        self.seconds = seconds
        self._task = task
        self._fired = False
        self._handle = world.call_later(seconds, self._fire)

    def _fire(self) -> None:
        self._fired = True
        self._task.cancel()

    def took_over(self) -> bool:
        """Whether the cancellation that arrived is ours alone, and is hereby taken back."""
        return self._fired and self._task.uncancel() == 0

    def stop(self) -> None:
        self._handle.cancel()
