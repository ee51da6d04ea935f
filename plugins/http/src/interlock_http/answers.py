"""Answers of an API, as JSON: bounded in size, bytes kept beside the journal."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import httpx
import orjson

from interlock.sdk import Blobs, Rejected, Retryable

_TEXTS = re.compile(
    r"text/.*|application/(xml|(x-)?yaml|javascript|graphql|x-ndjson|x-www-form-urlencoded)|.*\+xml"
)

# Of a number that may not fit, or of a text with as many digits.
_LONG = re.compile(rb"\d{19}")
_LONGEST = 20  # of what fits, with its sign


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

    Integers of more than 64 bits are texts: as numbers they would lose their last digits.

    Raises:
        Retryable: it says that it is JSON, and is none.
    """
    if not body:
        return None
    media_type = media_type_of(response)
    if _is_json(media_type):
        try:
            return _long_numbers.decode(body.decode()) if _LONG.search(body) else orjson.loads(body)
        except (ValueError, RecursionError) as error:
            path = response.request.url.path
            raise Retryable(f"{service}: {path} answers with broken JSON: {error}") from None
    if _TEXTS.fullmatch(media_type):
        return text_of(response, body)
    kept = await blobs.put(body, media_type or "application/octet-stream")
    return {"blob": kept.digest, "size": kept.size, "media_type": kept.media_type}


def _whole(digits: str) -> int | str:
    if len(digits) <= _LONGEST and -(2**63) <= (number := int(digits)) < 2**64:
        return number
    return digits


def _real(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no number")


_long_numbers = json.JSONDecoder(parse_int=_whole, parse_float=_real, parse_constant=_refused)


def media_type_of(response: httpx.Response) -> str:
    """In lower case, without parameters; empty if the API does not say."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _is_json(media_type: str) -> bool:
    return media_type in ("application/json", "text/json") or media_type.endswith("+json")


def text_of(response: httpx.Response, body: bytes) -> str:
    """The body in the character set that the API names."""
    try:
        return body.decode(response.charset_encoding or "utf-8", errors="replace")
    except LookupError:  # a character set that nobody knows
        return body.decode(errors="replace")
