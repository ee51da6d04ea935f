"""Whether a run's record fits another version of its workflow: played through, without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from interlock.journal import RunRecord, StepRow
from interlock.sdk.errors import InterlockError
from interlock.workflows.history import outcome_of
from interlock.workflows.interpreter import Ending, Interpreter
from interlock.workflows.operations import Operation, Outcome
from interlock.workflows.port import Port
from interlock.workflows.template import Template
from interlock.workflows.trampoline import Trampoline


def misfits(template: Template, record: RunRecord, steps: Mapping[str, StepRow]) -> list[str]:
    """Where a run's record does not fit a template, one sentence each; empty if it fits.

    What was recorded has to be come to again, and what was in flight or waited for to be begun
    again. What a step was asked is not on record, so it is not compared.
    """
    rehearsal = Rehearsal(record, dict(steps))
    rehearsal.play(template)
    return rehearsal.faults()


class Rehearsal(Port):
    """A port over a record that begins nothing."""

    traced = False

    def __init__(self, record: RunRecord, steps: dict[str, StepRow]) -> None:
        self.stopping = record.intent in ("cancel", "abandon")
        self.abandoned = record.intent == "abandon"
        self.deadline, self.inherited = record.deadline, record.inherited
        self._record = record
        self._steps = steps
        self._other: list[str] = []
        self._begun: dict[str, str] = {}
        self._ending = ""

    def play(self, template: Template) -> None:
        record = self._record
        interpreter = Interpreter(template, record.id, record.input, record.created, self)
        trampoline = Trampoline(self, interpreter.run(record.intent))
        trampoline.start()
        trampoline.close()

    def faults(self) -> list[str]:
        """What was found, in the order in which it is on record."""
        steps = sorted(
            self._steps.values(), key=lambda step: (step.finished is None, step.position)
        )
        return [*self._other, *filter(None, map(self._left_over, steps))]

    def _left_over(self, step: StepRow) -> str:
        if step.path in self._begun:
            return ""
        if step.status != "waiting":
            return f"{step.path}: {step.what} is on record, and is not come to{self._ending}"
        waiting = self._record.waiting or {}
        if step.path == waiting.get("step"):
            return f"{step.path}: the run waits here, and would no more{self._ending}"
        return ""

    # The port

    @property
    def replaying(self) -> bool:
        return bool(self._steps)

    def recorded(self, operation: Operation) -> Outcome | None:
        step = self._steps.get(operation.path)
        if step is None or self._differs(step, operation.what) or step.finished is None:
            return None
        del self._steps[operation.path]
        return outcome_of(step, step.finished)

    def _differs(self, step: StepRow, what: str) -> bool:
        if step.what == what:
            return False
        del self._steps[step.path]
        self._other.append(f"{step.path}: {step.what} is on record, and would be {what}")
        return True

    def note(
        self, path: str, what: str, status: Literal["succeeded", "skipped"], output: Any
    ) -> None:
        step = self._steps.get(path)
        if step is not None and not self._differs(step, what):
            del self._steps[path]

    def begin(self, operation: Operation) -> None:
        self._begun[operation.path] = operation.what

    def ended(self, result: Any, error: BaseException | None) -> None:
        ending = result if isinstance(result, Ending) else Ending("failed")
        why = f": {ending.error}" if ending.error else ""
        self._ending = f" (the run would have {ending.status} before{why})"

    def interrupted(self, operation: Operation) -> bool:
        step = self._steps.get(operation.path)
        return step is not None and step.status == "started"

    def repeatable(self, operation: Operation) -> bool:
        return True

    def abort(self, operation: Operation) -> bool:
        return True

    def now(self) -> float:
        return 0.0

    def idle(self) -> None:
        """Nothing follows."""

    def step_ended(self, path: str, began: float, error: InterlockError | None) -> None:
        """Nobody watches."""

    def pausing(self, path: str, error: InterlockError, seconds: float, *, counts: bool) -> None:
        """Nobody is told."""

    def compensating(self) -> None:
        """Nothing is recorded."""

    def dead_letter(self, path: str, error: InterlockError) -> None:
        """Nothing is recorded."""

    def undone(self, path: str, error: InterlockError | None) -> None:
        """Nobody is told."""
