"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson

from interlock_ai.errors import AnswerBroken
from interlock_ai.providers.exchange import Json

# An answer of the longest models is a twentieth of this.
_LARGEST = 32 * 2**20
_DONE = b"[DONE]"
_BOM = b"\xef\xbb\xbf"  # which a stream may begin with


async def events(chunks: AsyncIterator[bytes], service: str) -> AsyncIterator[Json]:
    """The JSON objects of a stream, as they arrive.

    Raises:
        AnswerBroken: it is longer than 32 MiB, or something in it is no JSON object.
    """
    data: list[bytes] = []
    async for line in _lines(chunks, service):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif not line and data:
            text = b"\n".join(data)
            data.clear()
            if text != _DONE:
                yield read_object(text, service)
    # Some servers leave out the empty line after the last event.
    if data and data != [_DONE]:
        yield read_object(b"\n".join(data), service)


async def _lines(chunks: AsyncIterator[bytes], service: str) -> AsyncIterator[bytes]:
    size, rest = 0, b""
    async for chunk in chunks:
        size += len(chunk)
        if size > _LARGEST:
            raise AnswerBroken(f"{service}: the answer is longer than {_LARGEST >> 20} MiB")
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").removeprefix(_BOM)
    if rest:
        yield rest


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
