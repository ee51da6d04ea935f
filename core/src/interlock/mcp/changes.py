"""Tells clients that what they have listed is different now."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from mcp.server.connection import Connection
from mcp.server.context import CallNext, HandlerResult
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    ResourcesListChanged,
    ToolsListChanged,
)

from interlock.mcp.client import Context
from interlock.sdk import World

_log = logging.getLogger(__name__)

_LOOK = 0.5  # seconds; the catalog tells nobody, and looking costs less than a call
_MOST_LISTENERS = 1024


class Changes:
    """Both eras: those who listen, and the sessions of those who shook hands.

    Args:
        fingerprint: differs as soon as the lists do.
    """

    def __init__(self, fingerprint: Callable[[], tuple[object, ...]], world: World) -> None:
        self._fingerprint = fingerprint
        self._world = world
        self._bus = InMemorySubscriptionBus()
        self._sessions: dict[int, Connection] = {}
        self.listen = ListenHandler(self._bus, max_subscriptions=_MOST_LISTENERS)

    async def track(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Middleware that remembers sessions until they end; the SDK has no broadcast."""
        result = await call_next(ctx)
        if ctx.method == "notifications/initialized":
            connection = ctx.session._connection
            self._sessions[id(connection)] = connection
            connection.exit_stack.callback(self._sessions.pop, id(connection), None)
        return result

    async def run(self) -> None:
        """Look, for ever."""
        known = self._fingerprint()
        while True:
            await self._world.sleep(_LOOK)
            found = self._fingerprint()
            if found != known:
                known = found
                await self.tell()

    async def tell(self) -> None:
        """Say that every list may be different."""
        await self._bus.publish(ToolsListChanged())
        await self._bus.publish(ResourcesListChanged())
        for connection in list(self._sessions.values()):
            await _try(connection.send_tool_list_changed)
            await _try(connection.send_resource_list_changed)

    def close(self) -> None:
        """End the open streams, as the protocol wants it done."""
        self.listen.close()


async def _try(send: Callable[[], Any]) -> None:
    try:
        await send()
    except Exception as error:  # noqa: BLE001 - a session that is gone must not cost the others
        _log.debug("a session was not told of new tools: %r", error)
