"""The world of one service instance; implements ``interlock.sdk.ServiceContext``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from interlock.host.spec import Emit
from interlock.sdk import Blobs, Event, KeyValue, World


@dataclass
class HostContext:
    """Lives as long as its instance; :meth:`close` ends the connections of ``http``."""

    name: str
    world: World
    state: KeyValue
    blobs: Blobs
    _emit: Emit
    build_http: Callable[[], httpx.AsyncClient] | None = field(default=None, init=False)
    on_tools: Callable[[], None] | None = field(default=None, init=False)
    _http: httpx.AsyncClient | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.log = logging.getLogger(f"interlock.service.{self.name}")

    @property
    def http(self) -> httpx.AsyncClient:
        """Built on first use: a service that speaks no HTTP has no client."""
        if self._http is None:
            assert self.build_http is not None  # noqa: S101 - set before the instance is made
            self._http = self.build_http()
        return self._http

    def tools_changed(self) -> None:
        if self.on_tools is not None:
            self.on_tools()

    async def emit(self, event: Event) -> bool:
        return await self._emit(event, self.name)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
