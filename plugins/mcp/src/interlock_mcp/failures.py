"""Failures that a server gives as results: nothing but their content tells them apart.

Notion's own server is one: what its API refuses comes back as the JSON of the refusal.
"""

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
