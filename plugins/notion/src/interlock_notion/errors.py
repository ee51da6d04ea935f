"""Notion's failed responses as errors.

Source of the codes: https://developers.notion.com/reference/status-codes
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from interlock.sdk import (
    Conflict,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Rejected,
    Retryable,
    ServiceError,
    Throttled,
    error_from_response,
    retry_after_seconds,
)

if TYPE_CHECKING:
    import httpx

_BY_CODE: dict[str, type[ServiceError]] = {
    "invalid_json": Rejected,
    "invalid_request_url": Rejected,
    "invalid_request": Rejected,
    "missing_version": Rejected,
    "validation_error": InvalidInput,
    "object_not_found": NotFound,
    "conflict_error": Conflict,
    "unauthorized": NeedsAttention,
    "restricted_resource": NeedsAttention,
    "invalid_grant": NeedsAttention,
    "rate_limited": Throttled,
    "service_overload": Throttled,
    "internal_server_error": Retryable,
    "bad_gateway": Retryable,
    "service_unavailable": Retryable,
    "database_connection_unavailable": Retryable,
    "gateway_timeout": Retryable,
}
_HINTS = {
    "unauthorized": "check settings.token of the service",
    "restricted_resource": "give the integration this capability in Notion",
    "object_not_found": "check the id, and share the page or database with the integration",
    "conflict_error": "somebody else changed it at the same time; read it again",
    "missing_version": "set settings.version of the service",
}
_PATH = re.compile(r"\b(?:body|path|query)\.([\w.\[\]]+)")


def read_error(response: httpx.Response, now: float) -> ServiceError:
    """The error for a response of 400 and above, with Notion's words and request id.

    A body that is not Notion's (a proxy's 502, say) is judged by its status.
    """
    body = _body_of(response.content)
    code = str(body.get("code") or "")
    said = str(body.get("message") or response.content[:200].decode(errors="replace"))
    path = response.request.url.path
    message = f"Notion answered {response.status_code} to {path}: {said or 'no reason given'}"
    details = _details(body, code, said)
    kind = _BY_CODE.get(code)
    if kind is None:
        return error_from_response(response, now=now, message=message, **details)
    return kind(
        message,
        hint=_HINTS.get(code, ""),
        retry_after=retry_after_seconds(response.headers, now),
        status=response.status_code,
        **details,
    )


def _details(body: dict[str, Any], code: str, said: str) -> dict[str, Any]:
    details = {"notion_code": code, "request_id": body.get("request_id")}
    details["additional_data"] = body.get("additional_data")
    if code == "validation_error" and (place := _PATH.search(said)):
        details["path"] = f"$.{place[1]}"
    return {name: value for name, value in details.items() if value}


def _body_of(content: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
