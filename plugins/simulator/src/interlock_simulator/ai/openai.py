"""OpenAI's Responses and Chat Completions APIs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Answer, Prompt, answer
from interlock_simulator.ai.requests import Object, credential, json_of, text_of
from interlock_simulator.ai.streams import pieces, stream
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

# A fixed moment: an answer is the same whenever it is asked for.
_CREATED = 1_760_000_000
_OVERLOADED = "The server is currently overloaded. Please try again later."


class OpenAI:
    """The vendor; it keeps nothing."""

    name = "openai"

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def reset(self) -> None:
        """Nothing is ever written."""

    def throttled(self, path: str, retry_after: float | None) -> web.Response:
        response = _error(429, "Rate limit reached for requests", "rate_limit_exceeded")
        response.headers.update(retry_after_header(retry_after))
        return response

    def failed(self, path: str, status: int) -> web.Response:
        return _error(status, "The server had an error while processing your request.")

    def application(self) -> web.Application:
        application = web.Application(middlewares=[refusing(_no_such_url)])
        application.add_routes(
            [
                web.post("/v1/responses", self._responses),
                web.post("/v1/chat/completions", self._chat),
                web.get("/v1/models", self._models),
            ]
        )
        return application

    async def _models(self, request: web.Request) -> web.Response:
        _admit(request)
        return reply({"object": "list", "data": []})

    async def _responses(self, request: web.Request) -> web.Response:
        _admit(request)
        body = await json_of(request, _error)
        _require(body, "model", "input")
        said = answer(_responses_prompt(body), self._seed)
        _check(said, streams=bool(body.get("stream")))
        if body.get("stream"):
            return stream(_response_events(body, said), named=True)
        return reply(_response(body, said))

    async def _chat(self, request: web.Request) -> web.Response:
        _admit(request)
        body = await json_of(request, _error)
        _require(body, "model", "messages")
        said = answer(_chat_prompt(body), self._seed)
        _check(said, streams=bool(body.get("stream")))
        if body.get("stream"):
            return stream(_chunks(body, said), done=said.end != "overload")
        refused = said.end == "refusal"
        message = {
            "role": "assistant",
            "content": None if refused else said.text,
            "refusal": said.text if refused else None,
        }
        choice = {"index": 0, "message": message, "finish_reason": _finish(said), "logprobs": None}
        choices = [] if said.end == "empty" else [choice]
        head = _chat_head(body, "chat.completion")
        return reply({**head, "choices": choices, "usage": _chat_usage(said)})


def _check(said: Answer, *, streams: bool) -> None:
    if said.end == "too long":
        message = "This model's maximum context length is 128000 tokens."
        raise Refused(_error(400, message, "context_length_exceeded"))
    if said.end == "overload" and not streams:
        raise Refused(_error(503, _OVERLOADED))


def _finish(said: Answer) -> str:
    return "length" if said.end == "length" else "stop"


def _chat_head(body: Object, kind: str) -> Object:
    digest = _digest(body)
    return {
        "id": f"chatcmpl-{digest}",
        "object": kind,
        "created": _CREATED,
        "model": body["model"],
    }


def _chat_usage(said: Answer) -> Object:
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
    }


def _chunks(body: Object, said: Answer) -> Iterator[Object]:
    head = _chat_head(body, "chat.completion.chunk")

    def chunk(delta: Object, finish: str | None = None) -> Object:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return {**head, "choices": [choice]}

    yield chunk({"role": "assistant", "content": ""})
    if said.end == "refusal":
        yield chunk({"refusal": said.text})
    else:
        yield from (chunk({"content": piece}) for piece in pieces(said.text))
    if said.end == "overload":
        yield {"error": {"message": _OVERLOADED, "type": "server_error", "code": None}}
        return
    yield chunk({}, _finish(said))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _chat_usage(said)}


def _response_events(body: Object, said: Answer) -> Iterator[Object]:
    whole = _response(body, said)
    begun = {**whole, "status": "in_progress", "output": [], "usage": None}
    told: list[Object] = [{"type": "response.created", "response": begun}]
    place = {"item_id": f"msg_{_digest(body)}", "output_index": 0, "content_index": 0}
    if said.end == "refusal":
        told.append({"type": "response.refusal.delta", "delta": said.text, **place})
    else:
        told += [
            {"type": "response.output_text.delta", "delta": piece, "logprobs": [], **place}
            for piece in pieces(said.text)
        ]
    if said.end == "overload":
        error = {"code": "server_error", "message": _OVERLOADED}
        failed = {**begun, "status": "failed", "error": error}
        told.append({"type": "response.failed", "response": failed})
    else:
        told.append({"type": f"response.{whole['status']}", "response": whole})
    for number, event in enumerate(told):
        yield {**event, "sequence_number": number}


def _admit(request: web.Request) -> None:
    if credential(request, "Authorization") is None:
        raise Refused(_error(401, "Incorrect API key provided.", "invalid_api_key"))


def _require(body: Object, *names: str) -> None:
    for name in names:
        if not body.get(name):
            raise Refused(_error(400, f"Missing required parameter: '{name}'."))


def _responses_prompt(body: Object) -> Prompt:
    given: Any = body["input"]
    turns = [{"role": "user", "content": given}] if isinstance(given, str) else given
    format_ = (body.get("text") or {}).get("format") or {}
    return _prompt(turns, format_.get("schema"), body.get("max_output_tokens"))


def _chat_prompt(body: Object) -> Prompt:
    format_ = (body.get("response_format") or {}).get("json_schema") or {}
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return _prompt(body["messages"], format_.get("schema"), limit)


def _prompt(turns: list[Object], schema: Object | None, limit: int | None) -> Prompt:
    users = [text_of(turn.get("content")) for turn in turns if turn.get("role") == "user"]
    answered = any(turn.get("role") == "assistant" for turn in turns)
    return Prompt("\n".join(users), schema, answered, limit)


def _response(body: Object, said: Answer) -> Object:
    digest = _digest(body)
    if said.end == "refusal":
        part: Object = {"type": "refusal", "refusal": said.text}
    else:
        part = {"type": "output_text", "text": said.text, "annotations": []}
    message = {
        "type": "message",
        "id": f"msg_{digest}",
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }
    cut = said.end == "length"
    return {
        "id": f"resp_{digest}",
        "object": "response",
        "created_at": _CREATED,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "error": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "model": body["model"],
        "output": [] if said.end == "empty" else [message],
        "parallel_tool_calls": True,
        "temperature": body.get("temperature", 1.0),
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": said.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": said.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": said.input_tokens + said.output_tokens,
        },
    }


def _digest(body: Object) -> str:
    return hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]


def _no_such_url(request: web.Request) -> web.Response:
    return _error(404, f"Invalid URL ({request.method} {request.path})")


def _error(status: int, message: str, code: str | None = None) -> web.Response:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    if status == 429:
        kind = "requests"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return reply(body, status=status)
