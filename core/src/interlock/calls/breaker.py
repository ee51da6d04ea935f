"""The circuit breaker: purgatory's states behind a gate of ours.

purgatory keeps the state machine. The gate decides who may enter and what counts, because on its
own purgatory lets every waiting caller through when half open, counts cancellations as failures,
takes results of calls begun in an earlier state, reads the wall clock, opens on consecutive
failures only, and raises one shared exception whose traceback keeps every caller's data alive.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Any

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.outcome import SUCCESS, Outcome, classify
from interlock.calls.shared import Shared
from interlock.calls.states import CLOSED, HALF_OPENED, OPENED, Context, State
from interlock.sdk import BreakerPolicy, CircuitOpen, Retryable, World

_SLICES = 10
# As the field says.
_NAMES = {CLOSED: "closed", OPENED: "open", HALF_OPENED: "half-open"}
_HISTORY = 20


class Window:
    """Calls and failures of the last ``seconds``, in slices of a tenth."""

    __slots__ = ("_latest", "_slices", "_turn", "_width")

    def __init__(self, seconds: float) -> None:
        self._width = seconds / _SLICES
        self._latest: list[float] = []
        self.clear()

    def add(self, now: float, *, failed: bool) -> None:
        if now >= self._turn:
            self._begin(now)
        self._latest[1] += 1
        self._latest[2] += failed

    def sums(self, now: float) -> tuple[int, int]:
        """Calls and failures, without what is older than the window."""
        slices, oldest = self._slices, now - self._width * _SLICES
        while slices and slices[0][0] <= oldest:
            slices.popleft()
        return int(sum(each[1] for each in slices)), int(sum(each[2] for each in slices))

    def clear(self) -> None:
        self._slices = deque[list[float]](maxlen=_SLICES + 1)  # start, calls, failures
        self._turn = -math.inf

    def _begin(self, now: float) -> None:
        self._turn = now + self._width
        self._latest = [now, 0, 0]
        self._slices.append(self._latest)


class Breaker:
    """One for each service. :meth:`enter` before an attempt, :meth:`leave` after it.

    Attributes:
        closed: whether it lets everybody through; kept beside the state, as it is asked for
            with each call.
        standing: purgatory's state.
        window: counts what happens while it is closed.
        changes: how often the state has changed.
    """

    def __init__(self, name: str, policy: BreakerPolicy, world: World, shared: Shared) -> None:
        self.policy = policy
        self.history: deque[dict[str, Any]] = deque(maxlen=_HISTORY)
        self.closed = True
        self.changes = 0
        self._name = name
        self._world = world
        # A threshold of one: whether a failure trips it is decided by our window.
        self._context = Context(name, threshold=1, ttl=policy.open_for)
        self.standing: State = self._context._state
        self.window = Window(policy.window)
        self._blocked_until = 0.0
        self._probes = 0
        self._successes = 0
        self._shared = shared
        self._signal = f"breaker:{name}:{policy.model_dump_json()}"
        shared.listen(self._signal, self._tripped_elsewhere)

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``."""
        return _NAMES[self._context.state]

    def look(self) -> None:
        """Raises CircuitOpen, a new one each time, if an attempt would be refused now."""
        if self.closed:
            return
        left = self._blocked_until - self._world.monotonic()
        if self._context.state == OPENED and left > 0:
            raise self._open(left)
        if self._context.state == HALF_OPENED and self._probes >= self.policy.probes:
            raise self._open(self.policy.open_for)

    def enter(self) -> State:
        """Take a permit; give it back with :meth:`leave`.

        Raises:
            CircuitOpen: as :meth:`look`.
        """
        if self.closed:
            return self.standing
        self.look()
        if self._context.state == OPENED:
            # The pause is over by our clock; purgatory's own is told so.
            self._context._state.opened_at = 0.0
            self._context.handle_new_request()
            self._probes = self._successes = 0
            self._changed()
        if self._context.state == HALF_OPENED:
            self._probes += 1
        return self.standing

    def leave(self, entered: State, outcome: Outcome, seconds: float) -> None:
        """Count an attempt that entered in the state ``entered``."""
        if self.standing is not entered:
            return  # begun in an earlier state, it says nothing about this one, nor is it its probe
        if entered.name == HALF_OPENED:
            self._probes -= 1
        if outcome in (Outcome.NEUTRAL, Outcome.THROTTLED):
            return
        slow = self.policy.slow_call is not None and seconds > self.policy.slow_call
        failed = outcome is Outcome.FAILURE or slow
        if entered.name == HALF_OPENED:
            self._probed(failed=failed)
        else:
            self._counted(failed=failed)

    def explain(self, error: BaseException) -> None:
        """Say in a failure of the service that it is left alone now, and for how many seconds.

        Whoever can wait for the service need not take it for the end of his attempts.
        """
        if isinstance(error, Retryable) and self._context.state == OPENED:
            left = self._blocked_until - self._world.monotonic()
            error.with_details(breaker_opened=round(max(0.0, left), 3))

    def reset(self) -> None:
        """Close it and forget the failures; calls under way do not count any more."""
        if self._context.state == OPENED:
            # purgatory leads from open to closed only by way of half open.
            self._context._state.opened_at = 0.0
            self._context.handle_new_request()
        if self._context.state == HALF_OPENED:
            self._context.handle_end_request()
        self._blocked_until = 0.0
        self._probes = self._successes = 0
        self.window.clear()
        self._tell(0.0)
        self._changed()

    def health(self) -> dict[str, Any]:
        now = self._world.monotonic()
        calls, failures = self.window.sums(now)
        return {
            "state": self.state,
            "retry_after": max(0.0, self._blocked_until - now) if self.state == "open" else None,
            "calls": calls,
            "failures": failures,
            "history": list(self.history),
        }

    def _counted(self, *, failed: bool) -> None:
        now = self._world.monotonic()
        self.window.add(now, failed=failed)
        if not failed:
            return
        calls, failures = self.window.sums(now)
        if calls >= self.policy.minimum_calls and failures >= self.policy.failure_rate * calls:
            self._trip()

    def _probed(self, *, failed: bool) -> None:
        if failed:
            self._trip()
            return
        self._successes += 1
        if self._successes >= self.policy.successes:
            self._context.handle_end_request()
            self.window.clear()
            self._changed()

    def _trip(self) -> None:
        self._open_for(self.policy.open_for)
        self._tell(self.policy.open_for)

    def _tripped_elsewhere(self, seconds: float) -> None:
        """Another daemon's breaker opened; when half open, our own probes know better."""
        if self._context.state == CLOSED:
            self._open_for(seconds)

    def _open_for(self, seconds: float) -> None:
        self._blocked_until = self._world.monotonic() + seconds
        self._context.handle_exception(RuntimeError("tripped"))
        self._changed()

    def _tell(self, seconds: float) -> None:
        if "breaker" in self._shared.kept:
            self._shared.tell(self._signal, seconds)

    def _changed(self) -> None:
        # purgatory keeps a message for each change until somebody fetches it.
        self._context.messages.clear()
        self.standing = self._context._state
        self.closed = self._context.state == CLOSED
        self.changes += 1
        self.history.append({"time": self._world.time(), "state": self.state})

    def _open(self, retry_after: float) -> CircuitOpen:
        return CircuitOpen(
            f"{self._name}: the circuit breaker is {self.state}",
            hint="the service failed too often; it is asked again after a pause",
            retry_after=retry_after,
            policy="breaker",
            key=self._name,
        )


