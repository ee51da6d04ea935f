"""What an API tells of its rate limit in headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from interlock.sdk import retry_after_seconds

# The words of RateLimit (draft-ietf-httpapi-ratelimit-headers, up to 07 and from 08), of GitHub
# and of Twitter, in which everybody else writes.
_PREFIXES = ("ratelimit-", "x-ratelimit-", "x-rate-limit-")
_NEW_LIMIT = re.compile(r"\br=(\d+)")
_NEW_RESET = re.compile(r"\bt=(\d+)")
_EPOCH = 1e9
_EPOCH_MILLIS = 1e11


def rate_limit(headers: Mapping[str, str], now: float) -> dict[str, float]:
    """``{limit, remaining, reset}`` as far as told; ``reset`` in seconds from now.

    Args:
        headers: names are looked up in lower case, as httpx does.
        now: seconds since the epoch.
    """
    told = {
        word: text
        for word in ("limit", "remaining", "reset")
        for prefix in _PREFIXES
        if (text := headers.get(f"{prefix}{word}", ""))
    }
    structured = headers.get("ratelimit", "")
    for word, pattern in (("remaining", _NEW_LIMIT), ("reset", _NEW_RESET)):
        if found := pattern.search(structured):
            told.setdefault(word, found[1])
    numbers = {word: _number(text) for word, text in told.items()}
    known = {word: number for word, number in numbers.items() if number is not None}
    if "reset" in known:
        known["reset"] = _from_now(known["reset"], now)
    return known


def pause(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until the API answers again; None if it does not say."""
    seconds = retry_after_seconds(headers, now)
    return rate_limit(headers, now).get("reset") if seconds is None else seconds


def _number(text: str) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text)
    return float(found[1]) if found else None


def _from_now(reset: float, now: float) -> float:
    """Some count seconds from now, some since the epoch, and some in thousandths."""
    if reset > _EPOCH_MILLIS:
        reset /= 1000
    return max(0.0, reset - now) if reset > _EPOCH else reset
