"""Chat Completions (https://platform.openai.com/docs/api-reference/chat)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from interlock_simulator.ai.answers import Answer, Prompt, Tool, ToolCall
from interlock_simulator.ai.requests import Object, joined, text_of
from interlock_simulator.ai.streams import pieces

# A fixed moment: an answer is the same whenever it is asked for.
CREATED = 1_760_000_000


def prompt_of(body: Object) -> Prompt:
    format_ = body.get("response_format") or {}
    schema = (format_.get("json_schema") or {}).get("schema")
    if format_.get("type") == "json_object":
        schema = {"type": "object", "properties": {"answer": {"type": "string"}}}
    turns = body["messages"]
    return Prompt(
        text=words(turns, "user"),
        schema=schema,
        answered=any(turn.get("role") in ("assistant", "tool") for turn in turns),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        background=words(turns, "system", "developer", "assistant", "tool"),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"].get("parameters") or {})
            for tool in body.get("tools") or ()
            if tool.get("type") == "function"
        ),
        must_call=forced(body.get("tool_choice"), "function"),
    )


def words(turns: list[Object], *roles: str) -> str:
    """What these have said."""
    return joined(*(text_of(turn.get("content")) for turn in turns if turn.get("role") in roles))


def forced(choice: Any, inside: str = "") -> str | None:
    """The tool that ``tool_choice`` wants called; empty for any, None for none."""
    if isinstance(choice, Mapping):
        named = choice.get(inside) if inside else choice
        return str((named or {}).get("name", ""))
    return "" if choice == "required" else None


def whole(body: Object, said: Answer) -> Object:
    refused = said.end == "refusal"
    message: Object = {
        "role": "assistant",
        "content": said.text if said.speaks and not refused else None,
        "refusal": said.text if refused else None,
    }
    if said.calls:
        message["tool_calls"] = [_call(call) for call in said.calls]
    choice = {"index": 0, "message": message, "finish_reason": _finish(said), "logprobs": None}
    choices = [] if said.end == "empty" else [choice]
    return {**_head(body, "chat.completion"), "choices": choices, "usage": _usage(said)}


def chunks(body: Object, said: Answer, overloaded: str) -> Iterator[Object]:
    head = _head(body, "chat.completion.chunk")

    def chunk(delta: Object, finish: str | None = None) -> Object:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    if said.end == "refusal":
        yield chunk({"refusal": said.text})
    else:
        yield from (chunk({"content": piece}) for piece in pieces(said.text))
    for index, call in enumerate(said.calls):
        yield chunk({"tool_calls": [{"index": index, **_call(call, arguments="")}]})
        for piece in pieces(call.json):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    if said.end == "overload":
        yield {"error": {"message": overloaded, "type": "server_error", "code": None}}
        return
    yield chunk({}, _finish(said))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(said)}


def _call(call: ToolCall, arguments: str | None = None) -> Object:
    said = call.json if arguments is None else arguments
    function = {"name": call.name, "arguments": said}
    return {"id": f"call_{call.id}", "type": "function", "function": function}


def _finish(said: Answer) -> str:
    if said.end == "length":
        return "length"
    return "tool_calls" if said.calls else "stop"


def _head(body: Object, kind: str) -> Object:
    digest = hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]
    made = {"id": f"chatcmpl-{digest}", "object": kind}
    return {**made, "created": CREATED, "model": body["model"]}


def _usage(said: Answer) -> Object:
    output = said.output_tokens + said.thought_tokens
    return {
        "prompt_tokens": said.input_tokens,
        "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
        "completion_tokens": output,
        "completion_tokens_details": {"reasoning_tokens": said.thought_tokens},
        "total_tokens": said.input_tokens + output,
    }
