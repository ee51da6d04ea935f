"""What the services of this plugin have in common."""

from __future__ import annotations

from typing import TypeVar

import httpx

from interlock.sdk import HttpOptions, Service, ServiceError
from interlock_http.caller import Caller
from interlock_http.errors import read_error
from interlock_http.operation import Request
from interlock_http.settings import ApiSettings

S = TypeVar("S", bound=ApiSettings)


class ApiService(Service[S]):
    """One API, over HTTP."""

    _caller: Caller | None = None

    def http_options(self) -> HttpOptions:
        return HttpOptions(self.settings.base_url)

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(
            response,
            now=self.world.time(),
            service=self.context.name,
            message_path=self.settings.error_message,
        )

    async def check(self) -> None:
        if self.settings.health and self._caller is not None:
            await self._caller.send(Request("GET", self.settings.health))
