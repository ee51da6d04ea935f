"""Server-sent events that survive proxies and reconnects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anyio
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEARTBEAT = 15.0  # seconds; proxies give up on silence after 30 to 60

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_BEAT = b": still here\n\n"


class EventStream(Response):
    """Items as events named by their ``kind``, with ``at`` as the id to resume after.

    A comment is sent whenever nothing happened for a while. The stream ends with the items, or
    when the client leaves.
    """

    media_type = "text/event-stream"

    def __init__(self, items: AsyncIterator[dict[str, Any]], heartbeat: float = HEARTBEAT) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._items = items
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        turn = anyio.Lock()

        async def say(content: bytes) -> None:
            async with turn:
                await send({"type": "http.response.body", "body": content, "more_body": True})

        async def beat() -> None:
            while True:
                await anyio.sleep(self._heartbeat)
                await say(_BEAT)

        async def until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(beat)
            tasks.start_soon(until_gone)
            async for item in self._items:
                await say(_event(item))
            tasks.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b""})


_LATE = 1.0
"""Seconds by which a step may be told after it ended, since its record has to be durable first."""


def last_seen(request: Request) -> float | None:
    """The moment up to which a client saw everything before it lost the connection.

    Branches end side by side, so what came last need not have ended last: rather than miss a step,
    a client is told of some a second time.
    """
    try:
        return float(request.headers["last-event-id"]) - _LATE
    except (KeyError, ValueError):
        return None


def _event(item: dict[str, Any]) -> bytes:
    kind, moment = str(item["kind"]).encode(), repr(item.get("at", "")).encode()
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (moment, kind, orjson.dumps(item))
