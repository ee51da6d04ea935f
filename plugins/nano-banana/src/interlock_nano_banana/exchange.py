"""Requests and answers of generateContent (https://ai.google.dev/api/generate-content)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from interlock_nano_banana.errors import ImageRefused, NoAnswer, TextOnly
from interlock_nano_banana.prices import Price

_LONGEST_TEXT = 500
_REFUSALS = frozenset(
    {"SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST"}
    | {"RECITATION", "IMAGE_RECITATION", "SPII", "LANGUAGE", "IMAGE_OTHER"}
    | {"MODEL_ARMOR", "ESCALATION"}
)

Usage = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer with pictures."""

    pictures: tuple[bytes, ...]
    text: str
    model: str


def request_of(
    prompt: str, images: Sequence[Mapping[str, Any]], ratio: str | None, size: str | None
) -> dict[str, Any]:
    """The body that asks for a picture."""
    wishes = {"aspectRatio": ratio, "imageSize": size}
    image = {name: value for name, value in wishes.items() if value is not None}
    config: dict[str, Any] = {"responseModalities": ["IMAGE", "TEXT"]}
    if image:
        config["imageConfig"] = image
    parts = [*images, {"text": prompt}]
    return {"contents": [{"role": "user", "parts": parts}], "generationConfig": config}


def read_body(content: bytes, service: str) -> Mapping[str, Any]:
    """Raises NoAnswer: the content is no JSON object."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise NoAnswer(f"{service}: the answer cannot be read: {content[:80]!r}")
    return body


def read_answer(body: Mapping[str, Any], service: str, usage: Usage) -> Drawn:
    """The pictures of an answer.

    Raises:
        ImageRefused, TextOnly, NoAnswer: there is none; ``usage`` is in the details.
    """
    if blocked := (body.get("promptFeedback") or {}).get("blockReason"):
        raise ImageRefused(
            f"{service}: the prompt was blocked: {blocked}",
            hint="say it otherwise",
            reason=blocked,
            usage=usage,
        )
    candidate: Mapping[str, Any] = next(iter(body.get("candidates") or ()), {})
    parts = (candidate.get("content") or {}).get("parts") or ()
    shown = [part for part in parts if not part.get("thought")]
    text = "\n".join(part["text"] for part in shown if part.get("text"))
    try:
        pictures = tuple(_decoded(part) for part in shown if _is_picture(part))
    except (KeyError, ValueError, TypeError):
        raise NoAnswer(f"{service}: a picture of the answer is damaged", usage=usage) from None
    if not pictures:
        raise _nothing(candidate, text, service, usage)
    return Drawn(pictures, text, str(body.get("modelVersion", "")))


def _nothing(
    candidate: Mapping[str, Any], text: str, service: str, usage: Usage
) -> ImageRefused | TextOnly | NoAnswer:
    reason = str(candidate.get("finishReason", ""))
    if reason in _REFUSALS:
        message = f"{service}: the picture was held back: {reason}"
        return ImageRefused(message, hint="say it otherwise", reason=reason, usage=usage)
    if text:
        return TextOnly(
            f"{service}: the model answered in words: {text[:_LONGEST_TEXT]}",
            hint="say plainly that a picture is wanted, and of what",
            text=text,
            usage=usage,
        )
    message = f"{service}: the model answered with nothing ({reason or 'no reason'})"
    return NoAnswer(message, usage=usage)


def _is_picture(part: Mapping[str, Any]) -> bool:
    return str((part.get("inlineData") or {}).get("mimeType", "")).startswith("image/")


def _decoded(part: Mapping[str, Any]) -> bytes:
    return b64decode(part["inlineData"]["data"], validate=True)


def read_usage(body: Mapping[str, Any], price: Price | None) -> Usage:
    """``{input_tokens, output_tokens, usd}``; usd is None without a price."""
    usage = body.get("usageMetadata") or {}
    put_in = int(usage.get("promptTokenCount") or 0)
    answer = int(usage.get("candidatesTokenCount") or 0)
    # Thoughts are counted apart from the answer, and paid like its words.
    said = int(usage.get("thoughtsTokenCount") or 0)
    words = min(answer, _words(usage.get("candidatesTokensDetails")))
    usd = None
    if price is not None:
        usd = round(price.cost(put_in, answer - words, words + said), 9)
    return {"input_tokens": put_in, "output_tokens": answer + said, "usd": usd}


def _words(details: Any) -> int:
    """Tokens of an answer that are no picture's; where that is not told, all are a picture's."""
    told = [each for each in details or () if isinstance(each, Mapping)]
    return sum(int(each.get("tokenCount") or 0) for each in told if each.get("modality") == "TEXT")
