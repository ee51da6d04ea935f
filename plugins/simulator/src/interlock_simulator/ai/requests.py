"""Reading a provider's JSON request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.vendor import BAD_CREDENTIAL, Refused

Object = dict[str, Any]


async def json_of(request: web.Request, refuse: Callable[[int, str], web.Response]) -> Object:
    """The body; refused with 400 if it is not an object."""
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        raise Refused(refuse(400, "The request body is not valid JSON.")) from None
    if not isinstance(body, dict):
        raise Refused(refuse(400, "The request body is not an object."))
    return body


def credential(request: web.Request, *headers: str) -> str | None:
    """The credential from the first of these headers that is there; None if it is no good."""
    for header in headers:
        value = request.headers.get(header, "").removeprefix("Bearer ")
        if value:
            return None if value == BAD_CREDENTIAL else value
    return None


def text_of(content: Any) -> str:
    """The text of a message: a string, or parts of which some have a ``text``."""
    if isinstance(content, str):
        return content
    parts: Iterable[Mapping[str, Any]] = content or ()
    return "\n".join(part["text"] for part in parts if isinstance(part.get("text"), str))


def joined(*texts: str) -> str:
    return "\n".join(text for text in texts if text)
