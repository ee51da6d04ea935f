"""Anthropic Messages (https://docs.anthropic.com/en/api/messages), as its SDK 2.12 sends them."""

from __future__ import annotations

from collections.abc import Mapping

from interlock_ai.errors import AnswerEmpty, AnswerRefused
from interlock_ai.providers.exchange import Completion, Json, Question, without_nones

_VERSION = "2026-10-21"
_FINISH = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length"}


class Anthropic:
    base_url = "https://api.anthropic.com"
    check_path = "/v1/models"

    def headers(self, api_key: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {api_key}", "anthropic-version": _VERSION}

    def request(self, question: Question, model: str) -> tuple[str, Json]:
        format_ = {"type": "json_schema", "schema": question.schema}
        body = {
            "model": model,
            "max_tokens": question.max_tokens,
            "messages": [{"role": turn.role, "content": turn.text} for turn in question.turns],
            "system": question.system,
            "temperature": question.temperature,
            "output_config": {"format": format_} if question.schema else None,
        }
        return "/v1/messages", without_nones(body)

    def read(self, body: Json) -> Completion:
        reason = str(body.get("stop_reason"))
        if reason == "refusal":
            raise AnswerRefused("the model refused to answer", reason=reason)
        blocks = body.get("content") or ()
        text = "".join(block["text"] for block in blocks if block.get("type") == "text")
        if not text:
            raise AnswerEmpty("the model answered without text", reason=reason)
        usage = body.get("usage") or {}
        return Completion(
            text=text,
            model=str(body.get("model", "")),
            finish_reason=_FINISH.get(reason, reason),
            input_tokens=usage.get("input_tokens", 0),
            output_tokens=usage.get("output_tokens", 0),
        )
