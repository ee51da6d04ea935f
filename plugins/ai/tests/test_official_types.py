"""Our clients held to the providers' own SDKs: what we ask is of their types, and what their types
hold is read.
"""

from __future__ import annotations

from typing import Any

import pytest
from anthropic import transform_schema
from anthropic.types import Message
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)
from google.genai import types as google
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses import Response
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import TypeAdapter

from interlock_ai import analysis, react
from interlock_ai.providers import Completion, Question, Turn, provider_of
from interlock_ai.providers.narrowing import narrowed

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
TURNS = (Turn("user", "a number"), Turn("assistant", "one"), Turn("user", "as JSON"))
QUESTIONS = (
    Question(TURNS[:1], max_tokens=10),
    Question(TURNS, 10, system="Be brief.", schema=SCHEMA, temperature=0.5, effort="low"),
)
PARAMETERS: dict[str, tuple[Any, Any]] = {
    "anthropic": (MessageCreateParamsNonStreaming, MessageCreateParamsStreaming),
    "openai": (ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming),
    "openai-chat": (CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming),
    "openai-compatible": (CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming),
}


@pytest.mark.parametrize("question", QUESTIONS, ids=["plain", "full"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("provider", PARAMETERS)
def test_what_is_asked_is_what_the_sdk_would_ask(
    provider: Any, stream: bool, question: Question
) -> None:
    _, body = provider_of(provider).request(question, "m", stream=stream)
    kind = PARAMETERS[provider][stream]
    asked: Any = TypeAdapter(kind).validate_python(body)
    assert asked["model"] == "m"
    assert body.keys() <= kind.__annotations__.keys() | _inherited(kind)


def _inherited(kind: Any) -> set[str]:
    return {name for base in kind.__orig_bases__ for name in getattr(base, "__annotations__", {})}


@pytest.mark.parametrize("question", QUESTIONS, ids=["plain", "full"])
def test_what_gemini_is_asked_is_of_its_types(question: Question) -> None:
    path, body = provider_of("gemini").request(question, "m", stream=True)
    assert path == "models/m:streamGenerateContent?alt=sse"
    for content in body["contents"]:
        google.Content.model_validate(content)
    google.GenerationConfig.model_validate(body["generationConfig"])
    if question.effort:
        thinking = google.ThinkingConfig.model_validate(body["generationConfig"]["thinkingConfig"])
        assert thinking.thinking_level == "LOW"
    if "systemInstruction" in body:
        google.Content.model_validate(body["systemInstruction"])
    assert body.keys() <= {"contents", "generationConfig", "systemInstruction"}


CACHED = {"cache_read_input_tokens": 3, "cache_creation_input_tokens": 0}
ANSWERS: list[tuple[str, Any, dict[str, Any]]] = [
    (
        "anthropic",
        Message,
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m-1",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "Said.", "citations": None},
            ],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 7, "output_tokens": 5, **CACHED},
        },
    ),
    (
        "openai",
        Response,
        {
            "id": "resp_1",
            "object": "response",
            "created_at": 1,
            "model": "m-1",
            "status": "completed",
            "output": [
                {"type": "reasoning", "id": "rs_1", "summary": []},
                {
                    "type": "message",
                    "id": "msg_1",
                    "status": "completed",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "Said.", "annotations": []}],
                },
            ],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": {
                "input_tokens": 10,
                "input_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 0},
                "output_tokens": 5,
                "output_tokens_details": {"reasoning_tokens": 2},
                "total_tokens": 15,
            },
        },
    ),
    (
        "openai-chat",
        ChatCompletion,
        {
            "id": "chatcmpl_1",
            "object": "chat.completion",
            "created": 1,
            "model": "m-1",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "logprobs": None,
                    "message": {"role": "assistant", "content": "Said.", "refusal": None},
                }
            ],
            "usage": {
                "prompt_tokens": 10,
                "prompt_tokens_details": {"cached_tokens": 3},
                "completion_tokens": 5,
                "total_tokens": 15,
            },
        },
    ),
    (
        "gemini",
        google.GenerateContentResponse,
        {
            "candidates": [
                {
                    "content": {
                        "role": "model",
                        "parts": [{"text": "hm", "thought": True}, {"text": "Said."}],
                    },
                    "finishReason": "STOP",
                }
            ],
            "modelVersion": "m-1",
            "usageMetadata": {
                "promptTokenCount": 10,
                "cachedContentTokenCount": 3,
                "candidatesTokenCount": 3,
                "thoughtsTokenCount": 2,
            },
        },
    ),
]


@pytest.mark.parametrize(("provider", "kind", "body"), ANSWERS, ids=[each[0] for each in ANSWERS])
def test_what_the_sdks_types_hold_is_read(provider: Any, kind: Any, body: dict[str, Any]) -> None:
    whole = kind.model_validate(body).model_dump(mode="json", by_alias=True, exclude_none=True)
    assert provider_of(provider).read(whole) == Completion("Said.", "m-1", "stop", 10, 5, 3)


RICH: dict[str, Any] = {
    "type": "object",
    "description": "An order.",
    "minProperties": 1,
    "properties": {
        "id": {"type": "string", "format": "uuid", "maxLength": 36},
        "when": {"type": "string", "format": "decimal", "description": "the moment"},
        "lines": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/line"}},
        "tags": {"type": "array", "minItems": 1, "items": {"enum": ["a", "b", None]}},
        "kind": {"const": "order"},
        "total": {"oneOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
        "both": {"allOf": [{"type": "integer"}, {"type": "number"}]},
    },
    "required": ["id", "lines"],
    "$defs": {"line": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}}},
}


@pytest.mark.parametrize("schema", [RICH, react.SCHEMA], ids=["rich", "react"])
def test_a_schema_is_narrowed_as_the_sdk_does_it(schema: dict[str, Any]) -> None:
    assert _undescribed(narrowed(schema)) == _undescribed(transform_schema(schema))
    assert narrowed(RICH)["properties"]["lines"]["description"] == "{minItems: 2}"
    assert "An order." in narrowed(RICH)["description"]


def test_types_in_a_list_become_a_choice_and_nothing_else_does() -> None:
    schema = {"type": ["string", "null"], "maxLength": 3, "description": "short"}
    assert narrowed(schema) == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": "short\n\n{maxLength: 3}",
    }
    assert (narrowed(True), narrowed({})) == (True, {})
    kinds = narrowed(analysis.schema(analysis.KINDS))
    assert kinds["properties"].keys() == set(analysis.KINDS)


def _undescribed(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: each for key, each in value.items() if not _is_text(key, each)}
        return {key: _undescribed(each) for key, each in kept.items()}
    return [_undescribed(each) for each in value] if isinstance(value, list) else value


def _is_text(key: str, value: Any) -> bool:
    return key == "description" and isinstance(value, str)
