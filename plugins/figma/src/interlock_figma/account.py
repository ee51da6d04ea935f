"""One Figma account: its credentials, its limits, its errors, its cache."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import orjson

from interlock.sdk import (
    HttpOptions,
    Policies,
    Rejected,
    RetryPolicy,
    Service,
    ServiceError,
    ToolSpec,
    current_call,
)
from interlock_figma import slim
from interlock_figma.cache import FileCache, Locks
from interlock_figma.errors import read_error
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids
from interlock_figma.rate_limits import rates
from interlock_figma.settings import FigmaSettings
from interlock_figma.tree import Document, read_document

if TYPE_CHECKING:
    import httpx


class Account(Service[FigmaSettings]):
    """What every group of Figma's tools stands on."""

    policies = Policies(
        deadline=120.0, retry=RetryPolicy(), concurrency=4, rate=rates("full", "professional")
    )
    fixed_tools = True

    async def start(self) -> None:
        self._cache = FileCache(self.context)
        self._locks = Locks()
        self._open: WeakValueDictionary[str, Document] = WeakValueDictionary()

    def http_options(self) -> HttpOptions:
        return HttpOptions(
            base_url=self.settings.base_url,
            headers={"X-Figma-Token": self.settings.token.get_secret_value()},
            http2=self.settings.base_url.startswith("https:"),
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(response, self.world.time())

    def tools(self) -> Mapping[str, ToolSpec]:
        """The tools with the limits of this seat and plan."""
        mine = Policies(rate=rates(self.settings.seat, self.settings.plan))
        return {
            name: replace(spec, policies=mine.under(spec.policies))
            for name, spec in super().tools().items()
        }

    async def check(self) -> None:
        await self._get("/v1/me", {})

    async def _document(self, key: str, ids: list[str] | None) -> Document:
        """The whole file, or some nodes, as far as trees and tokens need it.

        Whoever asks for the same document meanwhile is given the same one.
        """
        key = key_of(key)
        parameters = {"geometry": "paths"}
        if ids:
            parameters["ids"] = node_ids(ids)
        version = await self._version(key)
        name = "|".join((key, version, parameters.get("ids", "")))
        async with self._locks.of(name):
            document = self._open.get(name)
            if document is None:
                kept = await self._kept(key, "/nodes" if ids else "", parameters, version)
                document = read_document(await asyncio.to_thread(slim.read, kept))
                self._open[name] = document
        return document

    async def _file(self, key: str, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        """A response as Figma gave it.

        Raises:
            Rejected: it is larger than ``max_result``.
        """
        version = parameters.get("version") or await self._version(key)
        kept = await self._kept(key, path, parameters, version)
        if len(kept) > self.settings.max_result:
            raise Rejected(
                f"Figma's answer for file {key} has {len(kept) // 1_000_000} MB, "
                f"more than max_result",
                hint="pass ids or a smaller depth; design and extract_* read files of any size",
            )
        # Tens of megabytes take a while; the event loop must not wait for that.
        body: dict[str, Any] = await asyncio.to_thread(orjson.loads, kept)
        return body

    async def _kept(self, key: str, path: str, parameters: dict[str, str], version: str) -> bytes:

        async def fetch() -> bytes:
            # An answer at hand costs none of the few reads that there are.
            await current_call().admit("tier1")
            response = await self.http.get(f"/v1/files/{key}{path}", params=parameters)
            return response.content

        return await self._cache.get(key, version, {"path": path, **parameters}, fetch)

    async def _version(self, key: str) -> str:
        body = await self._get(f"/v1/files/{key}/meta", {})
        facts = body.get("file", body)
        return str(facts.get("version") or facts.get("last_touched_at") or "")

    async def _get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        return await self._ask("GET", path, params=dict(parameters))

    async def _ask(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        response = await self.http.request(method, path, **given)
        body: dict[str, Any] = orjson.loads(response.content or b"{}")
        return body
