"""The openapi service: tools from the description of an API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import anyio
import httpx

from interlock.sdk import NeedsAttention, ToolSpec, tool
from interlock_http.answers import read_body
from interlock_http.api import ApiService
from interlock_http.caller import Caller
from interlock_http.openapi.description import Broken, Description, server_of
from interlock_http.openapi.operations import Compiled, compile_operations
from interlock_http.openapi.reading import read_description
from interlock_http.openapi.security import authoriser_of
from interlock_http.openapi.settings import OpenApiSettings
from interlock_http.operation import Operation

_MOST = 64 * 1024 * 1024
_URL = ("http://", "https://")
_TOLD = 20  # faults of a kind in the log


class OpenApi(ApiService[OpenApiSettings]):
    """Any API that has a description in OpenAPI 3."""

    _compiled = Compiled()
    _title = ""

    async def start(self) -> None:
        source = self.settings.description
        data = await self._fetched(source)
        description = await anyio.to_thread.run_sync(read_description, data, source)
        self._compiled = await anyio.to_thread.run_sync(
            compile_operations, description, self.settings, frozenset(super().tools())
        )
        self._title = description.title
        self._check_overlays()
        self._tell_faults()
        who = authoriser_of(self.settings, description, self.context)
        self._caller = Caller(self.context, self.settings, who, self._base_url(description))
        self.context.tools_changed()

    def tools(self) -> Mapping[str, ToolSpec]:
        own = super().tools()
        if self._caller is None:
            return own
        operations = [self._located(each) for each in self._compiled.operations]
        return {**{each.name: self._caller.tool(each) for each in operations}, **own}

    @tool(effect="read")
    async def describe_api(self) -> dict[str, Any]:
        """List the operations of the API: ``{title, operations, left_out, undescribed}``.

        ``operations`` are ``{tool, method, path}``; ``left_out`` are operations that cannot be
        called, ``undescribed`` those whose result is unknown, each as ``{pointer, reason}``.
        """
        return {
            "title": self._title,
            "operations": [
                {"tool": each.name, "method": each.method, "path": each.path}
                for each in self._compiled.operations
            ],
            "left_out": [_told(each) for each in self._compiled.left_out],
            "undescribed": [_told(each) for each in self._compiled.undescribed],
        }

    async def _fetched(self, source: str) -> bytes:
        if not source.startswith(_URL):
            try:
                return await anyio.Path(source).read_bytes()
            except OSError as error:
                raise NeedsAttention(f"{source} cannot be read: {error.strerror}") from None
        async with self.http.stream("GET", source, follow_redirects=True) as response:
            return await read_body(response, _MOST, self.context.name)

    def _base_url(self, description: Description) -> str:
        source = self.settings.description
        try:
            server = self.settings.base_url or server_of(description.document, "")
        except Broken as broken:
            raise NeedsAttention(f"{source}{broken}", hint="set base_url of the service") from None
        server = self._absolute(server or "/")
        if not server.startswith(_URL):
            raise NeedsAttention(
                f"{source} does not say where the API is", hint="set base_url of the service"
            )
        return server

    def _absolute(self, server: str) -> str:
        """A server's URL, which may be relative to that of the description."""
        source = self.settings.description
        return str(httpx.URL(source).join(server)) if source.startswith(_URL) else server

    def _located(self, operation: Operation) -> Operation:
        if not operation.base_url:
            return operation
        return replace(operation, base_url=self._absolute(operation.base_url).rstrip("/"))

    def _check_overlays(self) -> None:
        source, known = self.settings.description, self._compiled.ids
        for name in self.settings.operations:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "see the tool describe_api"
                raise NeedsAttention(f"{source} has no operation {name!r}", hint=hint)

    def _tell_faults(self) -> None:
        self._tell(self._compiled.left_out, "the operation is left out")
        self._tell(self._compiled.undescribed, "its result is not described")
        for pattern in sorted(self._compiled.unused):
            self.log.warning("%s: no operation matches %r", self.context.name, pattern)

    def _tell(self, faults: Sequence[Broken], outcome: str) -> None:
        source, more = self.settings.description, len(faults) - _TOLD
        for fault in faults[:_TOLD]:
            self.log.warning("%s%s; %s", source, fault, outcome)
        if more > 0:
            self.log.warning(
                "%s: %d more faults, by which %s: see describe_api", source, more, outcome
            )


def _told(fault: Broken) -> dict[str, str]:
    return {"pointer": fault.pointer, "reason": fault.reason}
