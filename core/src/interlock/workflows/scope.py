"""What an expression at some place of a template may refer to, and what shape it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

JsonSchema = Mapping[str, Any]

ANYTHING: JsonSchema = {}
_RUN: JsonSchema = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "workflow": {"type": "string"},
        "started": {"type": "number"},
    },
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Names, by the schema of their values.

    Attributes:
        steps: those that have run by then; a reference to any other is a fault.
        later: ids of the same block or of one around it that come later.
    """

    names: Mapping[str, JsonSchema]
    steps: dict[str, JsonSchema] = field(default_factory=dict)
    later: frozenset[str] = frozenset()

    def inside(self, names: Mapping[str, JsonSchema] | None = None) -> Scope:
        return Scope({**self.names, **(names or {})}, dict(self.steps), self.later)

    def before(self, later: Iterable[str]) -> Scope:
        """The scope of a block in which these steps are still to come."""
        return Scope(self.names, self.steps, self.later | frozenset(later))

    def schemas(self, tolerated: Iterable[Any] = ()) -> dict[str, JsonSchema]:
        """For ``Expression.check``; steps reported already are tolerated."""
        steps = {**dict.fromkeys(map(str, tolerated), ANYTHING), **self.steps}
        return {**self.names, "steps": {"type": "object", "properties": steps}}


PROBLEM: JsonSchema = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "hint": {"type": "string"},
        "retry_after": {"type": "number"},
        "details": {"type": "object"},
    },
}
"""What a fallback sees as ``error``: of the step in whose place it stands."""


def run_scope(input_schema: JsonSchema) -> Scope:
    """The scope of a template's first step."""
    return Scope({"input": input_schema, "run": _RUN})
