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


_NO_QUOTA = re.compile(
    r"insufficient[ _](?:quota|balance|credits)|credit balance is too low"
    r"|exceeded your current quota|account is not active"
    r"|billing[ _](?:error|hard[ _]limit|not[ _]active)"
)
# Words of OpenAI, Azure and LiteLLM; Anthropic.
_FILTERED = re.compile(
    r"content_filter|content_policy|contentpolicyviolation|content management policy"
    r"|flagged as potentially violating|content filtering policy|safety system"
)
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

    Spent quota comes as 429 (OpenAI), 400 (Anthropic) or 402, a bad key as 400 (Gemini): waiting
    helps with neither. Some filters answer 400.
    """
    status, error = response.status_code, _error_object(response.content)
    said = str(error.get("message") or response.reason_phrase)
    message = f"{service}: the model's provider answered {status}: {said}"
    details: dict[str, Any] = {"status": status, "provider_code": _code(error)}
    if special := _special(status, f"{_code(error)} {error.get('type')} {said}", error):
        kind, hint = special
        if kind is AnswerRefused:
            details["reason"] = "content_filter"
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
    said = f"{words} {error.get('message')}".lower()
    if _TOO_LONG.search(said):
        return ContextTooLong(message, hint=_SHORTER)
    if _FILTERED.search(said):
        return AnswerRefused(message, reason="content_filter")
    if _NO_QUOTA.search(said) and not _passes(error):
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
    if status == 402 or (status in (400, 403, 429) and _NO_QUOTA.search(low)):
        return None if _passes(error) else (NeedsAttention, _SPENT)
    if status == 400 and any(mark in low for mark in _BAD_KEY):
        return NeedsAttention, "check api_key"
    if status in (400, 403) and _FILTERED.search(low):
        return AnswerRefused, ""
    if status == 413 or (status == 400 and _TOO_LONG.search(low)):
        return ContextTooLong, _SHORTER
    return None


def _passes(error: Mapping[str, Any]) -> bool:
    """Whether what Google says of a quota is over soon.

    It has the same words for a minute's quota, a day's, and for none at all (``quotaValue: 0``).
    """
    details = [each for each in error.get("details") or () if isinstance(each, dict)]
    violations = [each for detail in details for each in detail.get("violations") or ()]
    lasting = any(
        "PerDay" in str(each.get("quotaId")) or str(each.get("quotaValue")) == "0"
        for each in violations
    )
    return _retry_delay(error) is not None and not lasting


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
