"""``for_each`` over the pages of a tool: one page in memory at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Value, constant, kind
from interlock.sdk.errors import InvalidInput
from interlock.workflows.errors import LoopExceeded, StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.retry import Retry
from interlock.workflows.steps.blocks import ForEach
from interlock.workflows.steps.call import CallTool, mapping
from interlock.workflows.template import Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter


@dataclass(frozen=True, slots=True)
class ForEachOfPages:
    """Calls a tool for a page, does the steps for each of its items, and calls for the next page.

    Attributes:
        items: over ``page``, the tool's result: a list.
        following: over ``page``: the arguments that ask for the next one; the last page is the one
            for which a value of these is null, false or empty.
        most: how many pages there may be; more is a failure, for nothing is left out in silence.
        each: what is done for the items.
    """

    keeps_timeout: ClassVar[bool] = False
    tool: str
    arguments: Value
    items: Value
    following: Value
    most: int
    retry: Retry
    each: ForEach

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        arguments = dict(mapping(self.arguments.evaluate(frame.scope), path, self.tool))
        outputs: list[Any] = []
        seen = 0
        for number in range(1, self.most + 1):
            call = Step("page", CallTool(self.tool, constant(arguments), self.retry))
            page = await run.step(call, frame, f"{path}.page-{number}")
            scope = {**frame.scope, "page": page}
            items = self.items.evaluate(scope)
            if not isinstance(items, list):
                error = InvalidInput(f"{path}: `items` of a page is not a list, but {kind(items)}")
                raise StepFailed(error, path)
            wanted = run.template.wants(step)
            outputs += await self.each.over(items, run, frame, path, first=seen, wanted=wanted)
            seen += len(items)
            following = self.following.evaluate(scope)
            if not _leads_on(following):
                return outputs
            arguments = {**arguments, **following}
        message = f"{path}: {self.most} pages were not enough"
        raise StepFailed(LoopExceeded(message, hint="raise `max_pages` of the step"), path)


def _leads_on(following: Any) -> bool:
    return isinstance(following, Mapping) and bool(following) and all(following.values())
