"""Tools, as far as workflows need to know them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from interlock.sdk.context import OnProgress
from interlock.sdk.facts import Facts


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """What a template is checked against."""

    name: str
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] = field(default_factory=dict)


ToolLookup = Callable[[str], ToolInfo]
"""A tool by name or alias; ``NotFound``, with the nearest names, if there is none."""


class CallPort(Protocol):
    """How the engine calls tools."""

    def __call__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        idempotency_key: str,
        run_id: str,
        step: str,
        deadline: float | None = None,
        parent: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Coroutine[Any, Any, Any]:
        """The tool's JSON result.

        Args:
            deadline: on the world's monotonic clock; None for what the tool's policies say.
            parent: W3C traceparent.
        """
        ...

    def facts(self, tool: str) -> Facts:
        """Raises NotFound if there is no such tool."""
        ...
