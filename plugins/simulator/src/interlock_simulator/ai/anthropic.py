"""Anthropic's Messages API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Answer, Models, Prompt, Tool
from interlock_simulator.ai.fitting import NoSuchSchema
from interlock_simulator.ai.listed import ANTHROPIC
from interlock_simulator.ai.requests import Object, credential, joined, json_of, text_of
from interlock_simulator.ai.schemas import fault_at_anthropic
from interlock_simulator.ai.streams import pieces, stream
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
# From this version on the API has none (its SDK 2.12).
_WITHOUT_TEMPERATURE = "2026-10-21"
_STOP_REASONS = {"length": "max_tokens", "refusal": "refusal"}


class Anthropic:
    """The vendor; it keeps nothing."""

    name = "anthropic"

    def __init__(self, models: Models) -> None:
        self._models = models

    def reset(self) -> None:
        """Nothing is ever written."""

    def throttled(self, path: str, retry_after: float | None) -> web.Response:
        response = _error(429, "This request would exceed your organization's rate limit.")
        response.headers.update(retry_after_header(retry_after))
        return response

    def failed(self, path: str, status: int) -> web.Response:
        return _error(status, "Overloaded" if status == 529 else "Internal server error")

    def application(self) -> web.Application:
        application = web.Application(middlewares=[refusing(lambda _: _error(404, "Not found"))])
        application.add_routes(
            [
                web.post("/v1/messages", self._messages),
                web.post("/v1/messages/count_tokens", self._count),
                web.get("/v1/models", self._list),
                web.get("/v1/models/{model}", self._model),
            ]
        )
        return application

    async def _list(self, request: web.Request) -> web.Response:
        _admit(request)
        listed = [_listed(name) for name in ANTHROPIC]
        ends = {"first_id": ANTHROPIC[0], "last_id": ANTHROPIC[-1]}
        return reply({"data": listed, "has_more": False, **ends})

    async def _model(self, request: web.Request) -> web.Response:
        _admit(request)
        name = request.match_info["model"]
        if name not in ANTHROPIC:
            raise Refused(_error(404, f"model: {name}"))
        return reply(_listed(name))

    async def _count(self, request: web.Request) -> web.Response:
        _admit(request)
        body = await json_of(request, _error)
        _check(body, "model", "messages")
        return reply({"input_tokens": _prompt(body).tokens})

    async def _messages(self, request: web.Request) -> web.Response:
        _admit(request)
        body = await json_of(request, _error)
        _check(body, "model", "max_tokens", "messages")
        if "temperature" in body and request.headers["anthropic-version"] >= _WITHOUT_TEMPERATURE:
            raise Refused(_error(400, "temperature: Extra inputs are not permitted"))
        try:
            said = self._models.answer(_prompt(body), request.path)
        except NoSuchSchema as fault:
            raise Refused(_error(400, f"output_config.format.schema: {fault}")) from None
        if said.end == "too long":
            raise Refused(_error(400, "prompt is too long: 208310 tokens > 200000 maximum"))
        if body.get("stream"):
            return stream(_events(body, said), named=True)
        if said.end == "overload":
            raise Refused(_error(529, "Overloaded"))
        usage = _usage(said) | {"output_tokens": said.output_tokens + said.thought_tokens}
        return reply(
            _message(body, said) | _ending(said) | {"content": _content(said), "usage": usage}
        )


def _message(body: Object, said: Answer) -> Object:
    """As it stands when a stream begins."""
    return {
        "id": _id(body),
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(said),
    }


def _usage(said: Answer) -> Object:
    """As it stands when a stream begins; what a cache holds is counted apart."""
    return {
        "input_tokens": said.input_tokens - said.cached_tokens,
        "cache_read_input_tokens": said.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": 1,
    }


def _content(said: Answer) -> list[Object]:
    speaks = said.speaks and said.end not in ("refusal", "empty")
    text: list[Object] = [{"type": "text", "text": said.text}] if speaks else []
    return text + [
        {"type": "tool_use", "id": f"toolu_{call.id}", "name": call.name, "input": call.arguments}
        for call in said.calls
    ]


def _events(body: Object, said: Answer) -> Iterator[Object]:
    yield {"type": "message_start", "message": _message(body, said)}
    yield {"type": "ping"}
    for index, block in enumerate(_content(said)):
        place = {"index": index}
        empty: Object = {"text": ""} if block["type"] == "text" else {"input": {}}
        yield {"type": "content_block_start", **place, "content_block": block | empty}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", **place, "delta": delta}
        if said.end == "overload":
            break
        yield {"type": "content_block_stop", **place}
    if said.end == "overload":
        yield {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        return
    usage = {"output_tokens": said.output_tokens + said.thought_tokens}
    yield {"type": "message_delta", "delta": _ending(said), "usage": usage}
    yield {"type": "message_stop"}


def _deltas(block: Object) -> Iterator[Object]:
    if block["type"] == "text":
        for piece in pieces(block["text"]):
            yield {"type": "text_delta", "text": piece}
    else:
        for piece in pieces(orjson.dumps(block["input"]).decode()):
            yield {"type": "input_json_delta", "partial_json": piece}


def _ending(said: Answer) -> Object:
    reason = "tool_use" if said.calls else "end_turn"
    reason = reason if said.end == "stop" else _STOP_REASONS.get(said.end, "end_turn")
    made: Object = {"stop_reason": reason, "stop_sequence": None}
    if said.end == "refusal":
        why = {"category": "general_harms", "explanation": said.text}
        made["stop_details"] = {"type": "refusal", **why}
    return made


def _listed(name: str) -> Object:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": "2026-09-01T00:00:00Z",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": None,
        "lifecycle": "active",
    }


def _admit(request: web.Request) -> None:
    if credential(request, "x-api-key", "Authorization") is None:
        raise Refused(_error(401, "invalid x-api-key"))
    if "anthropic-version" not in request.headers:
        raise Refused(_error(400, "anthropic-version: header is required"))


def _check(body: Object, *required: str) -> None:
    for name in required:
        if name not in body:
            raise Refused(_error(400, f"{name}: Field required"))
    if not body["messages"]:
        raise Refused(_error(400, "messages: at least one message is required"))
    if body.get("max_tokens", 1) < 1:
        raise Refused(_error(400, "max_tokens: Input should be greater than or equal to 1"))
    for index, turn in enumerate(body["messages"]):
        if turn.get("role") not in ("user", "assistant"):
            raise Refused(
                _error(400, f"messages.{index}.role: Input should be 'user' or 'assistant'")
            )
        if not turn.get("content"):
            said = f"messages.{index}: all messages must have non-empty content"
            raise Refused(_error(400, said))
    if (schema := _schema(body)) and (fault := fault_at_anthropic(schema)):
        raise Refused(_error(400, f"output_config.format.schema: {fault}"))


def _schema(body: Object) -> Mapping[str, Any] | None:
    config = body.get("output_config") or {}
    # The second is what came before it, in beta; older clients still send it.
    format_ = config.get("format") or body.get("output_format") or {}
    return format_.get("schema") if isinstance(format_, Mapping) else None


def _prompt(body: Object) -> Prompt:
    messages = body["messages"]
    users = [text_of(turn.get("content")) for turn in messages if turn.get("role") == "user"]
    others = [text_of(turn.get("content")) for turn in messages if turn.get("role") != "user"]
    choice = body.get("tool_choice") or {}
    forced = {"any": "", "tool": choice.get("name")}.get(choice.get("type", "auto"))
    return Prompt(
        text=joined(*users),
        schema=_schema(body),
        answered=bool(others),
        max_tokens=body.get("max_tokens"),
        background=joined(text_of(body.get("system")), *others),
        tools=tuple(
            Tool(tool["name"], tool["input_schema"])
            for tool in body.get("tools") or ()
            if "input_schema" in tool
        ),
        must_call=forced,
    )


def _id(body: Object) -> str:
    return f"msg_{hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]}"


def _error(status: int, message: str) -> web.Response:
    kind = _ERRORS.get(status, "api_error")
    return reply(
        {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_0"},
        status=status,
    )
