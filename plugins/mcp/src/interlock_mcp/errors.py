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
    NotFound,
    Retryable,
    from_problem,
)

PROBLEM = "interlock.problem"
"""Key of an error's data under which our own transport tells what happened."""


def is_lost(error: MCPError) -> bool:
    """Whether the server does not know us any more.

    That a connection was closed says it of one request only: a child that has died is noticed
    by its streams, and over HTTP the others go on.
    """
    return error.error.code == INVALID_REQUEST and "session" in error.error.message.lower()


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
