"""Gemini generateContent (https://ai.google.dev/api/generate-content)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from interlock_ai.errors import AnswerEmpty, AnswerRefused
from interlock_ai.providers.exchange import Completion, Json, Question, without_nones

_ROLES = {"user": "user", "assistant": "model"}
_FINISH = {"STOP": "stop", "MAX_TOKENS": "length"}
_REFUSALS = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
)


class Gemini:
    base_url = "https://generativelanguage.googleapis.com"
    check_path = "/v1/models?pageSize=1"

    def headers(self, api_key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": api_key}

    def request(self, question: Question, model: str) -> tuple[str, Json]:
        json_mode = {
            "responseMimeType": "application/json",
            "responseJsonSchema": question.schema,
        }
        config = {
            "maxOutputTokens": question.max_tokens,
            "temperature": question.temperature,
            **(json_mode if question.schema else {}),
        }
        body = {
            "contents": [
                {"role": _ROLES[turn.role], "parts": [{"text": turn.text}]}
                for turn in question.turns
            ],
            "systemInstruction": _instruction(question.system),
            "generationConfig": without_nones(config),
        }
        return f"/v1/models/{quote(model, safe='')}:generateContent", without_nones(body)

    def read(self, body: Json) -> Completion:
        if blocked := (body.get("promptFeedback") or {}).get("blockReason"):
            raise AnswerRefused(f"the prompt was blocked: {blocked}", reason=blocked)
        candidates: list[dict[str, Any]] = body.get("candidates") or [{}]
        reason = str(candidates[0].get("finishReason"))
        if reason in _REFUSALS:
            raise AnswerRefused(f"the provider's filter cut the answer: {reason}", reason=reason)
        parts = (candidates[0].get("content") or {}).get("parts") or ()
        # Parts marked as thoughts are not the answer.
        text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
        if not text:
            raise AnswerEmpty("the model answered without text", reason=reason)
        usage = body.get("usageMetadata") or {}
        return Completion(
            text=text,
            model=str(body.get("modelVersion", "")),
            finish_reason=_FINISH.get(reason, reason),
            input_tokens=usage.get("promptTokenCount", 0),
            output_tokens=usage.get("candidatesTokenCount", 0),
        )


def _instruction(system: str | None) -> Json | None:
    return {"parts": [{"text": system}]} if system else None
