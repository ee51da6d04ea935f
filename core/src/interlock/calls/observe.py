"""The outermost guard rail: one span and one outcome record for each call, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.outcome import SUCCESS, OnOutcome, Outcome, OutcomeRecord, classify
from interlock.calls.spending import Spending
from interlock.sdk import World
from interlock.telemetry import Span, Telemetry


class Observe(Gate):
    """Refusals, hits and fallbacks are seen like everything else."""

    def __init__(
        self,
        tool: str,
        service: str,
        telemetry: Telemetry,
        world: World,
        spending: Spending,
        standing: dict[Call, str],
        on_outcome: OnOutcome,
    ) -> None:
        self._tool = tool
        self._telemetry = telemetry
        self._world = world
        self._spending = spending
        self._standing = standing
        self._on_outcome = on_outcome
        self._attributes = {"interlock.service": service, "interlock.tool": tool}
        self._decisions = telemetry.counter(
            "interlock.policy.decisions", "What guard rails decided", ("tool", "decision")
        )
        self._durations = telemetry.histogram(
            "interlock.call.duration", "Seconds of a call, all tries included", ("tool", "outcome")
        )
        self._used_up = telemetry.counter(
            "interlock.spent", "What calls have used up", ("tool", "unit")
        )

    def enter(self, call: Call) -> None:
        call.began = self._world.monotonic()
        span = self._telemetry.span(
            self._tool, kind="client", parent=call.parent, attributes=self._attributes
        )
        call.observed_by(
            span.__enter__(), self._decisions, self._world, self._spent, self._standing
        )

    def leave(self, call: Call, error: BaseException | None) -> BaseException | None:
        outcome = SUCCESS if error is None else classify(error)
        seconds = self._world.monotonic() - call.began
        self._durations.record(seconds, self._tool, outcome)
        span = call.span
        if span is not None:
            if span.recording:
                _describe(span, call, outcome)
            span.__exit__(type(error) if error else None, error, None)
        code = None if error is None else getattr(error, "code", type(error).__name__)
        self._on_outcome(
            OutcomeRecord(
                call.tool,
                outcome,
                code,
                seconds,
                call.waited,
                call.attempt,
                call.decisions,
                call.run_id,
                call.step,
            )
        )
        return error

    def _spent(self, call: Call, amounts: Mapping[str, float]) -> None:
        self._spending.add(call.run_id, amounts)
        for unit, amount in amounts.items():
            self._used_up.add(amount, self._tool, unit)
        if call.span is not None and call.span.recording:
            call.span.event("spent", **amounts)


def _describe(span: Span, call: Call, outcome: Outcome) -> None:
    span.set("interlock.outcome", outcome.value)
    span.set("interlock.attempts", call.attempt)
    if call.run_id is not None:
        span.set("interlock.run", call.run_id)
        span.set("interlock.step", call.step or "")
