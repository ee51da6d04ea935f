"""Where Restate reaches this daemon: HTTP/2, without TLS, on an address of its own."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import restate
from hypercorn.asyncio import serve
from hypercorn.config import Config
from restate.server import _shutdown_hooks

from interlock.restate.options import RestateOptions
from interlock.sdk.errors import NeedsAttention

_GRACE = 1.0
_log = logging.getLogger(__name__)


class RestateServer:
    """Serves objects and services from ``async with`` to its end.

    Attributes:
        url: where it listens.
    """

    def __init__(
        self, served: Sequence[restate.VirtualObject | restate.Service], options: RestateOptions
    ) -> None:
        keys = list(options.identity_keys) or None
        self._app = restate.app(served, protocol="bidi", identity_keys=keys)
        self._options = options
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        # The SDK would take SIGTERM from the daemon; it is told that it has it already.
        _shutdown_hooks.setdefault(loop, {}).setdefault(signal.SIGTERM, [])
        listener = self._listen()
        host, port = listener.getsockname()[:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self._task = loop.create_task(self._serve(listener.detach()))
        self._task.add_done_callback(self._over)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        await asyncio.wait([self._task], timeout=_GRACE * 2)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _serve(self, listener: int) -> None:
        config = Config()
        config.bind = [f"fd://{listener}"]
        config.graceful_timeout = _GRACE
        config.accesslog = None
        config.errorlog = logging.getLogger("hypercorn.error")
        config.errorlog.setLevel(logging.WARNING)
        await serve(self._answer, config, shutdown_trigger=self._stopped, mode="asgi")

    def _over(self, task: asyncio.Task[None]) -> None:
        # Once it is to end, connections that are cut off in the middle of something complain.
        if not task.cancelled() and (error := task.exception()) and not self._stop.is_set():
            _log.error("nothing listens for Restate any more: %r", error, exc_info=error)

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._app(scope, receive, send)
            return
        while (message := await receive())["type"] == "lifespan.startup":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": f"{message['type']}.complete"})

    async def _stopped(self) -> None:
        await self._stop.wait()

    def _listen(self) -> socket.socket:
        host, port = self._options.host, self._options.port
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server(
                (host, port), family=family, backlog=1024, reuse_port=self._options.reuse_port
            )
        except OSError as error:
            raise NeedsAttention(
                f"cannot listen for Restate on {host}:{port}: {error.strerror}",
                hint="choose another engine.port, or 0 for a free one",
            ) from None
