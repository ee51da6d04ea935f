"""``while`` and ``until``: the same steps again, as often as a condition says, within a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Expression
from interlock.workflows.errors import LoopExceeded, StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.template import Block, Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class Loop:
    """Passes over a block; the output is the last pass's.

    Attributes:
        goes_on: asked before a pass (``while``); sees ``index`` and ``last``, the output of the
            pass before.
        done: asked after a pass (``until``); sees that pass's steps as well.
        most: how many passes there may be; needing more is a failure.
    """

    keeps_timeout: ClassVar[bool] = False
    do: Block
    most: int
    goes_on: Expression | None = None
    done: Expression | None = None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        last = None
        for index in range(self.most + 1):
            inner = frame.inside(f"{path}[{index}].", {"index": index, "last": last})
            if self.goes_on is not None and not self.goes_on.evaluate(inner.scope):
                return last
            if index == self.most:
                break
            last = await run.block(self.do, inner)
            frame.seen(inner)
            if self.done is not None and self.done.evaluate({**inner.scope, "last": last}):
                return last
        message = f"{path}: {self.most} passes were not enough"
        raise StepFailed(LoopExceeded(message, hint="raise `max` of the step"), path)
