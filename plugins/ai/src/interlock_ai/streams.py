"""Answers as server-sent events, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson

from interlock.sdk import EventStream
from interlock_ai.errors import AnswerBroken
from interlock_ai.providers.exchange import DONE, Json

# An answer of the longest models is a twentieth of this.
_LARGEST = 32 * 2**20
_DONE = b"[DONE]"


async def events(chunks: AsyncIterator[bytes], service: str) -> AsyncIterator[Json]:
    """The JSON objects of a stream, as they arrive; ``DONE`` stands for the line ``[DONE]``.

    Raises:
        AnswerBroken: it is longer than 32 MiB, or something in it is no JSON object.
    """
    stream, size = EventStream(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > _LARGEST:
            raise AnswerBroken(f"{service}: the answer is longer than {_LARGEST >> 20} MiB")
        for data in stream.feed(chunk):
            if data:  # nothing is sent to keep a connection open
                yield _object(data, stream.name, service)
    # Some servers leave out the empty line after the last event.
    if last := stream.end():
        yield _object(last, stream.name, service)


def _object(data: bytes, name: bytes, service: str) -> Json:
    if data == _DONE:
        return DONE
    value = read_object(data, service)
    if name == b"error" and "error" not in value and "type" not in value:
        return {"error": value}  # told by the event's name alone
    return value


def read_object(text: bytes, service: str) -> Json:
    """Raises AnswerBroken: it is no JSON object."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        shown = text[:80].decode(errors="replace")
        raise AnswerBroken(f"{service}: what came of the answer is no JSON object: {shown}")
    return value
