"""The outermost guard rail: one span and one outcome record for each call, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.gates import Gates
from interlock.calls.outcome import SUCCESS, OnOutcome, Outcome, OutcomeRecord, classify
from interlock.calls.rate_limit import RateLimit
from interlock.sdk import World
from interlock.sdk.context import running_call
from interlock.telemetry import Buckets, Histogram, Telemetry, remote_span


class Observe(Gate):
    """Refusals, hits and fallbacks are seen like everything else.

    The call is its task's current one from here on: to guard rails as to the tool, what they log
    and whom they call belong to it.
    """

    def __init__(
        self,
        tool: str,
        gates: Gates,
        telemetry: Telemetry,
        world: World,
        rate_limit: RateLimit,
        on_outcome: OnOutcome | None,
    ) -> None:
        self.world = world
        self.standing = gates.standing
        self.admit = rate_limit.admit
        self._tool = tool
        self._gates = gates
        self._telemetry = telemetry
        self._on_outcome = on_outcome
        self._attributes = {"interlock.service": gates.service, "interlock.tool": tool}
        self._decisions = telemetry.counter(
            "interlock.policy.decisions", "What guard rails decided", ("tool", "decision")
        )
        self._used_up = telemetry.counter(
            "interlock.spent", "What calls have used up", ("tool", "unit")
        )
        self._durations = gates.durations[tool] = _ByOutcome(
            tool,
            telemetry.histogram(
                "interlock.call.duration",
                "Seconds of a call, all tries included",
                ("tool", "outcome"),
            ),
        )

    def enter(self, call: Call) -> None:
        call.began = call.now
        call.observer = self
        parent = call.origin.parent
        above = None if parent is None else remote_span(parent)
        call.span = self._telemetry.begin(self._tool, above, "client", self._attributes)
        call.context_token = running_call.set(call)

    def succeed(self, call: Call, result: Any) -> None:
        self._durations[SUCCESS].record(call.now - call.began)
        if call.detoured is not None:
            self._gates.count(call.detoured)
        if call.span.recording:
            _end_span(call, SUCCESS)
        running_call.reset(call.context_token)
        if self._on_outcome is not None:
            self._on_outcome(_record(call, SUCCESS, None))

    def fail(self, call: Call, error: BaseException) -> BaseException:
        outcome = classify(error)
        self._durations[outcome].record(call.now - call.began)
        self._gates.count(call.detour)
        if call.span.recording:
            call.span.fail(error)
            _end_span(call, outcome)
        running_call.reset(call.context_token)
        if self._on_outcome is not None:
            code = getattr(error, "code", type(error).__name__)
            self._on_outcome(_record(call, outcome, code))
        return error

    def decided(self, call: Call, decision: str, facts: Mapping[str, Any]) -> None:
        """Count it, and write it on the call's span."""
        self._decisions.add(1, call.tool, decision)
        if call.span.recording:
            call.span.event(decision, **facts)

    def spent(self, call: Call, amounts: Mapping[str, float]) -> None:
        """Add it to what the run and the day have used up."""
        self._gates.spending.add(call.run_id, amounts)
        for unit, amount in amounts.items():
            self._used_up.add(amount, self._tool, unit)
        if call.span.recording:
            call.span.event("spent", **amounts)


class _ByOutcome(dict[Outcome, Buckets]):
    """The durations of one tool; an outcome that never came is not exported."""

    def __init__(self, tool: str, durations: Histogram) -> None:
        self._tool = tool
        self._all = durations

    def __missing__(self, outcome: Outcome) -> Buckets:
        buckets = self[outcome] = self._all.of(self._tool, outcome)
        return buckets


def _record(call: Call, outcome: Outcome, code: str | None) -> OutcomeRecord:
    return OutcomeRecord(
        call.tool,
        outcome,
        code,
        call.now - call.began,
        call.detour.waited,
        call.detour.attempt,
        call.detour.decisions,
        call.run_id,
        call.step,
    )


def _end_span(call: Call, outcome: Outcome) -> None:
    span = call.span
    span.set("interlock.outcome", outcome.value)
    span.set("interlock.attempts", call.attempt)
    if call.run_id is not None:
        span.set("interlock.run", call.run_id)
        span.set("interlock.step", call.step or "")
    span.end()
