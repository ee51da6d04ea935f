"""Figma's failed responses as errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from interlock.sdk import NeedsAttention, Rejected, ServiceError, Throttled, error_from_response

if TYPE_CHECKING:
    import httpx

_HEADERS = {
    "retry-after": "retry_after_header",
    "x-figma-plan-tier": "plan_tier",
    "x-figma-rate-limit-type": "limit_type",
    "x-figma-upgrade-link": "upgrade_link",
}
_HINTS: dict[type[ServiceError], str] = {
    NeedsAttention: "check the token, its scopes and its access to the file",
    Throttled: "wait; plan_tier and limit_type in the details tell whose limit it is",
}


def read_error(response: httpx.Response, now: float) -> ServiceError:
    """The error for a response of 400 and above, with the words of Figma.

    Two shapes are in use: ``{status, err}`` (files, images, comments) and
    ``{error, status, message}`` (library, variables, webhooks).
    """
    said = message_of(response.content)
    details = {
        name: response.headers[header]
        for header, name in _HEADERS.items()
        if header in response.headers
    }
    path = response.request.url.path
    error = error_from_response(
        response, now=now, message=f"Figma answered {response.status_code} to {path}: {said}"
    )
    error.with_details(figma_message=said, **details)
    error.hint = _hint(error, said)
    return error


def _hint(error: ServiceError, said: str) -> str:
    if isinstance(error, Rejected) and "too large" in said.lower():
        return "read the file in parts: pass ids or a smaller depth"
    if isinstance(error, NeedsAttention) and "not found" in said.lower():
        return "the token may not see this file"
    return next((hint for kind, hint in _HINTS.items() if isinstance(error, kind)), "")


def message_of(body: bytes) -> str:
    """The sentence in an error body of either shape; its start if it is neither."""
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:200].decode(errors="replace") or "no body"
    if not isinstance(data, dict):
        return str(data)[:200]
    return str(data.get("err") or data.get("message") or data.get("reason") or "no reason given")
