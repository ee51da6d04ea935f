"""The routes of dev resources: links from layers to code."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import web

from interlock_simulator.figma import errors
from interlock_simulator.figma.dev_resources import DevResources
from interlock_simulator.figma.library import Library
from interlock_simulator.figma.requests import read_body
from interlock_simulator.figma.selection import found, split_ids
from interlock_simulator.vendor import reply


class DevResourceRoutes:
    """Handlers over the links of the simulated account."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._links = DevResources()

    def clear(self) -> None:
        self._links.clear()

    def routes(self) -> list[web.RouteDef]:
        links = "/v1/files/{key}/dev_resources"
        return [
            web.get(links, self._list),
            web.post("/v1/dev_resources", self._add),
            web.put("/v1/dev_resources", self._change),
            web.delete(f"{links}/{{id}}", self._delete),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if await asyncio.to_thread(self._library.file, key) is None:
            raise errors.refused(request, 404, "Not found")
        ids = split_ids(request.query.get("node_ids", ""))
        return reply({"dev_resources": self._links.of(key, ids)})

    async def _add(self, request: web.Request) -> web.Response:
        wanted = (await read_body(request)).get("dev_resources")
        if not isinstance(wanted, list):
            raise errors.refused(request, 400, "dev_resources: Required")
        given = [each for each in wanted if isinstance(each, Mapping)]
        return reply(await asyncio.to_thread(self._links.add, given, self._has_node))

    async def _change(self, request: web.Request) -> web.Response:
        wanted = (await read_body(request)).get("dev_resources")
        if not isinstance(wanted, list):
            raise errors.refused(request, 400, "dev_resources: Required")
        return reply(self._links.change([each for each in wanted if isinstance(each, Mapping)]))

    def _has_node(self, key: str, node: str) -> bool:
        file = self._library.file(key)
        return file is not None and bool(found(file["document"], {node}))

    async def _delete(self, request: web.Request) -> web.Response:
        if not self._links.delete(request.match_info["key"], request.match_info["id"]):
            raise errors.refused(request, 404, "Not found")
        return reply({"status": 200, "error": False})