class Look(Gate):
    """Refuse before anything is spent on the call."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker

    def enter(self, call: Call) -> None:
        if not self._breaker.closed:
            _asking(call, self._breaker.look)


class Permit(Gate):
    """Let an attempt through if the state still allows it, and count what became of it."""

    def __init__(self, breaker: Breaker) -> None:
        self._breaker = breaker
        self._slowness_counts = breaker.policy.slow_call is not None

    def enter(self, call: Call) -> None:
        breaker = self._breaker
        call.permit = breaker.standing if breaker.closed else self._ask(call)
        call.attempt_began = call.now

    def succeed(self, call: Call, result: Any) -> None:
        breaker = self._breaker
        if self._slowness_counts or not breaker.closed:
            self._leave(call, SUCCESS)
        elif call.permit is breaker.standing:
            breaker.window.add(call.now, failed=False)

    def fail(self, call: Call, error: BaseException) -> BaseException:
        self._leave(call, classify(error))
        if not self._breaker.closed:
            self._breaker.explain(error)
        return error

    def _ask(self, call: Call) -> State:
        breaker, before = self._breaker, self._breaker.changes
        state: State = _asking(call, breaker.enter)
        if breaker.changes != before:
            call.decided(f"breaker-{breaker.state}")
        return state

    def _leave(self, call: Call, outcome: Outcome) -> None:
        breaker, before = self._breaker, self._breaker.changes
        breaker.leave(call.permit, outcome, call.now - call.attempt_began)
        if breaker.changes != before:
            call.decided(f"breaker-{breaker.state}")


def _asking(call: Call, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except CircuitOpen as refusal:
        call.decided("breaker-refused", retry_after=refusal.retry_after or 0.0)
        raise
