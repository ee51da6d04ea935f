"""Errors of an upstream server, in the words of Interlock's tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    REQUEST_TIMEOUT,
)

from interlock.sdk import (
    DeadlineExceeded,
    InterlockError,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Retryable,
    from_problem,
)

_NO_SUCH = (404, 405, 410)
PROBLEM = "interlock.problem"
"""Key of an error's data under which our own transport tells what happened."""


def is_lost(error: MCPError) -> bool:
    """Whether the server does not know us any more.

    That a connection was closed says it of one request only: a child that has died is noticed
    by its streams, and over HTTP the others go on.
    """
    return error.error.code == INVALID_REQUEST and "session" in error.error.message.lower()


def wrong_address(error: MCPError, service: str) -> NeedsAttention | None:
    """What is at the URL, if it is no server of streamable HTTP; None if nothing says so."""
    data: Any = error.error.data
    problem = data.get(PROBLEM) if isinstance(data, Mapping) else None
    if not isinstance(problem, Mapping) or problem.get("details", {}).get("status") not in _NO_SUCH:
        return None
    return NeedsAttention(
        f"{service}: the URL is not that of an MCP server over streamable HTTP:"
        f" {problem['message']}",
        hint="one of the older HTTP with SSE is reached by a program:"
        " command: [npx, -y, mcp-remote, URL, --transport, sse-only]",
    )


def translated(error: MCPError, service: str) -> InterlockError:
    """What a call's error means for whoever called."""
    code, message = error.error.code, error.error.message
    data: Any = error.error.data
    if isinstance(data, Mapping) and PROBLEM in data:
        return from_problem(data[PROBLEM])
    text = f"{service}: {message}"
    if code == REQUEST_TIMEOUT:
        return DeadlineExceeded(text, may_have_run=True)
    if code == INVALID_PARAMS:
        return InvalidInput(text, path="$")
    if code == METHOD_NOT_FOUND:
        return NotFound(text)
    return Retryable(text, mcp_code=code)
