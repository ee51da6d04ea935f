"""Anthropic's Messages API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Answer, Prompt, answer
from interlock_simulator.ai.requests import Object, credential, json_of, text_of
from interlock_simulator.ai.streams import pieces, stream
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}


class Anthropic:
    """The vendor; it keeps nothing."""

    name = "anthropic"

    def __init__(self, seed: int) -> None:
        self._seed = seed

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
            [web.post("/v1/messages", self._messages), web.get("/v1/models", self._models)]
        )
        return application

    async def _models(self, request: web.Request) -> web.Response:
        _admit(request)
        return reply({"data": [], "has_more": False, "first_id": None, "last_id": None})

    async def _messages(self, request: web.Request) -> web.Response:
        _admit(request)
        body = await json_of(request, _error)
        for name in ("model", "max_tokens", "messages"):
            if not body.get(name):
                raise Refused(_error(400, f"{name}: Field required"))
        said = answer(_prompt(body), self._seed)
        if said.end == "too long":
            raise Refused(_error(400, "prompt is too long: 208310 tokens > 200000 maximum"))
        if body.get("stream"):
            return stream(_events(body, said), named=True)
        if said.end == "overload":
            raise Refused(_error(529, "Overloaded"))
        content = [{"type": "text", "text": said.text}] if _speaks(said) else []
        usage = {"input_tokens": said.input_tokens, "output_tokens": said.output_tokens}
        ending = {"content": content, "stop_reason": _reason(said), "usage": usage}
        return reply(_message(body, said) | ending)


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
        "usage": {"input_tokens": said.input_tokens, "output_tokens": 1},
    }


def _events(body: Object, said: Answer) -> Iterator[Object]:
    yield {"type": "message_start", "message": _message(body, said)}
    yield {"type": "ping"}
    if _speaks(said):
        block = {"type": "text", "text": ""}
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        for piece in pieces(said.text):
            delta = {"type": "text_delta", "text": piece}
            yield {"type": "content_block_delta", "index": 0, "delta": delta}
    if said.end == "overload":
        yield {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
        return
    if _speaks(said):
        yield {"type": "content_block_stop", "index": 0}
    ending = {"stop_reason": _reason(said), "stop_sequence": None}
    usage = {"output_tokens": said.output_tokens}
    yield {"type": "message_delta", "delta": ending, "usage": usage}
    yield {"type": "message_stop"}


def _speaks(said: Answer) -> bool:
    return said.end not in ("refusal", "empty")


def _reason(said: Answer) -> str:
    return _STOP_REASONS.get(said.end, "end_turn")


def _admit(request: web.Request) -> None:
    if credential(request, "x-api-key", "Authorization") is None:
        raise Refused(_error(401, "invalid x-api-key"))
    if "anthropic-version" not in request.headers:
        raise Refused(_error(400, "anthropic-version: header is required"))


def _prompt(body: Object) -> Prompt:
    messages = body["messages"]
    users = [text_of(entry.get("content")) for entry in messages if entry.get("role") == "user"]
    format_ = (body.get("output_config") or {}).get("format") or {}
    return Prompt(
        text="\n".join(users),
        schema=format_.get("schema"),
        answered=len(users) < len(messages),
        max_tokens=body["max_tokens"],
    )


def _id(body: Object) -> str:
    return f"msg_{hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]}"


def _error(status: int, message: str) -> web.Response:
    kind = _ERRORS.get(status, "api_error")
    return reply(
        {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_0"},
        status=status,
    )
