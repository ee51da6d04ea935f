"""``run``: another workflow as a step, with a run and a journal of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Value
from interlock.workflows.errors import StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.operations import RunChild, UndoChild
from interlock.workflows.retry import ONCE, Retry
from interlock.workflows.steps.call import Attempts, mapping
from interlock.workflows.template import Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class RunWorkflow:
    """Runs ``workflow``; if this run fails later, that one is undone, unless ``compensate`` says
    how."""

    keeps_timeout: ClassVar[bool] = False
    workflow: str
    input: Value
    retry: Retry = ONCE
    detached: bool = False

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        values = mapping(self.input.evaluate(frame.scope), path, self.workflow)
        attempts = Attempts(run, frame, path, self.retry, None)
        while True:
            run_id = f"{run.run_id}:{attempts.path}"
            child = RunChild(attempts.path, run_id, self.workflow, values, detached=self.detached)
            outcome = await child
            if await attempts.settled(child, outcome):
                break
        if step.compensate is None and not self.detached:
            undo = Step("~undo", UndoRun(child.run_id))
            run.saga.register(path, undo, frame)
            run.saga.completed(path, outcome.position)
        return outcome.output


@dataclass(frozen=True, slots=True)
class UndoRun:
    """Undoes a run that succeeded."""

    keeps_timeout: ClassVar[bool] = True
    run_id: str

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        outcome = await UndoChild(path, self.run_id)
        frame.position = outcome.position
        if outcome.error is not None:
            raise StepFailed(outcome.error, path)
        return None
