"""What to do about a call of which nobody knows whether it happened: ask a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock.workflows.errors import InDoubt
from interlock.workflows.operations import Approve, Outcome
from interlock.workflows.questions import about_doubt


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person found out; ``output`` is that of a call that happened."""

    choice: Literal["happened", "retry", "fail"]
    output: Any = None


async def ask(path: str, tool: str, arguments: Mapping[str, Any], outcome: Outcome) -> Answer:
    """Ask whether a call happened; a call whose outcome is known needs no asking."""
    if not isinstance(outcome.error, InDoubt):
        return Answer("fail")
    request = about_doubt(path, tool, arguments)
    answered = await Approve(f"{path}~doubt", request, None)
    decision = answered.output
    return Answer(decision["choice"], decision["values"].get("output"))
