"""The http service: tools that the configuration writes down."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.sdk import ServiceContext, ToolSpec
from interlock_http.api import ApiService
from interlock_http.authoriser import authoriser
from interlock_http.caller import Caller
from interlock_http.configured import operation_of
from interlock_http.request_tools import request_tools
from interlock_http.settings import HttpSettings


class Http(ApiService[HttpSettings]):
    """Any API whose requests are written down under ``tools``."""

    _caller: Caller

    def __init__(self, settings: HttpSettings, context: ServiceContext) -> None:
        super().__init__(settings, context)
        who = authoriser(settings.auth, context)
        self._caller = Caller(context, settings, who, settings.base_url)

    def tools(self) -> Mapping[str, ToolSpec]:
        keyed = bool(self.settings.idempotency_header)
        written = {
            name: self._caller.tool(operation_of(name, wanted, keyed=keyed))
            for name, wanted in self.settings.tools.items()
        }
        return {**written, **(request_tools(self._caller) if self.settings.allow_request else {})}
