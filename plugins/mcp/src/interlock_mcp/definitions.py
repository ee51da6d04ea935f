"""The tools that a server lists, as far as they can be used."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson

from interlock.sdk import Facts
from interlock_mcp.pins import Definition
from interlock_mcp.schemas import schema_fault
from interlock_mcp.settings import McpSettings

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


class ToolFilter:
    """Lets a list of tools through without those that would spoil it.

    Attributes:
        left_out: why, by name.
    """

    def __init__(self, settings: McpSettings) -> None:
        self._settings = settings
        self.left_out: dict[str, str] = {}

    def __call__(self, result: Any) -> Any:
        tools = result.get("tools") if isinstance(result, dict) else None
        if not isinstance(tools, list):
            return result
        return {**result, "tools": [tool for tool in tools if self._passes(tool)]}

    def _passes(self, tool: Any) -> bool:
        name = str(tool.get("name")) if isinstance(tool, dict) else "?"
        reason = self._fault(tool)
        if reason:
            self.left_out[name] = reason
        else:
            self.left_out.pop(name, None)
        return not reason

    def _fault(self, tool: Any) -> str:
        if not isinstance(tool, dict) or not isinstance(tool.get("name"), str):
            return "it has no name"
        if len(orjson.dumps(tool)) > self._settings.max_definition:
            return f"its definition is larger than {self._settings.max_definition} bytes"
        schema = tool.get("inputSchema")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            return "its inputSchema is not that of an object"
        for part in (schema, tool.get("outputSchema") or {}):
            if fault := schema_fault(part):
                return fault
        return ""


def definition_of(tool: Any) -> Definition:
    """A tool of the SDK."""
    hints = tool.annotations.model_dump(exclude_none=True) if tool.annotations else {}
    execution = tool.execution
    return Definition(
        name=tool.name,
        title=tool.title or "",
        description=tool.description or tool.title or "",
        input_schema=tool.input_schema,
        output_schema=tool.output_schema or {},
        hints=hints,
        as_task=execution is not None and execution.task_support == "required",
    )


def wanted(name: str, settings: McpSettings) -> bool:
    """Whether the settings want a tool."""

    def among(patterns: tuple[str, ...]) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    return among(settings.include) and not among(settings.exclude)


def local_name(name: str) -> str:
    """A name that our tools may have."""
    return _NO_NAME.sub("_", name).strip("_") or "tool"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or with a number where another tool has it."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def facts_of(hints: Mapping[str, Any], *, believed: bool) -> Facts:
    """What the annotations promise, if they are believed; else the worst."""
    if not believed:
        return Facts(effect="write", destructive=True)
    if hints.get("read_only_hint"):
        return Facts(effect="read", idempotent=True)
    return Facts(
        effect="write",
        idempotent=bool(hints.get("idempotent_hint")),
        destructive=hints.get("destructive_hint") is not False,
    )
