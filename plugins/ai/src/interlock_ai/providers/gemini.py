"""Gemini generateContent (https://ai.google.dev/api/generate-content)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from interlock_ai.providers.exchange import (
    Completion,
    Json,
    Question,
    Tell,
    takes_all,
    without_nones,
)

_ROLES = {"user": "user", "assistant": "model"}
_FINISH = {"STOP": "stop", "MAX_TOKENS": "length"}
_REFUSALS = frozenset(
    {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"}
    | {"MODEL_ARMOR", "ESCALATION"}
)
_LAST_COUNTS = ("usageMetadata", "modelVersion", "promptFeedback", "responseId")


class Gemini:
    base_url = "https://generativelanguage.googleapis.com"
    check_path = "models?pageSize=1"
    takes = staticmethod(takes_all)

    def headers(self, api_key: str) -> Mapping[str, str]:
        return {"x-goog-api-key": api_key}

    def request(self, question: Question, model: str, *, stream: bool) -> tuple[str, Json]:
        json_mode = {
            "responseMimeType": "application/json",
            "responseJsonSchema": _lone_references(question.schema),
        }
        thinking = {"thinkingLevel": question.effort.upper()} if question.effort else None
        config = {
            "maxOutputTokens": question.max_tokens,
            "temperature": question.temperature,
            "thinkingConfig": thinking,
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
        method = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return f"models/{quote(model, safe='')}:{method}", without_nones(body)

    def read(self, body: Json) -> Completion:
        candidate: Json = next(iter(body.get("candidates") or ()), {})
        reason = str(candidate.get("finishReason"))
        parts = (candidate.get("content") or {}).get("parts") or ()
        usage = body.get("usageMetadata") or {}
        feedback = body.get("promptFeedback") or {}
        blocked = str(feedback.get("blockReason") or "")
        refusal = blocked or (reason if reason in _REFUSALS else "")
        why = feedback.get("blockReasonMessage") or candidate.get("finishMessage")
        return Completion(
            text=_text(parts) or (str(why or "") if refusal else ""),
            model=str(body.get("modelVersion", "")),
            finish_reason=_FINISH.get(reason, reason),
            input_tokens=usage.get("promptTokenCount") or 0,
            # Thoughts are paid like the answer, and counted apart from it.
            output_tokens=(usage.get("candidatesTokenCount") or 0)
            + (usage.get("thoughtsTokenCount") or 0),
            cached_tokens=usage.get("cachedContentTokenCount") or 0,
            refusal=refusal,
        )

    def assembly(self, told: Tell) -> _Assembly:
        return _Assembly(told)


class _Assembly:
    """Each event is an answer of its own, with the parts that are new."""

    def __init__(self, told: Tell) -> None:
        self._told = told
        self._texts: list[str] = []
        self._rest: Json = {}
        self._reason = ""
        self._why = ""

    def take(self, event: Json) -> str:
        if event.get("error"):
            raise self._told(event["error"])
        self._rest |= {name: event[name] for name in _LAST_COUNTS if name in event}
        candidate: Json = next(iter(event.get("candidates") or ()), {})
        self._reason = str(candidate.get("finishReason") or self._reason)
        self._why = str(candidate.get("finishMessage") or self._why)
        text = _text((candidate.get("content") or {}).get("parts") or ())
        self._texts.append(text)
        return text

    @property
    def ended(self) -> bool:
        blocked = (self._rest.get("promptFeedback") or {}).get("blockReason")
        return bool(self._reason or blocked)

    def body(self) -> Json:
        content = {"parts": [{"text": "".join(self._texts)}]}
        ending = {"finishReason": self._reason, "finishMessage": self._why}
        return {**self._rest, "candidates": [{"content": content, **ending}]}


def _text(parts: Any) -> str:
    """Parts marked as thoughts are not the answer."""
    return "".join(part.get("text", "") for part in parts if not part.get("thought"))


def _lone_references(node: Any) -> Any:
    """The schema without what stands beside a ``$ref``, which Google's API refuses there."""
    if isinstance(node, Mapping):
        lone = isinstance(node.get("$ref"), str)
        kept = {name: part for name, part in node.items() if not lone or name.startswith("$")}
        return {name: _lone_references(part) for name, part in kept.items()}
    return [_lone_references(part) for part in node] if isinstance(node, list) else node


def _instruction(system: str | None) -> Json | None:
    return {"parts": [{"text": system}]} if system else None
