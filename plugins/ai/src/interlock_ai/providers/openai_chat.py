"""Chat Completions, of OpenAI and as many other servers speak it
(https://platform.openai.com/docs/api-reference/chat).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_ai.providers.exchange import (
    DONE,
    Completion,
    Json,
    Question,
    Tell,
    takes_all,
    without_nones,
)
from interlock_ai.providers.strictness import fits_strict


def named(schema: Mapping[str, Any] | None) -> Json:
    """The schema of an answer as OpenAI takes it; to be kept to the letter where it can be."""
    made: Json = {"name": "answer", "schema": schema}
    return {**made, "strict": True} if schema and fits_strict(schema) else made


def bearer(api_key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


class OpenAIChat:
    """
    Args:
        limit: name of the field that bounds an answer; OpenAI renamed it, others did not.
    """

    check_path = "models"
    headers = staticmethod(bearer)
    takes = staticmethod(takes_all)

    def __init__(self, base_url: str, limit: str) -> None:
        self.base_url = base_url
        self._limit = limit

    def request(self, question: Question, model: str, *, stream: bool) -> tuple[str, Json]:
        turns = [{"role": turn.role, "content": turn.text} for turn in question.turns]
        system = [{"role": "system", "content": question.system}] if question.system else []
        schema = named(question.schema)
        body = {
            "model": model,
            "messages": [*system, *turns],
            self._limit: question.max_tokens,
            "temperature": question.temperature,
            "reasoning_effort": question.effort,
            "response_format": {"type": "json_schema", "json_schema": schema}
            if question.schema
            else None,
            "stream": True if stream else None,
            "stream_options": {"include_usage": True} if stream else None,
        }
        return "chat/completions", without_nones(body)

    def read(self, body: Json) -> Completion:
        choice: Json = next(iter(body.get("choices") or ()), {})
        message = choice.get("message") or {}
        reason = str(choice.get("finish_reason") or "unknown")
        refused = message.get("refusal") or ""
        usage = body.get("usage") or {}
        details = usage.get("prompt_tokens_details") or {}
        return Completion(
            text=_text_of(message.get("content")) or refused,
            model=str(body.get("model", "")),
            finish_reason=reason,
            input_tokens=int(usage.get("prompt_tokens") or 0),
            output_tokens=int(usage.get("completion_tokens") or 0),
            cached_tokens=details.get("cached_tokens") or 0,
            written_tokens=details.get("cache_write_tokens") or 0,
            usd=told_cost(usage),
            refusal=reason if reason == "content_filter" else "refusal" if refused else "",
        )

    def assembly(self, told: Tell) -> _Assembly:
        return _Assembly(told)


def told_cost(usage: Json) -> float | None:
    """What gateways such as OpenRouter and LiteLLM add to the usage, in US dollars."""
    cost = usage.get("cost")
    return float(cost) if isinstance(cost, int | float) and cost >= 0 else None


def _text_of(content: Any) -> str:
    """Mistral's models that think give a list of parts, of which the texts are the answer."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if part["type"] == "text")
    return str(content or "")


class _Assembly:
    """Deltas of the one choice. Its finish reason is the end, or ``[DONE]``: some send only one."""

    def __init__(self, told: Tell) -> None:
        self._told = told
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._reason: str | None = None
        self._rest: Json = {}

    def take(self, event: Json) -> str:
        if event.get("error"):
            raise self._told(event["error"])
        if event is DONE:
            self._reason = self._reason or "unknown"
        self._rest |= {name: event[name] for name in ("model", "usage") if event.get(name)}
        text = ""
        for choice in (event.get("choices") or ())[:1]:
            delta = choice.get("delta") or {}
            text = _text_of(delta.get("content"))
            self._texts.append(text)
            self._refusals.append(str(delta.get("refusal") or ""))
            self._reason = choice.get("finish_reason") or self._reason
        return text

    @property
    def ended(self) -> bool:
        return self._reason is not None

    def body(self) -> Json:
        message = {"content": "".join(self._texts), "refusal": "".join(self._refusals)}
        return {**self._rest, "choices": [{"message": message, "finish_reason": self._reason}]}
