"""``cache`` of a step: an output that other runs have already paid for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from interlock.expr import Value
from interlock.journal import digest_of
from interlock.workflows.frame import Frame
from interlock.workflows.operations import Recall, Remember
from interlock.workflows.paths import place_of

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter
    from interlock.workflows.template import Step


@dataclass(frozen=True, slots=True)
class Memo:
    """Outputs of one step of one workflow, by a key, in whichever run it was performed.

    Attributes:
        ttl: seconds that an output counts; None for as long as the journal has it.
    """

    key: Value
    ttl: float | None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        """The output that is known, or else that of the step, known from then on."""
        key = self._name(run, frame, path)
        recalled = await Recall(f"{path}~recall", key)
        frame.position = recalled.position
        if recalled.error is None and recalled.output:
            return recalled.output[0]
        output = await step.action.perform(run, step, frame, path)
        kept = await Remember(f"{path}~remember", key, output, self.ttl)
        frame.position = kept.position
        return output

    def _name(self, run: Interpreter, frame: Frame, path: str) -> str:
        value = orjson.dumps(self.key.evaluate(frame.scope), option=orjson.OPT_SORT_KEYS)
        return f"{run.template.name}:{place_of(path)}:{digest_of(value)}"
