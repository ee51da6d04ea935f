"""What a model or its provider can do instead of answering."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from interlock.sdk import (
    NeedsAttention,
    NotFound,
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


class AnswerCut(Rejected):
    """``max_tokens`` were used up before there was any text; tokens were spent."""

    code = "ai-cut"


class AnswerBroken(Retryable):
    """The answer broke off, or cannot be read; what came of it is not used."""

    code = "ai-broken"


class AnswerUnfit(Rejected):
    """The answer does not fit what was asked for, after all repairs; ``faults`` tell why."""

    code = "ai-unfit"


class ContextTooLong(Rejected):
    """The question is longer than the model can read."""

    code = "ai-context-too-long"


_NO_QUOTA = ("insufficient_quota", "credit balance is too low", "billing")
_BAD_KEY = ("api_key_invalid", "api key not valid")
# Words of Anthropic; OpenAI and its kin; Gemini.
_TOO_LONG = re.compile(
    r"prompt is too long|request_too_large|context_length_exceeded|maximum context length"
    r"|context window|input token count.{0,40}exceeds",
    re.IGNORECASE,
)
_BY_TYPE: tuple[tuple[str, type[ServiceError]], ...] = (
    ("overloaded", Throttled),
    ("rate_limit", Throttled),
    ("resource_exhausted", Throttled),
    ("authentication", NeedsAttention),
    ("permission", NeedsAttention),
    ("invalid_request", Rejected),
    ("invalid_argument", Rejected),
)


def read_error(response: httpx.Response, service: str, now: float) -> ServiceError:
    """The error for a response of 400 and above, from the body of any of the providers.

    Spent quota comes as 429 (OpenAI) or 400 (Anthropic), a bad key as 400 (Gemini): waiting
    helps with neither.
    """
    status, error = response.status_code, _error_object(response.content)
    said = str(error.get("message") or response.reason_phrase)
    message = f"{service}: the model's provider answered {status}: {said}"
    details: dict[str, Any] = {"status": status, "provider_code": _code(error)}
    if special := _special(status, f"{_code(error)} {error.get('type')} {said}", error):
        kind, hint = special
        return kind(message, hint=hint, **details)
    known = error_from_response(response, now=now, message=message)
    known.with_details(**details)
    if isinstance(known, NotFound):
        known.hint = "check model and base_url"
    if isinstance(known, Throttled):
        known.retry_after = _milliseconds(response.headers) or known.retry_after
        if known.retry_after is None:
            known.retry_after = _retry_delay(error)
    return known


def error_within(error: Any, service: str) -> ServiceError:
    """The error for one that a provider tells within an answer that began well, with a 200."""
    error = error if isinstance(error, dict) else {"message": error}
    words = f"{error.get('type')} {_code(error)}".lower()
    message = f"{service}: the model's provider broke off: {error.get('message') or words}"
    if _TOO_LONG.search(f"{words} {error.get('message')}"):
        return ContextTooLong(message, hint=_SHORTER)
    if any(mark in f"{words} {error.get('message')}".lower() for mark in _NO_QUOTA):
        return NeedsAttention(message, hint=_SPENT, provider_code=_code(error))
    kind = next((kind for word, kind in _BY_TYPE if word in words), Retryable)
    return kind(message, provider_code=_code(error))


_SPENT = "the account's quota is spent"
_SHORTER = "shorten the text, or choose a model that reads more"


def _special(
    status: int, words: str, error: Mapping[str, Any]
) -> tuple[type[ServiceError], str] | None:
    """What the status alone would get wrong, and what helps."""
    low = f"{words} {error.get('details', '')}".lower()
    if status in (400, 429) and any(mark in low for mark in _NO_QUOTA):
        return NeedsAttention, _SPENT
    if status == 400 and any(mark in low for mark in _BAD_KEY):
        return NeedsAttention, "check api_key"
    if status == 413 or (status == 400 and _TOO_LONG.search(low)):
        return ContextTooLong, _SHORTER
    return None


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


def _milliseconds(headers: Mapping[str, str]) -> float | None:
    """Seconds of ``retry-after-ms``, which OpenAI sends beside the header in whole seconds."""
    try:
        return float(headers["retry-after-ms"]) / 1000
    except (KeyError, ValueError):
        return None


def _retry_delay(error: Mapping[str, Any]) -> float | None:
    """Seconds from Google's RetryInfo (``retryDelay: "12.5s"``)."""
    for detail in error.get("details") or ():
        if isinstance(detail, dict) and (
            match := re.fullmatch(r"([\d.]+)s", str(detail.get("retryDelay", "")))
        ):
            return float(match[1])
    return None
