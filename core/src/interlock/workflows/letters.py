"""Dead letters about runs: what failed for good, with what is needed to try it again."""

from __future__ import annotations

from interlock.journal import DeadLetterRecord, RunRecord
from interlock.sdk.errors import InterlockError
from interlock.workflows.paths import undo_of


def letter_of_run(run: RunRecord) -> DeadLetterRecord:
    """About a run that failed; a retry takes it back."""
    problem = run.problem or {}
    return DeadLetterRecord(
        id=id_of_run_letter(run.id),
        kind="run",
        subject=f"{run.workflow} {run.id}",
        reason=str(problem.get("message", run.status)),
        payload={"run": run.id, "workflow": run.workflow, "error": problem},
        created=run.finished or run.created,
    )


def letter_of_step(
    run: RunRecord, path: str, error: InterlockError, now: float, *, undoing: bool = False
) -> DeadLetterRecord:
    """About a step that failed, without which its run went on, or that could not be undone."""
    return DeadLetterRecord(
        id=id_of_step_letter(run.id, undo_of(path) if undoing else path),
        kind="compensation" if undoing else "step",
        subject=f"{run.workflow} {run.id} {path}",
        reason=error.message,
        payload={"run": run.id, "step": path, "error": error.to_problem()},
        created=now,
    )


def id_of_run_letter(run_id: str) -> str:
    """One for each run, so that a run that fails again has no second letter."""
    return f"run:{run_id}"


def id_of_step_letter(run_id: str, path: str) -> str:
    """One for each step of a run, and one for its undoing."""
    return f"{run_id}:{path}"
