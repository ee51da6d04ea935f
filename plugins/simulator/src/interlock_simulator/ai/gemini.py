"""Gemini's generateContent, with text and with image parts."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.ai.answers import Answer, Prompt, answer, tokens
from interlock_simulator.ai.requests import Object, credential, json_of, text_of
from interlock_simulator.ai.streams import pieces, stream
from interlock_simulator.pictures import base64_png, colour_of, png_size
from interlock_simulator.vendor import Refused, refusing, reply, retry_after_header

_STATUSES = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}
_RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9")
# Google states this price of an image of 1K in tokens; larger ones are counted alike here.
_IMAGE_TOKENS = 1290
_OVERLOADED = "The model is overloaded. Please try again later."


class Gemini:
    """The vendor; it keeps nothing."""

    name = "gemini"

    def __init__(self, seed: int) -> None:
        self._seed = seed

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
            model = f"/{version}/models/{{model}}"
            application.add_routes(
                [
                    web.post(f"{model}:generateContent", self._generate),
                    web.post(f"{model}:streamGenerateContent", self._stream),
                    web.get(f"/{version}/models", self._models),
                ]
            )
        return application

    async def _models(self, request: web.Request) -> web.Response:
        _admit(request)
        return reply({"models": []})

    async def _generate(self, request: web.Request) -> web.Response:
        model, body, said, parts = await self._answered(request)
        if said.end == "overload":
            raise Refused(_error(503, _OVERLOADED))
        return reply(_response(model, body, said, parts))

    async def _stream(self, request: web.Request) -> web.Response:
        """Only as ``alt=sse``, which is how every client asks."""
        model, body, said, parts = await self._answered(request)
        if request.query.get("alt") != "sse":
            raise Refused(_error(400, "alt: only sse is simulated"))
        return stream(_events(_response(model, body, said, parts), said))

    async def _answered(self, request: web.Request) -> tuple[str, Object, Answer, list[Object]]:
        _admit(request)
        body = await json_of(request, _error)
        if not body.get("contents"):
            raise Refused(_error(400, "contents is not specified"))
        config = body.get("generationConfig") or {}
        prompt = _prompt(body["contents"], config)
        said = answer(prompt, self._seed)
        if said.end == "too long":
            message = "The input token count (2000001) exceeds the maximum number of tokens allowed"
            raise Refused(_error(400, f"{message} (1048576)."))
        parts: list[Object] = [{"text": said.text}]
        if _draws(prompt.text, config) and said.end == "stop":
            shape = _shape_of(body["contents"])
            parts.append(await asyncio.to_thread(_image, prompt.text, config, shape, self._seed))
        return request.match_info["model"], body, said, parts


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


def _admit(request: web.Request) -> None:
    if "x-goog-api-key" not in request.headers:
        raise Refused(_error(403, "Method doesn't allow unregistered callers."))
    if credential(request, "x-goog-api-key") is None:
        reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
        message = "API key not valid. Please pass a valid API key."
        raise Refused(_error(400, message, [reason]))


def _prompt(contents: Any, config: Object) -> Prompt:
    turns = contents if isinstance(contents, list) else [contents]
    users = [text_of(turn.get("parts")) for turn in turns if turn.get("role") != "model"]
    return Prompt(
        text="\n".join(users),
        schema=config.get("responseJsonSchema") or config.get("responseSchema"),
        answered=len(users) < len(turns),
        max_tokens=config.get("maxOutputTokens"),
    )


def _draws(prompt: str, config: Object) -> bool:
    wanted = "IMAGE" in (config.get("responseModalities") or ())
    return wanted and "{{simulate words}}" not in prompt


def _shape_of(contents: Any) -> tuple[int, int]:
    """Of the first picture that was sent, as models keep it; square without one."""
    turns = contents if isinstance(contents, list) else [contents]
    for part in (part for turn in turns for part in turn.get("parts") or ()):
        if "inlineData" in part:
            try:
                data = base64.b64decode(part["inlineData"]["data"], validate=True)
            except (KeyError, TypeError, ValueError):
                raise Refused(_error(400, "Unable to process input image.")) from None
            return png_size(data) or (1, 1)
    return 1, 1


def _image(prompt: str, config: Object, shape: tuple[int, int], seed: int) -> Object:
    wishes = config.get("imageConfig") or {}
    ratio, size = wishes.get("aspectRatio"), wishes.get("imageSize", "1K")
    if ratio not in (None, *_RATIOS) or size not in _SIZES:
        raise Refused(_error(400, f"imageConfig: {ratio} at {size} is not supported"))
    across, down = (int(part) for part in ratio.split(":")) if ratio else shape
    side = _SIZES[size] / (across * down) ** 0.5
    data = base64_png(side * across, side * down, colour_of(f"{seed}/{prompt}"))
    return {"inlineData": {"mimeType": "image/png", "data": data}}


def _response(model: str, body: Object, said: Answer, parts: list[Object]) -> Object:
    digest = hashlib.sha256(orjson.dumps(body)).hexdigest()[:24]
    images = sum("inlineData" in part for part in parts)
    output = tokens(said.text) + images * _IMAGE_TOKENS
    answered: Object = {
        "usageMetadata": {
            "promptTokenCount": said.input_tokens,
            "candidatesTokenCount": output,
            "totalTokenCount": said.input_tokens + output,
        },
        "modelVersion": model,
        "responseId": digest,
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


def _error(status: int, message: str, details: Sequence[Object] = ()) -> web.Response:
    error = {"code": status, "message": message, "status": _STATUSES.get(status, "INTERNAL")}
    if details:
        error["details"] = list(details)
    return reply({"error": error}, status=status)
