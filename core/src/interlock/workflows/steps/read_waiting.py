"""How ``wait_for`` and ``approve`` are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interlock.expr import compile_value
from interlock.sdk.events import EVENT_SCHEMA
from interlock.workflows.reading import advice, listed
from interlock.workflows.schemas import checked_schema
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.waiting import AskPeople, AwaitEvent
from interlock.workflows.template import Action, Block

if TYPE_CHECKING:
    from interlock.workflows.step_node import StepNode

_TEXT: JsonSchema = {"type": "string"}


def read_wait_for(node: StepNode) -> tuple[Action, JsonSchema]:
    event = node.text("wait_for")
    if "." not in event.strip(".") or any(sign in event for sign in "*?[ "):
        node.fault("wait_for", f"{event!r} is no event's name", expected="a name such as my.event")
    where = None
    if "where" in node.data:
        where = node.inside(names={"event": EVENT_SCHEMA}).expression("where")
    late = _late(node)
    return AwaitEvent(event, node.value("key"), where, late), ANYTHING if late else EVENT_SCHEMA


def read_approve(node: StepNode) -> tuple[Action, JsonSchema]:
    choices = _texts(node, "choices", ["approve", "reject"])
    known = "choices" not in node.data or choices is node.data["choices"]
    default = None
    if "default" in node.data and known:
        default = node.choice("default", choices, choices[0])
    failing = _texts(node, "fail_on", [])
    for choice in failing:
        if known and choice not in choices:
            wrong = advice(choice, choices, f"one of {listed(choices)}")
            node.fault("fail_on", f"{choice!r} is not a choice", **wrong)
    if ("default" in node.data or "on_timeout" in node.data) and "timeout" not in node.data:
        key = "default" if "default" in node.data else "on_timeout"
        node.key_fault(key, f"`{key}` without a `timeout` never counts", expected="timeout: 3d")
    who = node.value("who") if "who" in node.data else None
    late, form = _late(node), _form(node)
    if not node.data["approve"]:
        node.doubt("approve", "nothing is asked", expected="a question")
    action = AskPeople(
        title=node.value("approve"),
        show=node.value("show") if "show" in node.data else compile_value(None),
        choices=tuple(choices),
        form=form,
        who=who,
        default=default,
        failing=tuple(failing),
        late=late,
    )
    return action, ANYTHING if late else _decision(choices, form)


def _decision(choices: list[str], form: dict[str, Any]) -> JsonSchema:
    properties = {
        "choice": {"enum": choices},
        "values": {"type": "object", **form},
        "by": _TEXT,
        "comment": _TEXT,
        "at": {"type": "number"},
    }
    return {"type": "object", "properties": properties}


def _late(node: StepNode) -> Block | None:
    return node.inside().block("on_timeout")[0] if "on_timeout" in node.data else None


def _texts(node: StepNode, key: str, default: list[str]) -> list[str]:
    words = node.get(key, list, "a list of words", default)
    if key in node.data and (not words or not all(isinstance(word, str) for word in words)):
        node.fault(key, f"{key} is not a list of words", expected="[approve, reject]")
        return default
    return words


def _form(node: StepNode) -> dict[str, Any]:
    schema: dict[str, Any] = node.get("form", dict, "a JSON Schema of an object", {})
    return dict(checked_schema(node, "form", schema))
