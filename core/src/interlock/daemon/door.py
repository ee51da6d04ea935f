"""The daemon's door: who may come in, by its configuration."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from interlock.api import AccessTokens, Guard, Tokens
from interlock.api.auth import hashed
from interlock.api.auth.guard import LOOPBACK
from interlock.config import ApiConfig
from interlock.daemon.protocol import BoundedProtocol
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
                http=partial(BoundedProtocol, read_timeout),  # type: ignore[arg-type] # whatever makes one
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_STREAMS_GRACE,
            )
        )

    def capture_signals(self) -> Any:
        return nullcontext()
