"""What a model or its provider can do instead of answering."""

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


class AnswerRefused(Rejected):
    """The model, or the provider's filter, would not answer; ``reason`` is in the details."""

    code = "ai-refused"


class AnswerEmpty(Retryable):
    """The provider took the request and answered without text; tokens were spent."""

    code = "ai-empty"


class AnswerUnfit(Rejected):
    """The answer does not fit what was asked for, after one repair; ``faults`` tell why."""

    code = "ai-unfit"


_NO_QUOTA = ("insufficient_quota", "credit balance is too low", "billing")
_BAD_KEY = ("api_key_invalid", "api key not valid")


def read_error(response: httpx.Response, now: float) -> ServiceError:
    """The error for a response of 400 and above, from the body of any of the providers.

    Spent quota comes as 429 (OpenAI) or 400 (Anthropic), a bad key as 400 (Gemini): waiting
    helps with neither.
    """
    error = _error_object(response.content)
    said = str(error.get("message") or response.reason_phrase)
    message = f"the model's provider answered {response.status_code}: {said}"
    words = response.text.lower()
    details: dict[str, Any] = {"status": response.status_code, "provider_code": _code(error)}
    if response.status_code in (400, 429) and any(mark in words for mark in _NO_QUOTA):
        return NeedsAttention(message, hint="the account's quota is spent", **details)
    if response.status_code == 400 and any(mark in words for mark in _BAD_KEY):
        return NeedsAttention(message, hint="check api_key", **details)
    known = error_from_response(response, now=now, message=message)
    known.with_details(**details)
    if isinstance(known, Throttled) and known.retry_after is None:
        known.retry_after = _retry_delay(error)
    return known


def _error_object(body: bytes) -> Mapping[str, Any]:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    # Some servers wrap the object in a list of one.
    first = data[0] if isinstance(data, list) and data else data
    error = first.get("error") if isinstance(first, dict) else None
    return error if isinstance(error, dict) else {"message": error}


def _code(error: Mapping[str, Any]) -> str:
    return str(error.get("status") or error.get("code") or error.get("type") or "")


def _retry_delay(error: Mapping[str, Any]) -> float | None:
    """Seconds from Google's RetryInfo (``retryDelay: "12.5s"``)."""
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and (
            match := re.fullmatch(r"([\d.]+)s", str(detail.get("retryDelay", "")))
        ):
            return float(match[1])
    return None
