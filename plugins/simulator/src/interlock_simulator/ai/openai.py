"""OpenAI: Responses, Chat Completions, the list of models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from interlock_simulator.ai import openai_chat as chat
from interlock_simulator.ai import openai_responses as responses
from interlock_simulator.ai.answers import Answer, Models, Prompt
from interlock_simulator.ai.fitting import NoSuchSchema
from interlock_simulator.ai.listed import OPENAI
from interlock_simulator.ai.requests import Object, credential, json_of
from interlock_simulator.ai.schemas import fault_in_strict
from interlock_simulator.ai.streams import stream
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

_OVERLOADED = "The server is currently overloaded. Please try again later."
_ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


class OpenAI:
    """The vendor; it keeps nothing."""

    name = "openai"

    def __init__(self, models: Models) -> None:
        self._models = models

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
                web.post("/v1/responses/input_tokens", self._count),
                web.post("/v1/chat/completions", self._chat),
                web.get("/v1/models", self._list),
                web.get("/v1/models/{model}", self._model),
            ]
        )
        return application

    async def _list(self, request: web.Request) -> web.Response:
        _admit(request)
        return reply({"object": "list", "data": [_listed(name) for name in OPENAI]})

    async def _model(self, request: web.Request) -> web.Response:
        _admit(request)
        name = request.match_info["model"]
        if name not in OPENAI:
            message = f"The model '{name}' does not exist"
            raise Refused(_error(404, message, "model_not_found", "model"))
        return reply(_listed(name))

    async def _count(self, request: web.Request) -> web.Response:
        body = await _body(request, "input")
        counted = responses.prompt_of(body).tokens
        return reply({"object": "response.input_tokens", "input_tokens": counted})

    async def _responses(self, request: web.Request) -> web.Response:
        body = await _body(request, "model", "input")
        format_ = (body.get("text") or {}).get("format") or {}
        _check_schema(format_, "text.format")
        said = self._answer(request, body, responses.prompt_of)
        if body.get("stream"):
            return stream(responses.events(body, said, _OVERLOADED), named=True)
        return reply(responses.whole(body, said))

    async def _chat(self, request: web.Request) -> web.Response:
        body = await _body(request, "model", "messages")
        for index, turn in enumerate(body["messages"]):
            if turn.get("role") not in _ROLES:
                message = f"Invalid value: '{turn.get('role')}'. Supported values are: "
                supported = ", ".join(f"'{role}'" for role in sorted(_ROLES))
                raise Refused(_error(400, message + supported, None, f"messages[{index}].role"))
        format_ = (body.get("response_format") or {}).get("json_schema") or {}
        _check_schema(format_, "response_format")
        said = self._answer(request, body, chat.prompt_of)
        if body.get("stream"):
            return stream(chat.chunks(body, said, _OVERLOADED), done=said.end != "overload")
        return reply(chat.whole(body, said))

    def _answer(
        self, request: web.Request, body: Object, prompt_of: Callable[[Object], Prompt]
    ) -> Answer:
        try:
            said = self._models.answer(prompt_of(body), request.path)
        except NoSuchSchema as fault:
            raise Refused(_error(400, f"Invalid schema for response_format: {fault}")) from None
        if said.end == "too long":
            message = "This model's maximum context length is 128000 tokens."
            raise Refused(_error(400, message, "context_length_exceeded"))
        if said.end == "overload" and not body.get("stream"):
            raise Refused(_error(503, _OVERLOADED))
        return said


def _listed(name: str) -> Object:
    return {"id": name, "object": "model", "created": chat.CREATED, "owned_by": "openai"}


def _admit(request: web.Request) -> None:
    if credential(request, "Authorization") is None:
        raise Refused(_error(401, "Incorrect API key provided.", "invalid_api_key"))


async def _body(request: web.Request, *required: str) -> Object:
    _admit(request)
    body = await json_of(request, _error)
    for name in required:
        if not body.get(name):
            raise Refused(_error(400, f"Missing required parameter: '{name}'.", None, name))
    return body


def _check_schema(format_: Mapping[str, Any], where: str) -> None:
    if format_.get("strict") and (fault := fault_in_strict(format_.get("schema") or {})):
        message = f"Invalid schema for response_format '{format_.get('name')}': {fault}"
        raise Refused(_error(400, message, "invalid_json_schema", where))


def _no_such_url(request: web.Request) -> web.Response:
    return _error(404, f"Invalid URL ({request.method} {request.path})")


def _error(
    status: int, message: str, code: str | None = None, param: str | None = None
) -> web.Response:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    if status == 429:
        kind = "requests"
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return reply(body, status=status)
