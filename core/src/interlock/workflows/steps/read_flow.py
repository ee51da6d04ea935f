"""How the steps that choose, repeat and end are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from interlock.expr import compile_value
from interlock.workflows.errors import WorkflowFailed
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.blocks import Switch
from interlock.workflows.steps.ends import Fail, Return
from interlock.workflows.steps.loops import Loop
from interlock.workflows.steps.plain import PauseUntil
from interlock.workflows.template import Action, Block

if TYPE_CHECKING:
    from interlock.workflows.step_node import StepNode

_CODE = re.compile(r"[a-z][a-z0-9-]*")
_NULL: JsonSchema = {"type": "null"}
_INDEX: JsonSchema = {"type": "integer"}


def read_switch(node: StepNode) -> tuple[Action, JsonSchema]:
    value = node.value("switch")
    cases: dict[str, Block] = {}
    inner = node.node("cases")
    for name in inner.data if inner else ():
        cases[str(name)], _ = node.inside("cases").block(name)
    default = node.inside().block("default")[0] if "default" in node.data else None
    if inner is not None and not inner.data:
        node.fault("cases", "a switch without cases chooses nothing", expected="{value: [steps]}")
    return Switch(value, cases, default), ANYTHING


def read_while(node: StepNode) -> tuple[Action, JsonSchema]:
    inner = node.inside(names={"index": _INDEX, "last": ANYTHING})
    condition = inner.expression("while") or node.never()
    block, _ = inner.block("do")
    return Loop(block, _most(node), goes_on=condition), ANYTHING


def read_until(node: StepNode) -> tuple[Action, JsonSchema]:
    inner = node.inside(names={"index": _INDEX, "last": ANYTHING})
    block, schema = inner.block("do")
    after = node.inside(names={"index": _INDEX, "last": schema})
    after.scope.steps.update(dict.fromkeys((step.name for step in block.steps), ANYTHING))
    condition = after.expression("until") or node.never()
    return Loop(block, _most(node), done=condition), schema


def _most(node: StepNode) -> int:
    if "max" not in node.data:
        kind = "while" if "while" in node.data else "until"
        node.key_fault(kind, "a loop needs a bound", expected="max: 100")
        return 1
    return node.number("max", 1)


def read_fail(node: StepNode) -> tuple[Action, JsonSchema]:
    details = node.value("details") if "details" in node.data else compile_value({})
    code = node.text("code", WorkflowFailed.code)
    if not _CODE.fullmatch(code):
        node.fault("code", f"{code!r} is no code", expected="words such as out-of-stock")
    return Fail(node.value("fail"), details, code), _NULL


def read_return(node: StepNode) -> tuple[Action, JsonSchema]:
    return Return(node.value("return")), _NULL


def read_sleep_until(node: StepNode) -> tuple[Action, JsonSchema]:
    zone = node.text("zone", "UTC")
    if not PauseUntil.knows(zone):
        node.fault("zone", f"there is no time zone {zone!r}", expected="such as Europe/Berlin")
        zone = "UTC"
    return PauseUntil(node.value("sleep_until"), zone), _NULL
