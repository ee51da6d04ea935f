"""Requests and answers of generateContent (https://ai.google.dev/api/generate-content)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_nano_banana.errors import ImageRefused, NoAnswer, TextOnly

_LONGEST_TEXT = 500
_REFUSALS = frozenset(
    {"SAFETY", "IMAGE_SAFETY", "PROHIBITED_CONTENT", "IMAGE_PROHIBITED_CONTENT", "BLOCKLIST"}
    | {"RECITATION", "IMAGE_RECITATION", "SPII", "LANGUAGE", "IMAGE_OTHER"}
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer with pictures; ``usage`` is ``{input_tokens, output_tokens}``."""

    pictures: tuple[bytes, ...]
    text: str
    model: str
    usage: dict[str, int]


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


def read_answer(body: Mapping[str, Any], service: str) -> Drawn:
    """The pictures of an answer.

    Raises:
        ImageRefused, TextOnly, NoAnswer: there is none.
    """
    usage = _usage(body)
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
    pictures = tuple(b64decode(part["inlineData"]["data"]) for part in shown if _is_picture(part))
    if not pictures:
        raise _nothing(candidate, text, service, usage)
    return Drawn(pictures, text, str(body.get("modelVersion", "")), usage)


def _nothing(
    candidate: Mapping[str, Any], text: str, service: str, usage: dict[str, int]
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
    return NoAnswer(f"{service}: the model answered with nothing ({reason or 'no reason'})",
                    usage=usage)  # fmt: skip


def _is_picture(part: Mapping[str, Any]) -> bool:
    return str((part.get("inlineData") or {}).get("mimeType", "")).startswith("image/")


def _usage(body: Mapping[str, Any]) -> dict[str, int]:
    usage = body.get("usageMetadata") or {}
    return {
        "input_tokens": int(usage.get("promptTokenCount") or 0),
        "output_tokens": int(usage.get("candidatesTokenCount") or 0),
    }
