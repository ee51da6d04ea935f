"""Answers of an API, as JSON: bounded in size, bytes kept beside the journal."""

from __future__ import annotations

import re
from typing import Any

import httpx
import orjson

from interlock.sdk import (
    Blobs,
    NeedsAttention,
    Rejected,
    Retryable,
    ServiceError,
    Throttled,
    error_from_response,
)
from interlock_http.jmespaths import look_up
from interlock_http.limits import pause, rate_limit

_LONGEST_MESSAGE = 300
_FORBIDDEN = 403
_TEXTS = re.compile(
    r"text/.*|application/(xml|(x-)?yaml|javascript|graphql|x-ndjson|x-www-form-urlencoded)|.*\+xml"
)
MESSAGE = (
    "error.message || message || error_description || error.detail || detail || errors[0].message"
    " || errors[0].detail || title || err || error"
)


async def read_body(response: httpx.Response, most: int, service: str) -> bytes:
    """The whole body.

    Raises:
        Rejected: it is larger than ``most`` bytes.
    """
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > most:
            raise Rejected(
                f"{service}: {response.request.url.path} answers with more than {most} bytes",
                hint="ask for less, or raise max_answer",
            )
        parts.append(part)
    return b"".join(parts)


async def value_of(response: httpx.Response, body: bytes, blobs: Blobs, service: str) -> Any:
    """JSON as it is, text as text, anything else as ``{blob, size, media_type}``; None if empty.

    Raises:
        Retryable: it says that it is JSON, and is none.
    """
    if not body:
        return None
    media_type = _media_type(response)
    if _is_json(media_type):
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            path = response.request.url.path
            raise Retryable(f"{service}: {path} answers with broken JSON: {error}") from None
    if _TEXTS.fullmatch(media_type):
        return _decoded(response, body)
    kept = await blobs.put(body, media_type or "application/octet-stream")
    return {"blob": kept.digest, "size": kept.size, "media_type": kept.media_type}


def error_of(
    response: httpx.Response, *, now: float, service: str, message_path: str = MESSAGE
) -> ServiceError:
    """The error for a status of 400 and above, in the API's own words where it has any."""
    said = _said(response, message_path)
    request, limit = response.request, rate_limit(response.headers, now)
    place = f"{service}: {request.method} {request.url.path} was answered {response.status_code}"
    error = error_from_response(response, now=now, message=f"{place}: {said}" if said else place)
    if response.status_code == _FORBIDDEN and limit.get("remaining") == 0:
        # GitHub's way of saying 429.
        error = Throttled(error.message, status=_FORBIDDEN)
    if isinstance(error, Throttled):
        error.retry_after = pause(response.headers, now)
    if isinstance(error, NeedsAttention):
        error.hint = f"check the credentials of {service}, and what they allow"
    return error.with_details(rate_limit=limit) if limit else error


def _said(response: httpx.Response, path: str) -> str:
    """What the body gives as the reason: at ``path``, or all of it if it is a plain text."""
    media_type = _media_type(response)
    if media_type == "text/plain":
        return _decoded(response, response.content).strip()[:_LONGEST_MESSAGE]
    try:
        found = look_up(path, orjson.loads(response.content))
    except (orjson.JSONDecodeError, Rejected):
        return ""
    return found[:_LONGEST_MESSAGE] if isinstance(found, str) else ""


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _is_json(media_type: str) -> bool:
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def _decoded(response: httpx.Response, body: bytes) -> str:
    try:
        return body.decode(response.charset_encoding or "utf-8", errors="replace")
    except LookupError:  # a character set that nobody knows
        return body.decode(errors="replace")
