"""The daemon's HTTP server: uvicorn without its signals, on a bounded protocol."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from interlock.daemon.protocol import BoundedProtocol

_STREAMS_GRACE = 2  # seconds that open event streams have to notice the end


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
