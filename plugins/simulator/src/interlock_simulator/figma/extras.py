"""The routes of what hangs on files: dev resources and webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from aiohttp import web

from interlock.sdk import InvalidInput, World
from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.figma import errors
from interlock_simulator.figma.dev_resources import DevResources
from interlock_simulator.figma.library import Library
from interlock_simulator.figma.selection import found, split_ids
from interlock_simulator.figma.webhooks import KINDS, Webhooks
from interlock_simulator.vendor import reply


class Extras:
    """Handlers over the links and webhooks of one simulated account."""

    def __init__(self, library: Library, world: World, deliveries: Deliveries) -> None:
        self._library = library
        self._links = DevResources()
        self._hooks = Webhooks(world, deliveries)

    def clear(self) -> None:
        self._links.clear()
        self._hooks.clear()

    async def announce(self, what: Announcement) -> list[Outcome]:
        """Tell of something that happened to a recorded file."""
        if what.type not in KINDS:
            raise InvalidInput(f"Figma has no event {what.type}", path="$.event.type")
        file = await asyncio.to_thread(self._library.file, what.subject)
        if file is None:
            raise InvalidInput(f"there is no file {what.subject}", path="$.event.subject")
        return await self._hooks.announce(what, {"key": what.subject, "name": file["name"]})

    def routes(self) -> list[web.RouteDef]:
        links, hooks = "/v1/files/{key}/dev_resources", "/v2/webhooks"
        return [
            web.get(links, self._links_of),
            web.post("/v1/dev_resources", self._links_add),
            web.put("/v1/dev_resources", self._links_change),
            web.delete(f"{links}/{{id}}", self._links_delete),
            web.get(hooks, self._hooks_of),
            web.post(hooks, self._hooks_add),
            web.get(f"{hooks}/{{id}}", self._hook),
            web.put(f"{hooks}/{{id}}", self._hook_change),
            web.delete(f"{hooks}/{{id}}", self._hook_delete),
            web.get(f"{hooks}/{{id}}/requests", self._hook_requests),
        ]

    async def _links_of(self, request: web.Request) -> web.Response:
        key = request.match_info["key"]
        if await asyncio.to_thread(self._library.file, key) is None:
            raise errors.refused(request, 404, "Not found")
        ids = split_ids(request.query.get("node_ids", ""))
        return reply({"dev_resources": self._links.of(key, ids)})

    async def _links_add(self, request: web.Request) -> web.Response:
        wanted = (await read_body(request)).get("dev_resources")
        if not isinstance(wanted, list):
            raise errors.refused(request, 400, "dev_resources: Required")
        given = [each for each in wanted if isinstance(each, Mapping)]
        return reply(await asyncio.to_thread(self._links.add, given, self._has_node))

    async def _links_change(self, request: web.Request) -> web.Response:
        wanted = (await read_body(request)).get("dev_resources")
        if not isinstance(wanted, list):
            raise errors.refused(request, 400, "dev_resources: Required")
        return reply(self._links.change([each for each in wanted if isinstance(each, Mapping)]))

    def _has_node(self, key: str, node: str) -> bool:
        file = self._library.file(key)
        return file is not None and bool(found(file["document"], {node}))

    async def _links_delete(self, request: web.Request) -> web.Response:
        if not self._links.delete(request.match_info["key"], request.match_info["id"]):
            raise errors.refused(request, 404, "Not found")
        return reply({"status": 200, "error": False})

    async def _hooks_of(self, request: web.Request) -> web.Response:
        place = (request.query.get("context", ""), request.query.get("context_id", ""))
        if not all(place):
            raise errors.refused(request, 400, "context and context_id: Required")
        return reply({"webhooks": self._hooks.of(*place)})

    async def _hooks_add(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        if fault := self._hooks.fault(body):
            raise errors.refused(request, 400, fault)
        hook = self._hooks.add(body)
        await self._hooks.ping(hook)
        return reply(hook)

    async def _hook(self, request: web.Request) -> web.Response:
        return reply({**self._known(request), "passcode": ""})

    async def _hook_change(self, request: web.Request) -> web.Response:
        hook = self._known(request)
        return reply(self._hooks.change(hook["id"], await read_body(request)))

    async def _hook_delete(self, request: web.Request) -> web.Response:
        return reply(self._hooks.delete(self._known(request)["id"]))

    async def _hook_requests(self, request: web.Request) -> web.Response:
        return reply({"requests": self._hooks.requests(self._known(request)["id"])})

    def _known(self, request: web.Request) -> dict[str, Any]:
        hook = self._hooks.get(request.match_info["id"])
        if hook is None:
            raise errors.refused(request, 404, "Not found")
        return hook


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; refused with 400 if it is none."""
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        raise errors.refused(request, 400, "Invalid JSON") from None
    if not isinstance(body, dict):
        raise errors.refused(request, 400, "Invalid body")
    return body
