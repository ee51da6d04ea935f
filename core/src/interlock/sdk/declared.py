"""Tools that are described by JSON Schemas instead of a method's signature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interlock.sdk.facts import Facts
from interlock.sdk.json_schema import Schema
from interlock.sdk.policies import Policies
from interlock.sdk.signature import Signature
from interlock.sdk.tool import ToolSpec

Handler = Callable[[Mapping[str, Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Declaration(Signature):
    """What :class:`Signature` says of a method, said by schemas."""

    text: str = ""
    accepts: Mapping[str, Any] | None = None
    returns: Mapping[str, Any] | None = None
    fill_defaults: bool = True

    @property
    def description(self) -> str:
        return self.text

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": {}, **(self.accepts or {})}

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        return dict(self.returns or {})

    @cached_property
    def _schema(self) -> Schema:
        return Schema(self.input_schema)

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        given = self._schema.check(dict(values), self.name, fill=self.fill_defaults)
        return {"arguments": given}

    def result(self, value: Any) -> Any:
        return value


@dataclass(frozen=True, kw_only=True)
class DeclaredTool(ToolSpec):
    """One tool that an instance has because of its settings, or of what its service offers."""

    declaration: Declaration

    @property
    def signature(self) -> Signature:
        return self.declaration


def declared_tool(
    name: str,
    handler: Handler,
    *,
    description: str = "",
    input_schema: Mapping[str, Any] | None = None,
    output_schema: Mapping[str, Any] | None = None,
    facts: Facts | None = None,
    policies: Policies | None = None,
    fill_defaults: bool = True,
) -> ToolSpec:
    """A tool for :meth:`Service.tools`.

    Args:
        handler: called with the arguments, which fit the schema; returns JSON.
        input_schema: of an object; default: one that takes nothing in particular.
        output_schema: default: nothing is promised.
        fill_defaults: the handler gets the defaults of ``input_schema`` for what is not given. Not
            for schemas of others: theirs say what an absent value means over there, and sent in an
            update they would overwrite what nobody wanted changed.
    """

    async def method(_service: Any, arguments: Mapping[str, Any]) -> Any:
        return await handler(arguments)

    declaration = Declaration(
        name, method, description, input_schema, output_schema, fill_defaults=fill_defaults
    )
    return DeclaredTool(
        name, method, facts or Facts(), policies or Policies(), declaration=declaration
    )
