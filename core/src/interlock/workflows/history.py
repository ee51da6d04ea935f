"""What a run has on record: read back on a replay, written to as the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, Literal, Protocol

from interlock.journal import (
    Done,
    Payload,
    RunRecord,
    StepRow,
    StepStatus,
    decode,
    encode,
)
from interlock.sdk.errors import InterlockError, from_problem
from interlock.workflows.errors import InDoubt
from interlock.workflows.operations import Call, Operation, Outcome, Sleep, Wait


class StepLog(Protocol):
    """Where steps are recorded; see :meth:`interlock.journal.Steps.record`."""

    def record(
        self, run_id: str, step: StepRow, blob: bytes | None = None, done: Done | None = None
    ) -> None: ...


class Clock(Protocol):
    def time(self) -> float: ...


class History:
    """The steps of one run.

    Args:
        steps: those recorded in an earlier life, by path; each is handed out once.
    """

    def __init__(
        self, run: RunRecord, steps: dict[str, StepRow], log: StepLog, clock: Clock
    ) -> None:
        self._run_id = run.id
        self._steps = steps
        self._log = log
        self._clock = clock
        self._position = max((step.position for step in steps.values()), default=0)

    @property
    def replaying(self) -> bool:
        return bool(self._steps)

    @property
    def length(self) -> int:
        """How many operations have ended."""
        return self._position

    def outcome(
        self, operation: Operation, repeatable: Callable[[Operation], bool]
    ) -> Outcome | None:
        """How an operation ended, if that is on record."""
        step = self._steps.get(operation.path)
        if step is None:
            return None
        if step.finished is None:
            return self._in_doubt(operation, step, repeatable)
        del self._steps[operation.path]
        return outcome_of(step, step.finished)

    def _in_doubt(
        self, operation: Operation, step: StepRow, repeatable: Callable[[Operation], bool]
    ) -> Outcome | None:
        """A call that was in flight when the process died and must not simply be repeated."""
        if not isinstance(operation, Call) or operation.in_doubt == "retry":
            return None
        if repeatable(operation):
            return None
        del self._steps[operation.path]
        return Outcome(step.position, None, in_doubt(operation), step.started, step.started)

    def interrupted(self, operation: Operation) -> bool:
        step = self._steps.get(operation.path)
        return step is not None and step.status == "started"

    def starts(self, operation: Operation, done: Done | None = None) -> None:
        """Record that an operation is about to begin."""
        self._steps.pop(operation.path, None)
        now = self._clock.time()
        self._write(operation.path, operation.what, "started", None, now, None, done=done)

    def waits(self, wait: Sleep | Wait) -> tuple[float, float]:
        """When a wait began and when it is over, as was recorded when it first began."""
        step = self._steps.pop(wait.path, None)
        if step is not None and step.status == "waiting":
            return step.started, inf if step.due is None else step.due
        now = self._clock.time()
        due = wait.over(now)
        waiting = encode({"reason": wait.reason, "until": due})
        self._write(wait.path, wait.what, "waiting", waiting, now, None, due=due)
        return now, inf if due is None else due

    def ends(
        self,
        operation: Operation,
        output: Any,
        error: InterlockError | None,
        started: float,
        done: Callable[[Outcome], Done],
    ) -> None:
        """Record an outcome; ``done(outcome)`` is told when it is durable."""
        try:
            payload = encode(output if error is None else error.to_problem())
        except InterlockError as unfit:
            error, payload = unfit, encode(unfit.to_problem())
        if error is None and isinstance(payload.column, bytes):
            # What a run sees must not depend on whether it was read back.
            output = decode(payload.column)
        finished = self._clock.time()
        self._position += 1
        outcome = Outcome(self._position, output, error, started, finished)
        status: StepStatus = "succeeded" if error is None else "failed"
        self._write(
            operation.path,
            operation.what,
            status,
            payload,
            started,
            finished,
            done=done(outcome),
        )

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> bool:
        """Record a value without waiting; False if it is on record already."""
        if self._steps.pop(path, None) is not None:
            return False
        now = self._clock.time()
        payload = None if status == "skipped" else encode(output)
        self._write(path, what, status, payload, now, now)
        return True

    def _write(
        self,
        path: str,
        what: str,
        status: StepStatus,
        payload: Payload | None,
        started: float,
        finished: float | None,
        *,
        due: float | None = None,
        done: Done | None = None,
    ) -> None:
        column, blob = (payload.column, payload.blob) if payload is not None else (None, None)
        step = StepRow(path, column, self._position, status, what, started, finished, due)
        self._log.record(self._run_id, step, blob, done)


def in_doubt(call: Call) -> InDoubt:
    """What a call ended with that was in flight when the process died."""
    return InDoubt(
        f"{call.path}: {call.tool} was in flight when Interlock stopped, and is "
        "not idempotent: it may or may not have happened",
        hint="look in the service; `in_doubt: retry` on the step repeats the call",
    )


def outcome_of(step: StepRow, finished: float) -> Outcome:
    """How a step ended that is on record; read for a replay, so with its payload in full."""
    value: Any = decode(step.payload if isinstance(step.payload, bytes) else None)
    if step.status == "failed":
        return Outcome(step.position, None, from_problem(value), step.started, finished)
    return Outcome(step.position, value, None, step.started, finished)
