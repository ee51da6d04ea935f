"""The daemon's door: who may come in, by its configuration, and how long they may take."""

from __future__ import annotations

import asyncio
import socket
from contextlib import nullcontext
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from interlock.api import AccessTokens, Guard, Tokens
from interlock.api.auth import hashed
from interlock.api.auth.guard import LOOPBACK
from interlock.config import ApiConfig
from interlock.runtime import Caller
from interlock.sdk import World

LOCAL_ADMIN = "local-admin"

_STREAMS_GRACE = 2  # seconds that open event streams have to notice the end


def guard_of(api: ApiConfig, local_token: str, world: World) -> Guard:
    """The guard of a configuration.

    Args:
        local_token: of the state directory; whoever can read it is an admin.
    """
    callers = {each.sha256: Caller(each.name, each.role, each.tools) for each in api.tokens}
    callers[hashed(local_token)] = Caller(LOCAL_ADMIN, "admin")
    hosts = LOOPBACK.union(host.lower() for host in api.hosts)
    return Guard(Tokens(callers), hosts, _oauth_of(api, world), api.rate, world)


def _oauth_of(api: ApiConfig, world: World) -> AccessTokens | None:
    if api.oauth is None:
        return None
    return AccessTokens(
        api.oauth.issuer,
        api.oauth.audience,
        world,
        jwks_url=api.oauth.jwks_url,
        algorithms=api.oauth.algorithms,
    )


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: signals are the daemon's."""

    def __init__(self, app: ASGIApp, *, read_timeout: float) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_hurried(read_timeout),
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STREAMS_GRACE,
            )
        )

    def capture_signals(self) -> Any:
        return nullcontext()


def _hurried(seconds: float) -> type[asyncio.Protocol]:
    """uvicorn's protocol, which waits for ever for the head of a request, with a limit to that."""

    class Hurried(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        _hurry: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            # asyncio does so only where the protocol was named when the socket was made. Without
            # it an answer's body waits 40 ms for the client to acknowledge the head.
            connection = transport.get_extra_info("socket")
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._wait_for_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._wait_for_head()

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            self._stop_waiting()

        def _wait_for_head(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                self._stop_waiting()
            elif self._hurry is None:
                self._hurry = self.loop.call_later(seconds, self.transport.close)

        def _stop_waiting(self) -> None:
            if self._hurry is not None:
                self._hurry.cancel()
                self._hurry = None

    return Hurried
