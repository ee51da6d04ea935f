"""What a run waits for at this moment, also for what is too short to be recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from interlock.journal import RunRecord
from interlock.workflows import Engine, StepRecord, step_of

Held = Mapping[tuple[str, str], str]
"""What calls wait for at their guard rails, by run and step; see :meth:`Services.standing`."""


class Standing(Protocol):
    """What is asked of the runtime."""

    engine: Engine


def as_it_stands(runtime: Standing, record: RunRecord, held: Held) -> dict[str, Any]:
    """A run whose ``waiting`` tells of a wait in memory as well."""
    told = record.to_dict()
    if record.finished is None and told["waiting"] is None:
        told["waiting"] = runtime.engine.waits(record.id) or _first(record.id, held)
    return told


def steps_as_they_stand(
    run_id: str, steps: Sequence[StepRecord], held: Held
) -> list[dict[str, Any]]:
    """Steps of which those that a guard rail holds up say so."""
    reasons = {step_of(path): why for (run, path), why in held.items() if run == run_id}
    return [
        {**step.to_dict(), "waiting": {"reason": reasons[step.path], "until": None}}
        if step.finished is None and step.path in reasons
        else step.to_dict()
        for step in steps
    ]


def _first(run_id: str, held: Held) -> dict[str, Any] | None:
    mine = ((path, why) for (run, path), why in held.items() if run == run_id)
    return next(({"reason": why, "until": None, "step": path} for path, why in mine), None)
