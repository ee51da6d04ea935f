"""Answers as server-sent events, bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson

from interlock.sdk import EventStream
from interlock_ai.errors import AnswerBroken
from interlock_ai.providers.exchange import Json

# An answer of the longest models is a twentieth of this.
_LARGEST = 32 * 2**20
_NO_OBJECT = (b"[DONE]", b"")  # the end, and what keeps a connection open


async def events(chunks: AsyncIterator[bytes], service: str) -> AsyncIterator[Json]:
    """The JSON objects of a stream, as they arrive.

    Raises:
        AnswerBroken: it is longer than 32 MiB, or something in it is no JSON object.
    """
    stream, size = EventStream(), 0
    async for chunk in chunks:
        size += len(chunk)
        if size > _LARGEST:
            raise AnswerBroken(f"{service}: the answer is longer than {_LARGEST >> 20} MiB")
        for data in stream.feed(chunk):
            if data not in _NO_OBJECT:
                yield read_object(data, service)
    # Some servers leave out the empty line after the last event.
    if (last := stream.end()) and last not in _NO_OBJECT:
        yield read_object(last, service)


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
