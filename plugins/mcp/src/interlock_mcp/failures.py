"""Failures that a server tells by content alone: results that are none, bodies of HTTP errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from interlock.sdk import InterlockError, Rejected, error_from_response

_LONGEST = 1000


def failure_in(
    value: Any, told_by: Mapping[str, Any], service: str, *, now: float
) -> InterlockError | None:
    """The error that a result stands for, by the HTTP status in it where it has one.

    Notion's own server gives such results: what its API refuses comes as the JSON of the refusal.

    Args:
        told_by: values that such a result has; without any, none is one.
        now: seconds since the epoch.
    """
    if not (told_by and isinstance(value, Mapping) and told_by.items() <= value.items()):
        return None
    said = value.get("message") or orjson.dumps(dict(value)).decode()
    message = f"{service}: {str(said)[:_LONGEST]}"
    status = value.get("status")
    if isinstance(status, int) and 400 <= status < 600:
        request = httpx.Request("POST", "mcp:")
        return error_from_response(
            httpx.Response(status, request=request), now=now, message=message
        )
    return Rejected(message)


def json_rpc_error(body: bytes) -> dict[str, Any] | None:
    """The JSON-RPC error that a body is, even without an id; None if it is none."""
    try:
        said = orjson.loads(body)["error"]
        return said if isinstance(said["code"], int) and isinstance(said["message"], str) else None
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
