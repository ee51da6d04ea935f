"""How the steps that choose, repeat and end are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from interlock.expr import Value, compile_value
from interlock.sdk.errors import InvalidInput
from interlock.workflows.errors import WorkflowFailed
from interlock.workflows.reading import advice, listed
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.blocks import Switch, case_of
from interlock.workflows.steps.ends import Fail, Return
from interlock.workflows.steps.loops import Loop
from interlock.workflows.steps.plain import PauseUntil, is_zone, seconds_of
from interlock.workflows.template import Action, Block

if TYPE_CHECKING:
    from interlock.workflows.step_node import StepNode

_CODE = re.compile(r"[a-z][a-z0-9-]*")
_NULL: JsonSchema = {"type": "null"}
_INDEX: JsonSchema = {"type": "integer"}


def read_switch(node: StepNode) -> tuple[Action, JsonSchema]:
    value = node.value("switch")
    cases: dict[str, Block] = {}
    if not isinstance(node.data.get("cases"), dict):
        hint = "a list of conditions is written as `if` with an `else` that holds the next `if`"
        listed_cases = isinstance(node.data.get("cases"), list)
        node.fault(
            "cases" if "cases" in node.data else None,
            "`cases` is not a mapping from values to steps",
            expected="{value: [steps]}",
            hint=hint if listed_cases else "",
        )
    else:
        for name in node.data["cases"]:
            cases[name], _ = node.inside("cases").block(name)
        _check_cases(node, value)
    default = node.inside().block("default")[0] if "default" in node.data else None
    return Switch(value, cases, default), ANYTHING


def _check_cases(node: StepNode, value: Value) -> None:
    """Cases that are never chosen, as far as the value is known."""
    cases = node.data["cases"]
    if not cases:
        node.fault("cases", "a switch without cases chooses nothing", expected="{value: [steps]}")
    if meant := node.meant("switch"):
        node.doubt("switch", "this is a text, not what it names", expected=meant)
    if not value.expressions:
        return
    constants = node.shape(value).constants()
    if constants is None:
        return
    values = [case_of(each) for each in constants]
    for name in cases.keys() - values:
        wrong = advice(name, values, f"one of {listed(values)}")
        node.inside("cases").doubt(name, f"the value is never {name!r}", on_key=True, **wrong)


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
    node.text("fail")
    details = node.value("details") if "details" in node.data else compile_value({})
    code = node.text("code", WorkflowFailed.code)
    if not _CODE.fullmatch(code):
        node.fault("code", f"{code!r} is no code", expected="words such as out-of-stock")
    return Fail(node.value("fail"), details, code), _NULL


def read_return(node: StepNode) -> tuple[Action, JsonSchema]:
    return Return(node.value("return")), _NULL


def read_sleep_until(node: StepNode) -> tuple[Action, JsonSchema]:
    zone = node.text("zone", "UTC")
    if not is_zone(zone):
        node.fault("zone", f"there is no time zone {zone!r}", expected="such as Europe/Berlin")
        zone = "UTC"
    moment = node.value("sleep_until")
    if not moment.expressions:
        try:
            seconds_of(moment.evaluate({}), zone)
        except InvalidInput as error:
            meant = node.meant("sleep_until")
            node.doubt(
                "sleep_until", error.message, expected=meant, hint="" if meant else error.hint
            )
    return PauseUntil(moment, zone), _NULL
