"""``include``: a group of steps, as a part of the run that includes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from interlock.expr import Value
from interlock.sdk.errors import InvalidInput
from interlock.workflows.arguments import check_arguments
from interlock.workflows.errors import StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.call import mapping
from interlock.workflows.template import Action, Step

if TYPE_CHECKING:
    from interlock.workflows.groups import Group
    from interlock.workflows.interpreter import Interpreter
    from interlock.workflows.step_node import StepNode


@dataclass(frozen=True, slots=True)
class Include:
    """The steps of a group, which see their own input and nothing of who includes them."""

    keeps_timeout: ClassVar[bool] = False
    name: str
    group: Group
    input: Value

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        given = mapping(self.input.evaluate(frame.scope), path, self.name)
        try:
            values = self.group.input.check(given, f"input of {self.name}")
        except InvalidInput as error:
            raise StepFailed(error, path) from None
        scope = {"input": values, "run": frame.scope["run"], "steps": {}}
        inner = Frame(scope, f"{path}.", frame.position)
        output = await run.block(self.group.block, inner)
        frame.seen(inner)
        result = self.group.result
        return output if result is None else result.evaluate(inner.scope)


def read_include(node: StepNode) -> tuple[Action, JsonSchema]:
    name = node.text("include")
    node.reading.included.add(name)
    values = node.mapping("with")
    group = node.groups.get(name)
    if group is None:
        node.groups.missing(node, name)
        return _Nothing(), ANYTHING
    check_arguments(node, name, group.input.schema)
    return Include(name, group, values), group.schema


class _Nothing:
    """In the place of what could not be read."""

    keeps_timeout: ClassVar[bool] = False

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        return None
