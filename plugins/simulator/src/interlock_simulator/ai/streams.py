"""Answers as server-sent events, in the pieces in which a model would say them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import orjson
from aiohttp import web

from interlock_simulator.ai.requests import Object

_PIECE = re.compile(r"\s*\S+|\s+$")


def pieces(text: str) -> list[str]:
    """Words, each with the space before it; together they are the text."""
    return _PIECE.findall(text)


def stream(events: Iterable[Object], *, named: bool = False, done: bool = False) -> web.Response:
    """A response of these events.

    Args:
        named: each event has its ``type`` as its name, too.
        done: ``[DONE]`` comes last.
    """
    parts = [
        (b"event: %s\n" % str(event["type"]).encode() if named else b"")
        + b"data: %s\n\n" % orjson.dumps(event)
        for event in events
    ]
    if done:
        parts.append(b"data: [DONE]\n\n")
    response = web.Response(body=b"".join(parts), content_type="text/event-stream")
    response.enable_chunked_encoding()
    return response
