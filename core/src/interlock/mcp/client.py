"""What the client of a request said about itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from mcp import MCPError, types
from mcp.server import ServerRequestContext

from interlock.runtime import current_caller

IDEMPOTENCY_KEY = "dev.interlock/idempotencyKey"
TASKS = "io.modelcontextprotocol/tasks"
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_MISSING_CAPABILITY = -32021

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Client:
    """What the other side of a request can do.

    Attributes:
        modern: it speaks 2026-07-28: every request stands alone, the server cannot ask back.
        tasks: it can poll tasks.
        elicits: it can put questions to a person.
    """

    modern: bool
    tasks: bool
    elicits: bool

    @classmethod
    def of(cls, context: Context) -> Client:
        modern = context.protocol_version >= "2026"
        if modern:
            stated = ((context.params or {}).get("_meta") or {}).get(_CAPABILITIES) or {}
            tasks = TASKS in (stated.get("extensions") or {})
            return cls(modern, tasks, "elicitation" in stated)
        capabilities = context.session.client_capabilities
        elicits = capabilities is not None and capabilities.elicitation is not None
        return cls(modern, False, elicits and context.session.can_send_request)

    def require_tasks(self) -> None:
        """Raises the protocol's error if the client has no tasks."""
        if not self.tasks:
            raise MCPError(
                _MISSING_CAPABILITY,
                "Missing required client capability",
                {"requiredCapabilities": {"extensions": {TASKS: {}}}},
            )


def effect_of(context: Context) -> str | None:
    """What marks the effect of a call that a client may repeat: its key, as the caller's own."""
    key = (context.meta or {}).get(IDEMPOTENCY_KEY)
    if not isinstance(key, str) or not key:
        return None
    return hashlib.sha256(f"{current_caller().name}\n{key}".encode()).hexdigest()


def unknown(what: str, name: str) -> MCPError:
    """The protocol's error for a name or id that is not there, or not for this caller."""
    return MCPError(types.INVALID_PARAMS, f"Unknown {what}: {name}")
