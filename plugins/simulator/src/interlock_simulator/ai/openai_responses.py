"""Responses (https://platform.openai.com/docs/api-reference/responses)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from interlock_simulator.ai.answers import Answer, Prompt, Tool
from interlock_simulator.ai.openai_chat import CREATED, forced, words
from interlock_simulator.ai.requests import Object, joined
from interlock_simulator.ai.streams import pieces


def prompt_of(body: Object) -> Prompt:
    given: Any = body["input"]
    turns = [{"role": "user", "content": given}] if isinstance(given, str) else given
    format_ = (body.get("text") or {}).get("format") or {}
    results = [str(turn["output"]) for turn in turns if turn.get("type") == "function_call_output"]
    said = words(turns, "system", "developer", "assistant")
    return Prompt(
        text=words(turns, "user"),
        schema=format_.get("schema"),
        answered=bool(results) or any(turn.get("role") == "assistant" for turn in turns),
        max_tokens=body.get("max_output_tokens"),
        background=joined(body.get("instructions") or "", said, *results),
        tools=tuple(
            Tool(tool["name"], tool.get("parameters") or {})
            for tool in body.get("tools") or ()
            if tool.get("type") == "function"
        ),
        must_call=forced(body.get("tool_choice")),
    )


def whole(body: Object, said: Answer) -> Object:
    cut = said.end == "length"
    output = said.output_tokens + said.thought_tokens
    return {
        "id": f"resp_{_digest(body)}",
        "object": "response",
        "created_at": CREATED,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "model": body["model"],
        "output": _output(body, said),
        "parallel_tool_calls": True,
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": said.input_tokens,
            "input_tokens_details": {"cached_tokens": said.cached_tokens, "cache_write_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": said.thought_tokens},
            "total_tokens": said.input_tokens + output,
        },
    }


def events(body: Object, said: Answer, overloaded: str) -> Iterator[Object]:
    """All of a stream, numbered."""
    for number, event in enumerate(_events(body, said, overloaded)):
        yield {**event, "sequence_number": number}


def _events(body: Object, said: Answer, overloaded: str) -> Iterator[Object]:
    complete = whole(body, said)
    begun = {**complete, "status": "in_progress", "output": [], "usage": None}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(complete["output"]):
        empty: Object = {"content": []} if item["type"] == "message" else {"arguments": ""}
        added = {**item, **empty, "status": "in_progress"}
        yield {"type": "response.output_item.added", "output_index": index, "item": added}
        place = {"item_id": item["id"], "output_index": index}
        for event in _parts(item) if item["type"] == "message" else _arguments(item):
            if said.end == "overload" and not event["type"].endswith((".delta", ".added")):
                break
            yield {**event, **place}
        if said.end != "overload":
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
    if said.end == "overload":
        failed = {"status": "failed", "error": {"code": "server_error", "message": overloaded}}
        yield {"type": "response.failed", "response": {**begun, **failed}}
    else:
        yield {"type": f"response.{complete['status']}", "response": complete}


def _parts(item: Object) -> Iterator[Object]:
    (part,) = item["content"]
    kind, place = ("refusal" if part["type"] == "refusal" else "text"), {"content_index": 0}
    name = "response.refusal" if kind == "refusal" else "response.output_text"
    probabilities: Object = {} if kind == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", **place, "part": {**part, kind: ""}}
    for piece in pieces(part[kind]):
        yield {"type": f"{name}.delta", **place, "delta": piece, **probabilities}
    yield {"type": f"{name}.done", **place, kind: part[kind], **probabilities}
    yield {"type": "response.content_part.done", **place, "part": part}


def _arguments(item: Object) -> Iterator[Object]:
    name = "response.function_call_arguments"
    for piece in pieces(item["arguments"]):
        yield {"type": f"{name}.delta", "delta": piece}
    yield {"type": f"{name}.done", "name": item["name"], "arguments": item["arguments"]}


def _output(body: Object, said: Answer) -> list[Object]:
    if said.end == "empty":
        return []
    if said.end == "refusal":
        part: Object = {"type": "refusal", "refusal": said.text}
    else:
        part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
    done = {"status": "completed"}
    message = {"type": "message", "id": f"msg_{_digest(body)}", "role": "assistant", **done}
    said_aloud = [{**message, "content": [part]}] if said.speaks else []
    return said_aloud + [
        {
            "type": "function_call",
            "id": f"fc_{call.id}",
            "call_id": f"call_{call.id}",
            "name": call.name,
            "arguments": call.json,
            **done,
        }
        for call in said.calls
    ]


def _digest(body: Object) -> str:
    return hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]
