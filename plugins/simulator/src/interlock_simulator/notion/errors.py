"""Notion's error bodies (https://developers.notion.com/reference/status-codes)."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web

from interlock_simulator.vendor import Refused, reply, retry_after_header

BOT_ID = "b0700000-0000-4000-8000-000000000001"

_CODES = {500: "internal_server_error", 502: "bad_gateway", 503: "service_unavailable"}
_CODES |= {504: "gateway_timeout", 529: "service_overload"}


def error(status: int, code: str, message: str, **additional_data: Any) -> web.Response:
    body: dict[str, Any] = {"object": "error", "status": status, "code": code, "message": message}
    if additional_data:
        body["additional_data"] = additional_data
    # Equal faults have equal ids, as everything here repeats.
    body["request_id"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{status}{code}{message}"))
    return reply(body, status=status)


def invalid(message: str) -> Refused:
    """400 validation_error."""
    return Refused(error(400, "validation_error", message))


def not_found(kind: str, id: str) -> Refused:
    message = (
        f"Could not find {kind} with ID: {id}. "
        "Make sure the relevant pages and databases are shared with your integration."
    )
    return Refused(error(404, "object_not_found", message, integration_id=BOT_ID))


def no_such_url() -> web.Response:
    return error(400, "invalid_request_url", "Invalid request URL.")


def throttled(path: str, retry_after: float | None) -> web.Response:
    message = "You have been rate limited. Please try again in a few minutes."
    response = error(429, "rate_limited", message, rate_limit_reason="requests_per_window")
    response.headers.update(retry_after_header(retry_after))
    return response


def failed(path: str, status: int) -> web.Response:
    code = _CODES.get(status, "internal_server_error")
    return error(status, code, "Notion encountered an unexpected error.")
