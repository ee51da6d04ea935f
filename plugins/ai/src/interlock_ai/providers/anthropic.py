"""Anthropic Messages (https://docs.anthropic.com/en/api/messages), as its SDK 2.12 sends them."""

from __future__ import annotations

from collections.abc import Mapping

from interlock_ai.providers.exchange import Completion, Json, Question, Tell, without_nones
from interlock_ai.providers.narrowing import expressible, narrowed

_VERSION = "2026-10-21"
_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}


class Anthropic:
    """Without ``temperature``: the API of this version has none."""

    base_url = "https://api.anthropic.com"
    check_path = "models"

    def headers(self, api_key: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {api_key}", "anthropic-version": _VERSION}

    takes = staticmethod(expressible)

    def request(self, question: Question, model: str, *, stream: bool) -> tuple[str, Json]:
        format_ = {"type": "json_schema", "schema": narrowed(question.schema)}
        config = {"effort": question.effort, "format": format_ if question.schema else None}
        body = {
            "model": model,
            "max_tokens": question.max_tokens,
            "messages": [{"role": turn.role, "content": turn.text} for turn in question.turns],
            "system": question.system,
            "output_config": without_nones(config) or None,
            "stream": True if stream else None,
        }
        return "messages", without_nones(body)

    def read(self, body: Json) -> Completion:
        reason = str(body.get("stop_reason"))
        blocks = body.get("content") or ()
        usage = body.get("usage") or {}
        cached = usage.get("cache_read_input_tokens") or 0
        written = usage.get("cache_creation_input_tokens") or 0
        why = (body.get("stop_details") or {}) if reason == "refusal" else {}
        text = "".join(block["text"] for block in blocks if block.get("type") == "text")
        return Completion(
            text=text or str(why.get("explanation") or ""),
            model=str(body.get("model", "")),
            finish_reason=_FINISH.get(reason, reason),
            # Anthropic counts what went into a cache or came from it apart.
            input_tokens=(usage.get("input_tokens") or 0) + cached + written,
            output_tokens=usage.get("output_tokens") or 0,
            cached_tokens=cached,
            written_tokens=written,
            refusal=str(why.get("category") or reason) if reason == "refusal" else "",
        )

    def assembly(self, told: Tell) -> _Assembly:
        return _Assembly(told)


class _Assembly:
    """``message_start``, the deltas, ``message_stop``; other events add nothing."""

    def __init__(self, told: Tell) -> None:
        self._told = told
        self._message: Json = {}
        self._texts: list[str] = []
        self.ended = False

    def take(self, event: Json) -> str:
        match event.get("type"):
            case "message_start":
                self._message = dict(event["message"])
            case "content_block_delta":
                text = str(event["delta"].get("text") or "")
                self._texts.append(text)
                return text
            case "message_delta":
                usage = {**(self._message.get("usage") or {}), **(event.get("usage") or {})}
                self._message |= {**event["delta"], "usage": usage}
            case "message_stop":
                self.ended = True
            case "error":
                raise self._told(event["error"])
        return ""

    def body(self) -> Json:
        return {**self._message, "content": [{"type": "text", "text": "".join(self._texts)}]}
