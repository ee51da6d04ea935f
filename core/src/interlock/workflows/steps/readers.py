"""How each kind of step is read; beside its action, each gives the schema of its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, get_args

from interlock.workflows.arguments import check_arguments
from interlock.workflows.operations import InDoubtPolicy
from interlock.workflows.reading import advice, listed
from interlock.workflows.retry import KINDS as RETRY_KINDS
from interlock.workflows.retry import ONCE, UNDOING, UNTOLD, Retry
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.blocks import If, Parallel, Steps
from interlock.workflows.steps.call import CallTool
from interlock.workflows.steps.child import RunWorkflow
from interlock.workflows.steps.plain import Pause, PublishEvent, Transform
from interlock.workflows.template import Action, Block

if TYPE_CHECKING:
    from interlock.workflows.step_node import StepNode

Read = Callable[["StepNode"], tuple[Action, JsonSchema]]

_STARTED: JsonSchema = {"type": "object", "properties": {"run": {"type": "string"}}}
_LONGEST_SLEEP = 100 * 365.25 * 86400
_NULL: JsonSchema = {"type": "null"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of step: how it is read.

    Attributes:
        keys: those that it has beside the common ones.
        without: those of the common ones that would mean nothing.
    """

    read: Read
    keys: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def read_call(node: StepNode) -> tuple[CallTool, JsonSchema]:
    name = node.text("call")
    tool, close = node.reading.tool(name, optional="fallback" in node.data)
    arguments = node.mapping("with")
    if "${{" in name:
        hint = "a `switch` chooses between calls"
        node.fault("call", "which tool is called has to be written out", hint=hint)
    elif tool is None:
        hint = f"did you mean {close[0]!r}?" if close else "see `interlock tools`"
        node.fault("call", f"there is no tool {name!r}", hint=hint)
    else:
        check_arguments(node, name, tool.input_schema)
    action = CallTool(
        name,
        arguments,
        read_retry(node, UNTOLD),
        node.choice("in_doubt", get_args(InDoubtPolicy), "fail"),
    )
    return action, tool.output_schema if tool else ANYTHING


def read_parallel(node: StepNode) -> tuple[Action, JsonSchema]:
    inner = node.node("parallel")
    blocks: dict[str, Block] = {}
    schemas: dict[str, Any] = {}
    for name in inner.data if inner else ():
        block, schema = node.inside("parallel").block(name)
        blocks[name], schemas[name] = block, schema
    if inner is not None and not inner.data:
        node.doubt("parallel", "there are no branches", expected="{name: [steps]}")
    return Parallel(blocks, _needed(node, len(blocks))), {"type": "object", "properties": schemas}


def _needed(node: StepNode, branches: int) -> int | None:
    """``wait: all``, ``first`` or how many."""
    wait = node.data.get("wait", "all")
    if isinstance(wait, str):
        return {"all": None, "first": 1}[node.choice("wait", ("all", "first"), "all")]
    need = node.number("wait", 1)
    if need > branches:
        node.fault("wait", f"there are {branches} branches", expected=f"at most {branches}")
    return need


def read_if(node: StepNode) -> tuple[Action, JsonSchema]:
    condition = node.expression("if")
    then, _ = node.inside().block("then") if "then" in node.data else (Block(()), ANYTHING)
    otherwise, _ = node.inside().block("else") if "else" in node.data else (Block(()), ANYTHING)
    if not {"then", "else"} & node.data.keys():
        node.key_fault("if", "an `if` without `then` and `else` does nothing", expected="then")
    return If(condition or node.never(), then, otherwise), ANYTHING


def read_steps(node: StepNode) -> tuple[Action, JsonSchema]:
    block, schema = node.inside().block("steps")
    return Steps(block), schema


def read_transform(node: StepNode) -> tuple[Action, JsonSchema]:
    value = node.value("transform")
    return Transform(value), node.shape(value).standalone()


def read_publish(node: StepNode) -> tuple[Action, JsonSchema]:
    event = node.text("publish")
    if "." not in event.strip("."):
        node.fault("publish", f"{event!r} is no event's name", expected="a name such as my.event")
    schema = {"type": "object", "properties": {"id": {"type": "string"}}}
    return PublishEvent(event, node.mapping("with")), schema


def read_sleep(node: StepNode) -> tuple[Action, JsonSchema]:
    seconds = node.duration("sleep") or 0.0
    if not seconds <= _LONGEST_SLEEP:
        node.doubt(
            "sleep", "nobody waits longer than a hundred years", expected="a duration such as 30d"
        )
    return Pause(seconds), _NULL


def read_run(node: StepNode) -> tuple[Action, JsonSchema]:
    name, known = node.text("run"), node.reading.workflows
    arguments = node.mapping("with")
    if known is not None and name not in known:
        node.fault(
            "run", f"there is no workflow {name!r}", **advice(name, known, "a workflow's name")
        )
    elif known is not None:
        check_arguments(node, name, known[name])
    node.reading.children.setdefault(name, (*node.path, "run"))
    detached = node.get("detach", bool, "true or false", False)
    action = RunWorkflow(name, arguments, read_retry(node), detached)
    return action, _STARTED if detached else ANYTHING


def read_retry(node: StepNode, untold: Retry = ONCE) -> Retry:
    """What ``retry`` says; ``untold`` is what holds for a step without it."""
    if node.undoing:
        untold = UNDOING
    elif "fallback" in node.data:
        # A step with a way out takes it; only one without waits for its service.
        untold = replace(ONCE, wait=0.0)
    if "retry" not in node.data or (inner := node.node("retry")) is None:
        return untold
    default = untold if node.undoing else replace(ONCE, wait=untold.wait)
    inner.only(("attempts", "backoff", "max_backoff", "on", "unsafe", "wait"))
    words = inner.get("on", list, "a list", list(default.on))
    for word in words:
        if word not in RETRY_KINDS:
            inner.fault(
                "on",
                f"unknown kind of error {word!r}",
                **advice(word, RETRY_KINDS, f"any of {listed(RETRY_KINDS)}"),
            )
    backoff = inner.duration("backoff", default.backoff) or 0.0
    return Retry(
        attempts=inner.number("attempts", default.attempts),
        backoff=backoff,
        max_backoff=max(backoff, inner.duration("max_backoff", default.max_backoff) or 0.0),
        on=tuple(word for word in words if word in RETRY_KINDS),
        unsafe=inner.get("unsafe", bool, "true or false", default.unsafe),
        wait=inner.duration("wait", default.wait) or 0.0,
    )
