"""OpenAI Responses, and Chat Completions as many other servers speak it
(https://platform.openai.com/docs/api-reference).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_ai.errors import AnswerEmpty, AnswerRefused
from interlock_ai.providers.exchange import Completion, Json, Question, without_nones

_NAME = "answer"


def _bearer(api_key: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}


class OpenAIResponses:
    base_url = "https://api.openai.com"
    check_path = "/v1/models"
    headers = staticmethod(_bearer)

    def request(self, question: Question, model: str) -> tuple[str, Json]:
        format_ = {"type": "json_schema", "name": _NAME, "schema": question.schema}
        body = {
            "model": model,
            "input": [{"role": turn.role, "content": turn.text} for turn in question.turns],
            "instructions": question.system,
            "max_output_tokens": question.max_tokens,
            "temperature": question.temperature,
            "text": {"format": format_} if question.schema else None,
            # Nothing is read back later, so nothing need be kept there.
            "store": False,
        }
        return "/v1/responses", without_nones(body)

    def read(self, body: Json) -> Completion:
        parts = [
            part
            for entry in body.get("output") or ()
            if entry.get("type") == "message"
            for part in entry.get("content") or ()
        ]
        incomplete = (body.get("incomplete_details") or {}).get("reason")
        for part in parts:
            if part.get("type") == "refusal":
                raise AnswerRefused(f"the model refused: {part['refusal']}", reason="refusal")
        if incomplete == "content_filter":
            raise AnswerRefused("the provider's filter cut the answer", reason=incomplete)
        text = "".join(part["text"] for part in parts if part.get("type") == "output_text")
        if not text:
            raise AnswerEmpty("the model answered without text", reason=incomplete or "none")
        usage = body.get("usage") or {}
        return Completion(
            text=text,
            model=str(body.get("model", "")),
            finish_reason="length" if incomplete == "max_output_tokens" else "stop",
            input_tokens=usage.get("input_tokens", 0),
            output_tokens=usage.get("output_tokens", 0),
        )


class OpenAIChat:
    base_url = ""
    check_path = "/v1/models"
    headers = staticmethod(_bearer)

    def request(self, question: Question, model: str) -> tuple[str, Json]:
        turns = [{"role": turn.role, "content": turn.text} for turn in question.turns]
        system = [{"role": "system", "content": question.system}] if question.system else []
        format_ = {"type": "json_schema", "json_schema": {"name": _NAME, "schema": question.schema}}
        body = {
            "model": model,
            "messages": [*system, *turns],
            "max_tokens": question.max_tokens,
            "temperature": question.temperature,
            "response_format": format_ if question.schema else None,
        }
        return "/v1/chat/completions", without_nones(body)

    def read(self, body: Json) -> Completion:
        choices: list[dict[str, Any]] = body.get("choices") or [{}]
        message = choices[0].get("message") or {}
        reason = str(choices[0].get("finish_reason"))
        if refusal := message.get("refusal"):
            raise AnswerRefused(f"the model refused: {refusal}", reason="refusal")
        if reason == "content_filter":
            raise AnswerRefused("the provider's filter cut the answer", reason=reason)
        if not message.get("content"):
            raise AnswerEmpty("the model answered without text", reason=reason)
        usage = body.get("usage") or {}
        return Completion(
            text=message["content"],
            model=str(body.get("model", "")),
            finish_reason=reason,
            input_tokens=usage.get("prompt_tokens", 0),
            output_tokens=usage.get("completion_tokens", 0),
        )
