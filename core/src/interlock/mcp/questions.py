"""Approvals as elicitation: what a run asks people, put to the person at the client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.mcp.forms import flat_properties, values_of
from interlock.runtime import Runtime, current_caller
from interlock.sdk import Conflict, InvalidInput, NotFound

Question = dict[str, Any]

_YES_OR_NO = ["approve", "reject"]
_CHOICE = "choice"


async def open_questions(runtime: Runtime, run_id: str) -> dict[str, Question]:
    """What a run asks now and the caller may answer, by the step that asks."""
    caller = current_caller()
    found = await runtime.approvals(run=run_id)
    return {
        approval["step"]: approval
        for approval in found
        if not approval["who"] or caller.name in approval["who"]
    }


def as_request(question: Question) -> dict[str, Any]:
    """``elicitation/create`` in form mode."""
    return {
        "method": "elicitation/create",
        "params": {
            "mode": "form",
            "message": _message(question),
            "requestedSchema": form(question),
        },
    }


def form(question: Question) -> dict[str, Any]:
    """What is asked for: the values of the form, and which choice, unless that is yes or no."""
    asked = question["form"]
    properties = flat_properties(asked)
    required = list(asked.get("required", []))
    if _needs_choice(question):
        properties[_CHOICE] = {"type": "string", "enum": question["choices"]}
        required.append(_CHOICE)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "required": required} if required else schema


async def answer(runtime: Runtime, question: Question, response: Any) -> bool:
    """Decide as the person at the client did; False if nothing was decided.

    Args:
        response: an ``ElicitResult``: ``{action, content}``. A person who cancels has not
            decided, nor has one who declines what cannot be rejected.
    """
    if not isinstance(response, Mapping):
        return False
    content = response.get("content")
    values = values_of(question["form"], content) if isinstance(content, Mapping) else {}
    choice = _chosen(question, response.get("action"), values)
    if choice is None:
        return False
    try:
        await runtime.decide(question["id"], choice, values=values, by=current_caller().name)
    except (InvalidInput, Conflict, NotFound):
        return False  # asked again, if it is still asked
    return True


def _chosen(question: Question, action: Any, values: dict[str, Any]) -> str | None:
    choices = question["choices"]
    if action == "decline" and choices == _YES_OR_NO:
        values.clear()
        return "reject"
    if action != "accept":
        return None
    if _needs_choice(question):
        return str(values.pop(_CHOICE, ""))
    return str(choices[0])


def _needs_choice(question: Question) -> bool:
    return len(question["choices"]) > 1 and question["choices"] != _YES_OR_NO


def _message(question: Question) -> str:
    shown = question.get("show")
    if shown in (None, "", {}, []):
        return str(question["title"])
    lines = shown.items() if isinstance(shown, Mapping) else [("", shown)]
    detail = "\n".join(f"{name}: {value}" if name else str(value) for name, value in lines)
    return f"{question['title']}\n\n{detail}"
