"""What a finished run has to do again, and what a fork takes over: questions about its record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

from interlock.journal import RunRecord, StepRow
from interlock.sdk.errors import Conflict, NotFound
from interlock.workflows.paths import base_of, is_clock, is_undo

REDOABLE = ("failed", "cancelled", "compensated", "compensation_failed")
"""How a run ended that may be tried again."""


def check_redoable(run: RunRecord) -> None:
    """Raises Conflict: a run did not fail, or is not over."""
    if run.status not in REDOABLE:
        raise Conflict(f"run {run.id} is {run.status}", hint="only a failed run is tried again")


def to_redo(run_id: str, rows: Sequence[StepRow], problem: Mapping[str, Any] | None) -> set[str]:
    """Paths of what is to be forgotten so that a run goes on from the step that failed.

    What was undone has to be done again, and with it everything that came after; without that,
    only the failed step and what failed after it are forgotten. A call that was in flight when
    the run was cut off stays on record: it is in doubt, not undone.
    """
    failed = _failed_step(run_id, (problem or {}).get("details", {}))
    undone = {base_of(row.path) for row in rows if is_undo(row.path)}
    since = first_position(rows, undone)
    failures = first_position([row for row in rows if row.status == "failed"], {failed})
    return {row.path for row in rows if _again(row, failed, undone, since, failures)}


def _failed_step(run_id: str, details: Mapping[str, Any]) -> str:
    """The step of this run; the details may be those of a run that it started."""
    child = str(details.get("run", "")).removeprefix(f"{run_id}:")
    if child and child != details["run"]:
        return base_of(child.partition(":")[0])
    return base_of(str(details.get("step", "")))


def _again(row: StepRow, failed: str, undone: set[str], since: float, failures: float) -> bool:
    base = base_of(row.path)
    if is_undo(row.path) or base in undone or base == failed:
        return True
    if row.status == "waiting" or is_clock(row.path):
        return True
    return row.position >= (failures if row.status == "failed" else since)


def taken_over(run_id: str, rows: Iterable[StepRow], step: str | None) -> int:
    """The position up to which a fork that begins anew at ``step`` takes the record over.

    Args:
        step: None for the first one: nothing is taken over.

    Raises:
        NotFound: the run recorded no such step.
    """
    if step is None:
        return 0
    first = first_position(rows, {step})
    if first == inf:
        raise NotFound(f"run {run_id} recorded no step {step!r}", hint="see `interlock runs show`")
    return max(0, int(first) - 1)


def first_position(rows: Iterable[StepRow], steps: set[str]) -> float:
    """Where in the run's order the first of these steps, or of what is in them, was recorded."""
    return min((row.position for row in rows if _within(row.path, steps)), default=inf)


def _within(path: str, steps: set[str]) -> bool:
    base = base_of(path)
    return any(base == step or path.startswith((f"{step}.", f"{step}[")) for step in steps)
