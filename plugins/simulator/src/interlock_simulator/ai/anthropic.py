"""Anthropic's Messages API."""

from __future__ import annotations

import hashlib

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Prompt, answer
from interlock_simulator.ai.requests import Object, credential, json_of, text_of
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
        refused = said.end in ("refusal", "empty")
        content = [] if refused else [{"type": "text", "text": said.text}]
        return reply(
            {
                "id": _id(body),
                "type": "message",
                "role": "assistant",
                "model": body["model"],
                "content": content,
                "stop_reason": _STOP_REASONS.get(said.end, "end_turn"),
                "stop_sequence": None,
                "usage": {
                    "input_tokens": said.input_tokens,
                    "output_tokens": said.output_tokens,
                },
            }
        )


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
