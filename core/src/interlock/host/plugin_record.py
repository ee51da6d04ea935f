"""What became of each plugin, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class PluginState(StrEnum):
    """How far a plugin has come; from WAITING on, what stopped it."""

    FOUND = "found"
    IMPORTED = "imported"
    COMPATIBLE = "compatible"
    REGISTERED = "registered"
    CONFIGURED = "configured"
    STARTED = "started"
    READY = "ready"
    WAITING = "waiting"
    NEEDS_ATTENTION = "needs-attention"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """One installed plugin.

    Attributes:
        name: the name of its entry point.
        distribution: the installed distribution that has it; several, joined by commas, when
            they claim one name.
        stage: the last stage it has reached, or the one that it failed in.
        reason: why it is blocked, failed, not ready yet or in need of attention.
        hint: what to do about it.
        services: names of its service types.
        tools: how many tools these have; None if no service of theirs is configured.
    """

    name: str
    distribution: str
    version: str
    state: PluginState = PluginState.FOUND
    stage: PluginState = PluginState.FOUND
    reason: str = ""
    hint: str = ""
    services: list[str] = field(default_factory=list)
    tools: int | None = 0
    functions: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)

    def reached(self, state: PluginState) -> PluginRecord:
        return replace(self, state=state, stage=state)

    def failed(self, stage: PluginState, reason: str, hint: str = "") -> PluginRecord:
        return replace(self, state=PluginState.FAILED, stage=stage, reason=reason, hint=hint)

    def blocked(self, reason: str) -> PluginRecord:
        return replace(self, state=PluginState.BLOCKED, reason=reason)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "distribution": self.distribution,
            "version": self.version,
            "state": self.state.value,
            "stage": self.stage.value,
            "reason": self.reason,
            "hint": self.hint,
            "services": self.services,
            "tools": self.tools,
            "functions": self.functions,
            "templates": self.templates,
        }
