"""The routes of webhooks, and the events that are sent to them."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from interlock.sdk import InvalidInput, World
from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.figma import errors
from interlock_simulator.figma.library import Library
from interlock_simulator.figma.requests import read_body
from interlock_simulator.figma.webhooks import KINDS, Webhooks
from interlock_simulator.vendor import reply


class WebhookRoutes:
    """Handlers over the webhooks of the simulated account."""

    def __init__(self, library: Library, world: World, deliveries: Deliveries) -> None:
        self._library = library
        self._hooks = Webhooks(world, deliveries)

    def clear(self) -> None:
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
        hooks = "/v2/webhooks"
        return [
            web.get(hooks, self._list),
            web.post(hooks, self._add),
            web.get(f"{hooks}/{{id}}", self._get),
            web.put(f"{hooks}/{{id}}", self._change),
            web.delete(f"{hooks}/{{id}}", self._delete),
            web.get(f"{hooks}/{{id}}/requests", self._requests),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        place = (request.query.get("context", ""), request.query.get("context_id", ""))
        if not all(place):
            raise errors.refused(request, 400, "context and context_id: Required")
        return reply({"webhooks": self._hooks.of(*place)})

    async def _add(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        if fault := self._hooks.fault(body):
            raise errors.refused(request, 400, fault)
        hook = self._hooks.add(body)
        await self._hooks.ping(hook)
        return reply(hook)

    async def _get(self, request: web.Request) -> web.Response:
        return reply({**self._known(request), "passcode": ""})

    async def _change(self, request: web.Request) -> web.Response:
        hook = self._known(request)
        return reply(self._hooks.change(hook["id"], await read_body(request)))

    async def _delete(self, request: web.Request) -> web.Response:
        return reply(self._hooks.delete(self._known(request)["id"]))

    async def _requests(self, request: web.Request) -> web.Response:
        return reply({"requests": self._hooks.requests(self._known(request)["id"])})

    def _known(self, request: web.Request) -> dict[str, Any]:
        hook = self._hooks.get(request.match_info["id"])
        if hook is None:
            raise errors.refused(request, 404, "Not found")
        return hook
