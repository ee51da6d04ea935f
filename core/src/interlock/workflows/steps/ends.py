"""``fail`` and ``return``: steps that end the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Value
from interlock.workflows.errors import Returned, StepFailed, WorkflowFailed
from interlock.workflows.frame import Frame
from interlock.workflows.template import Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Fail:
    """Fails with a message; ``details`` go into the error, ``code`` names it for programs."""

    keeps_timeout: ClassVar[bool] = True
    message: Value
    details: Value
    code: str = WorkflowFailed.code

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        details = self.details.evaluate(frame.scope)
        error = WorkflowFailed(self.message.text(frame.scope))
        error.details.update(details if isinstance(details, dict) else {"details": details})
        error.code = self.code
        raise StepFailed(error, path)


@dataclass(frozen=True, slots=True)
class Return:
    """Ends the run with an output, from wherever it stands; what runs beside it is stopped."""

    keeps_timeout: ClassVar[bool] = True
    value: Value

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        value = self.value.evaluate(frame.scope)
        run.port.note(path, "return", "succeeded", value)
        raise Returned(value, path)
