"""The outermost guard rail: one span and one outcome record for each call, whatever happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.calls.call import Call, Next
from interlock.calls.outcome import OnOutcome, Outcome, OutcomeRecord, classify
from interlock.calls.spending import Spending
from interlock.sdk import World
from interlock.telemetry import Telemetry


def observe(
    tool: str,
    service: str,
    telemetry: Telemetry,
    world: World,
    spending: Spending,
    on_outcome: OnOutcome,
    proceed: Next,
) -> Next:
    """Refusals, hits and fallbacks are seen like everything else."""
    decisions = telemetry.counter(
        "interlock.policy.decisions", "What guard rails decided", ("tool", "decision")
    )
    durations = telemetry.histogram(
        "interlock.call.duration", "Seconds of a call, all tries included", ("tool", "outcome")
    )
    used_up = telemetry.counter("interlock.spent", "What calls have used up", ("tool", "unit"))
    attributes = {"interlock.service": service, "interlock.tool": tool}

    def spent(call: Call, amounts: Mapping[str, float]) -> None:
        spending.add(call.run_id, amounts)
        for unit, amount in amounts.items():
            used_up.add(amount, tool, unit)
        if call.span is not None and call.span.recording:
            call.span.event("spent", **amounts)

    async def observed(call: Call) -> Any:
        began = world.monotonic()
        error: BaseException | None = None
        with telemetry.span(tool, kind="client", parent=call.parent, attributes=attributes) as span:
            call.observed_by(span, decisions, world, spent)
            try:
                return await proceed(call)
            except BaseException as raised:
                error = raised
                raise
            finally:
                outcome = classify(error)
                seconds = world.monotonic() - began
                durations.record(seconds, tool, outcome)
                if span.recording:
                    _describe(call, outcome)
                on_outcome(_record(call, outcome, error, seconds))
                # A frame that holds its own exception would keep both alive until collected.
                del error

    return observed


def _describe(call: Call, outcome: Outcome) -> None:
    span = call.span
    if span is None:
        return
    span.set("interlock.outcome", outcome.value)
    span.set("interlock.attempts", call.attempt)
    if call.run_id is not None:
        span.set("interlock.run", call.run_id)
        span.set("interlock.step", call.step or "")


def _record(
    call: Call, outcome: Outcome, error: BaseException | None, seconds: float
) -> OutcomeRecord:
    return OutcomeRecord(
        tool=call.tool,
        outcome=outcome,
        error=None if error is None else getattr(error, "code", type(error).__name__),
        seconds=seconds,
        waited=call.waited,
        attempts=call.attempt,
        decisions=call.decisions,
        run_id=call.run_id,
        step=call.step,
    )
