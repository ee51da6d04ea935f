"""OpenAI Responses (https://platform.openai.com/docs/api-reference/responses)."""

from __future__ import annotations

from interlock_ai.providers.exchange import (
    Completion,
    Json,
    Question,
    Tell,
    takes_all,
    without_nones,
)
from interlock_ai.providers.openai_chat import bearer, named, told_cost


class OpenAIResponses:
    base_url = "https://api.openai.com"
    check_path = "models"
    headers = staticmethod(bearer)
    takes = staticmethod(takes_all)

    def request(self, question: Question, model: str, *, stream: bool) -> tuple[str, Json]:
        format_ = {"type": "json_schema", **named(question.schema)}
        body = {
            "model": model,
            "input": [{"role": turn.role, "content": turn.text} for turn in question.turns],
            "instructions": question.system,
            "max_output_tokens": question.max_tokens,
            "temperature": question.temperature,
            "reasoning": {"effort": question.effort} if question.effort else None,
            "text": {"format": format_} if question.schema else None,
            # Nothing is read back later, so nothing need be kept there.
            "store": False,
            "stream": True if stream else None,
        }
        return "responses", without_nones(body)

    def read(self, body: Json) -> Completion:
        parts = [
            part
            for entry in body.get("output") or ()
            if entry.get("type") == "message"
            for part in entry.get("content") or ()
        ]
        cut = (body.get("incomplete_details") or {}).get("reason")
        refused = [str(part["refusal"]) for part in parts if part.get("type") == "refusal"]
        usage = body.get("usage") or {}
        details = usage.get("input_tokens_details") or {}
        said = [str(part["text"]) for part in parts if part.get("type") == "output_text"]
        return Completion(
            text="".join(said or refused),
            model=str(body.get("model", "")),
            finish_reason="length" if cut == "max_output_tokens" else "stop",
            input_tokens=usage.get("input_tokens") or 0,
            output_tokens=usage.get("output_tokens") or 0,
            cached_tokens=details.get("cached_tokens") or 0,
            written_tokens=details.get("cache_write_tokens") or 0,
            usd=told_cost(usage),
            refusal="content_filter" if cut == "content_filter" else "refusal" if refused else "",
        )

    def assembly(self, told: Tell) -> _Assembly:
        return _Assembly(told)


class _Assembly:
    """The last event holds the whole answer again."""

    def __init__(self, told: Tell) -> None:
        self._told = told
        self._response: Json = {}

    def take(self, event: Json) -> str:
        match event.get("type"):
            case "response.output_text.delta":
                return str(event.get("delta") or "")
            case "response.completed" | "response.incomplete":
                self._response = event["response"]
            case "response.failed":
                self._response = event["response"]  # its usage is paid
                raise self._told(event["response"].get("error") or {})
            case "error":
                # The SDK's type has the fields in the event, other servers in an object.
                raise self._told(event.get("error") or event)
        return ""

    @property
    def ended(self) -> bool:
        return bool(self._response)

    def body(self) -> Json:
        return self._response
