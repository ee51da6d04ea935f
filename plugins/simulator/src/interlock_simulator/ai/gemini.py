"""Gemini's generateContent, with text, calls of functions and pictures."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Answer, Models, Prompt, Tool, tokens
from interlock_simulator.ai.fitting import NoSuchSchema
from interlock_simulator.ai.gemini_images import TOKENS, NoPicture, draws, image, shape_of
from interlock_simulator.ai.listed import GEMINI
from interlock_simulator.ai.requests import Object, credential, joined, json_of, text_of
from interlock_simulator.ai.streams import pieces, stream
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

_STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_OVERLOADED = "The model is overloaded. Please try again later."


class Gemini:
    """The vendor; it keeps nothing."""

    name = "gemini"

    def __init__(self, models: Models) -> None:
        self._models = models

    def reset(self) -> None:
        """Nothing is ever written."""

    def throttled(self, path: str, retry_after: float | None) -> web.Response:
        details = []
        if retry_after is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            details.append({"@type": kind, "retryDelay": f"{retry_after:g}s"})
        response = _error(429, "Resource has been exhausted (e.g. check quota).", details)
        response.headers.update(retry_after_header(retry_after))
        return response

    def failed(self, path: str, status: int) -> web.Response:
        return _error(status, "An internal error has occurred.")

    def application(self) -> web.Application:
        application = web.Application(middlewares=[refusing(lambda _: _error(404, "Not found"))])
        for version in ("v1", "v1beta"):
            models = f"/{version}/models"
            application.add_routes(
                [
                    web.post(f"{models}/{{model}}:generateContent", self._generate),
                    web.post(f"{models}/{{model}}:streamGenerateContent", self._stream),
                    web.post(f"{models}/{{model}}:countTokens", self._count),
                    web.get(models, self._list),
                    web.get(f"{models}/{{model}}", self._model),
                ]
            )
        return application

    async def _list(self, request: web.Request) -> web.Response:
        _admit(request)
        return reply({"models": [_listed(name) for name in GEMINI]})

    async def _model(self, request: web.Request) -> web.Response:
        _admit(request)
        name = request.match_info["model"]
        if name not in GEMINI:
            raise Refused(_error(404, f"models/{name} is not found for API version v1."))
        return reply(_listed(name))

    async def _count(self, request: web.Request) -> web.Response:
        body = await _body(request)
        counted = _prompt(body.get("generateContentRequest") or body).tokens
        return reply({"totalTokens": counted})

    async def _generate(self, request: web.Request) -> web.Response:
        body, said, parts = await self._answered(request)
        if said.end == "overload":
            raise Refused(_error(503, _OVERLOADED))
        return reply(_response(request, body, said, parts))

    async def _stream(self, request: web.Request) -> web.Response:
        """Only as ``alt=sse``, which is how every client asks."""
        body, said, parts = await self._answered(request)
        if request.query.get("alt") != "sse":
            raise Refused(_error(400, "alt: only sse is simulated"))
        return stream(_events(_response(request, body, said, parts), said))

    async def _answered(self, request: web.Request) -> tuple[Object, Answer, list[Object]]:
        body = await _body(request)
        config = body.get("generationConfig") or {}
        prompt = _prompt(body)
        try:
            said = self._models.answer(prompt, request.path)
            parts = _parts(said)
            if draws(prompt.text, config) and said.end == "stop":
                shape = shape_of(body["contents"])
                drawn = asyncio.to_thread(image, prompt.text, config, shape, self._models.seed)
                parts.append(await drawn)
        except (NoSuchSchema, NoPicture) as fault:
            raise Refused(_error(400, str(fault))) from None
        if said.end == "too long":
            message = "The input token count (2000001) exceeds the maximum number of tokens allowed"
            raise Refused(_error(400, f"{message} (1048576)."))
        return body, said, parts


async def _body(request: web.Request) -> Object:
    """The request, with its turns in a list; refused if it is none."""
    _admit(request)
    body = await json_of(request, _error)
    config = body.get("generationConfig") or {}
    if not (turns := (body.get("generateContentRequest") or body).get("contents")):
        raise Refused(_error(400, "contents is not specified"))
    body["contents"] = turns = turns if isinstance(turns, list) else [turns]
    if any(turn.get("role", "user") not in ("user", "model", "function") for turn in turns):
        raise Refused(_error(400, "Please use a valid role: user, model."))
    if not all(turn.get("parts") for turn in turns):
        raise Refused(_error(400, "contents.parts must not be empty."))
    typed = config.get("responseMimeType") in ("application/json", "text/x.enum")
    if not typed and (config.get("responseJsonSchema") or config.get("responseSchema")):
        message = "response_mime_type must be 'application/json' for a response schema."
        raise Refused(_error(400, message))
    return body


def _admit(request: web.Request) -> None:
    if "x-goog-api-key" not in request.headers:
        raise Refused(_error(403, "Method doesn't allow unregistered callers."))
    if credential(request, "x-goog-api-key") is None:
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        message = "API key not valid. Please pass a valid API key."
        raise Refused(_error(400, message, [reason]))


def _prompt(body: Object) -> Prompt:
    config = body.get("generationConfig") or {}
    users = [text_of(turn["parts"]) for turn in body["contents"] if turn.get("role") != "model"]
    models = [text_of(turn["parts"]) for turn in body["contents"] if turn.get("role") == "model"]
    system = text_of((body.get("systemInstruction") or {}).get("parts"))
    offered = [
        function
        for tool in body.get("tools") or ()
        for function in tool.get("functionDeclarations") or ()
    ]
    wanted = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = [*(wanted.get("allowedFunctionNames") or ()), ""]
    return Prompt(
        text=joined(*users),
        schema=config.get("responseJsonSchema") or config.get("responseSchema"),
        answered=bool(models),
        max_tokens=config.get("maxOutputTokens"),
        background=joined(system, *models),
        tools=tuple(Tool(each["name"], _schema(each)) for each in offered),
        must_call=allowed[0] if wanted.get("mode") == "ANY" else None,
    )


def _schema(function: Object) -> Object:
    """Google reads names of both spellings, and its SDK sends this one in both."""
    names = ("parametersJsonSchema", "parameters_json_schema", "parameters")
    return next((function[name] for name in names if function.get(name)), {"type": "object"})


def _parts(said: Answer) -> list[Object]:
    text: list[Object] = [{"text": said.text}] if said.speaks else []
    return text + [
        {"functionCall": {"id": call.id, "name": call.name, "args": call.arguments}}
        for call in said.calls
    ]


def _events(whole: Object, said: Answer) -> Iterator[Object]:
    """The pieces of the text, then all else; counts come with every event, as Google sends them."""
    counts = {name: value for name, value in whole.items() if name != "candidates"}
    candidate: Object = next(iter(whole.get("candidates") or ()), {})
    parts = (candidate.get("content") or {}).get("parts") or ()
    for part in parts:
        for piece in pieces(part.get("text", "")):
            content = {"role": "model", "parts": [{"text": piece}]}
            yield {**counts, "candidates": [{"content": content, "index": 0}]}
    if said.end == "overload":
        yield {"error": {"code": 503, "message": _OVERLOADED, "status": "UNAVAILABLE"}}
        return
    rest = [part for part in parts if "text" not in part] or [{"text": ""}]
    last = {**candidate, "content": {"role": "model", "parts": rest}} if parts else candidate
    yield {**counts, "candidates": [last]} if candidate else counts


def _response(request: web.Request, body: Object, said: Answer, parts: list[Object]) -> Object:
    answered: Object = {
        "usageMetadata": _usage(said, sum("inlineData" in part for part in parts)),
        "modelVersion": request.match_info["model"],
        "responseId": hashlib.sha256(orjson.dumps(body)).hexdigest()[:24],
    }
    if said.end == "refusal":
        return {**answered, "promptFeedback": {"blockReason": "SAFETY"}}
    if said.end == "stop" and "{{simulate held back}}" in said.text:
        return {**answered, "candidates": [{"finishReason": "IMAGE_SAFETY", "index": 0}]}
    if said.end == "empty":
        return {**answered, "candidates": [{"finishReason": "STOP", "index": 0}]}
    reason = "MAX_TOKENS" if said.end == "length" else "STOP"
    content = {"role": "model", "parts": parts}
    return {**answered, "candidates": [{"content": content, "finishReason": reason, "index": 0}]}


def _usage(said: Answer, images: int) -> Object:
    text = max(said.output_tokens, tokens(said.text))
    drawn = images * TOKENS
    counted: Object = {
        "promptTokenCount": said.input_tokens,
        "candidatesTokenCount": text + drawn,
        "totalTokenCount": said.input_tokens + text + drawn + said.thought_tokens,
    }
    if images:
        by_kind = (("TEXT", text), ("IMAGE", drawn))
        counted["candidatesTokensDetails"] = [
            {"modality": kind, "tokenCount": count} for kind, count in by_kind if count
        ]
    more = {
        "cachedContentTokenCount": said.cached_tokens,
        "thoughtsTokenCount": said.thought_tokens,
    }
    return counted | {name: count for name, count in more.items() if count}


def _listed(name: str) -> Object:
    return {
        "name": f"models/{name}",
        "displayName": name,
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


def _error(status: int, message: str, details: Sequence[Object] = ()) -> web.Response:
    error = {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}
    if details:
        error["details"] = list(details)
    return reply({"error": error}, status=status)
