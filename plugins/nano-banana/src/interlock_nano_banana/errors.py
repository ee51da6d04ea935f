"""What the model can do instead of drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from interlock.sdk import (
    NeedsAttention,
    Rejected,
    Retryable,
    ServiceError,
    Throttled,
    error_from_response,
)

if TYPE_CHECKING:
    import httpx


class ImageRefused(Rejected):
    """The model, or Google's filter, would not draw this; ``reason`` and ``usage`` are details."""

    code = "image-refused"


class TextOnly(Rejected):
    """The model answered in words; ``text`` and ``usage`` are details. Tokens were spent."""

    code = "image-text-only"


class NoAnswer(Retryable):
    """The model answered with nothing; ``usage`` is a detail. Tokens were spent."""

    code = "image-no-answer"


def read_error(response: httpx.Response, service: str, now: float) -> ServiceError:
    """The error for a status of 400 and above, from its ``google.rpc.Status``.

    A bad key comes as 400, spent quota as 429: waiting helps with neither.
    """
    status = _status(response.content)
    said = str(status.get("message") or response.reason_phrase)
    message = f"{service}: Google answered {response.status_code}: {said}"
    reasons = {str(detail.get("reason")) for detail in _details(status)}
    if "API_KEY_INVALID" in reasons or "api key not valid" in said.lower():
        return NeedsAttention(message, hint="check api_key", status=response.status_code)
    paid = "billing" in said.lower() and not _passes(status)
    if "SERVICE_DISABLED" in reasons or paid:
        return NeedsAttention(
            message, hint="image models need a project with billing", status=response.status_code
        )
    error = error_from_response(response, now=now, message=message)
    if isinstance(error, Throttled) and error.retry_after is None:
        error.retry_after = _retry_delay(status)
    return error


def _passes(status: Mapping[str, Any]) -> bool:
    """Whether what Google says of a quota is over soon.

    It has the same words for a minute's quota, a day's, and for none at all (``quotaValue: 0``).
    """
    violations = [each for detail in _details(status) for each in detail.get("violations") or ()]
    lasting = any(
        "PerDay" in str(each.get("quotaId")) or str(each.get("quotaValue")) == "0"
        for each in violations
    )
    return _retry_delay(status) is not None and not lasting


def _status(body: bytes) -> Mapping[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = data.get("error") if isinstance(data, dict) else None
    return error if isinstance(error, dict) else {}


def _details(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [detail for detail in status.get("details") or () if isinstance(detail, dict)]


def _retry_delay(status: Mapping[str, Any]) -> float | None:
    """Seconds of a ``google.rpc.RetryInfo`` (``retryDelay: "12.5s"``)."""
    for detail in _details(status):
        if match := re.fullmatch(r"([\d.]+)s", str(detail.get("retryDelay", ""))):
            return float(match[1])
    return None
