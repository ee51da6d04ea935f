"""Figma's REST API over the library of recorded files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from interlock.sdk import World
from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.figma import errors
from interlock_simulator.figma.comments import Comments
from interlock_simulator.figma.dev_resource_routes import DevResourceRoutes
from interlock_simulator.figma.library import Library
from interlock_simulator.figma.published import USER, published
from interlock_simulator.figma.reaction_routes import ReactionRoutes
from interlock_simulator.figma.renders import Renders
from interlock_simulator.figma.requests import read_body
from interlock_simulator.figma.selection import copied, found, restricted, split_ids, used_by
from interlock_simulator.figma.teams import Teams
from interlock_simulator.figma.webhook_routes import WebhookRoutes
from interlock_simulator.vendor import BAD_CREDENTIAL, Handler, refusing, reply

_HEAD = ("name", "lastModified", "thumbnailUrl", "version", "role", "editorType", "linkAccess")
_MAPS = ("components", "componentSets", "schemaVersion", "styles")
_LIBRARY_LISTS = ("components", "component_sets", "styles")


class Figma:
    """The vendor; comments, dev resources and webhooks can be written."""

    name = "figma"
    throttled = staticmethod(errors.throttled)
    failed = staticmethod(errors.failed)

    def __init__(self, library: Library, world: World, deliveries: Deliveries) -> None:
        self._library = library
        self._comments = Comments(world)
        self._dev_resources = DevResourceRoutes(library)
        self._webhooks = WebhookRoutes(library, world, deliveries)
        self._renders = Renders()

    def reset(self) -> None:
        self._comments.clear()
        self._dev_resources.clear()
        self._webhooks.clear()

    async def announce(self, what: Announcement) -> list[Outcome]:
        """Tell the webhooks that look for it of something that happened to a file."""
        return await self._webhooks.announce(what)

    def application(self) -> web.Application:
        application = web.Application(
            middlewares=[
                refusing(lambda request: errors.error(request.path, 404, "Not found")),
                _authenticated,
            ]
        )
        file = "/v1/files/{key}"
        routes = [
            web.get("/v1/me", self._me),
            web.get(file, self._file),
            web.get(f"{file}/nodes", self._nodes),
            web.get(f"{file}/meta", self._meta),
            web.get(f"{file}/versions", self._versions),
            web.get(f"{file}/variables/local", self._variables),
            web.get(f"{file}/variables/published", self._variables),
            web.get(f"{file}/comments", self._comments_list),
            web.post(f"{file}/comments", self._comments_add),
            web.delete(f"{file}/comments/{{comment}}", self._comments_delete),
            web.get(f"{file}/images", self._fills),
            web.get("/v1/images/{key}", self._images),
            web.get("/pictures/{name:.+}", self._renders.picture),
        ]
        for part in (
            self._dev_resources,
            self._webhooks,
            ReactionRoutes(self._comments),
            Teams(self._library),
        ):
            routes += part.routes()
        routes += [web.get(f"{file}/{kind}", self._published(kind)) for kind in _LIBRARY_LISTS]
        application.add_routes(routes)
        return application

    async def _me(self, request: web.Request) -> web.Response:
        return reply({**USER, "email": "designer@example.com"})

    async def _file(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        depth, geometry = _depth(request), request.query.get("geometry") == "paths"
        ids = split_ids(request.query.get("ids", ""))

        def body() -> bytes:
            document = restricted(file["document"], ids) if ids else file["document"]
            head = {name: file[name] for name in (*_HEAD, *_MAPS) if name in file}
            if ids:
                head |= used_by(document, file)
            return orjson.dumps({**head, "document": copied(document, depth, geometry)})

        return await _json(body)

    async def _nodes(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        depth, geometry = _depth(request), request.query.get("geometry") == "paths"
        ids = split_ids(request.query.get("ids", ""))
        if not ids:
            raise errors.refused(request, 400, "ids: Required")

        def body() -> bytes:
            nodes = found(file["document"], set(ids))
            entries = {id: _node_entry(file, nodes.get(id), depth, geometry) for id in ids}
            head = {name: file[name] for name in _HEAD if name in file}
            return orjson.dumps({**head, "nodes": entries})

        return await _json(body)

    async def _meta(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        facts = {
            "name": file["name"],
            "folder_name": "Recordings",
            "last_touched_at": file["lastModified"],
            "creator": USER,
            "last_touched_by": USER,
            "thumbnail_url": file["thumbnailUrl"],
            "editorType": file.get("editorType", "figma"),
            "role": file["role"],
            "link_access": file.get("linkAccess", "view"),
            "url": f"https://www.figma.com/design/{request.match_info['key']}",
            "version": file["version"],
        }
        return reply({"file": facts})

    async def _versions(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        version = {
            "id": file["version"],
            "created_at": file["lastModified"],
            "label": None,
            "description": None,
            "user": USER,
            "thumbnail_url": file["thumbnailUrl"],
        }
        return reply({"versions": [version], "pagination": {}})

    async def _variables(self, request: web.Request) -> web.Response:
        await self._recorded(request)
        body = await asyncio.to_thread(self._library.variables, request.match_info["key"])
        if body is None:
            raise errors.refused(request, 403, "Limited by Figma plan")
        return web.Response(body=body, content_type="application/json")

    def _published(self, kind: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            file = await self._recorded(request)
            entries = await asyncio.to_thread(published, request.match_info["key"], file, kind)
            return reply({"status": 200, "error": False, "meta": {kind: entries}})

        return handler

    async def _images(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        wanted = split_ids(request.query.get("ids", ""))
        if not wanted:
            raise errors.refused(request, 400, "ids: Required")
        nodes = await asyncio.to_thread(found, file["document"], set(wanted))
        return reply({"err": None, "images": self._renders.urls(request, wanted, nodes)})

    async def _fills(self, request: web.Request) -> web.Response:
        file = await self._recorded(request)
        images = await asyncio.to_thread(self._renders.fills, request, file["document"])
        return reply({"error": False, "status": 200, "meta": {"images": images}})

    async def _comments_list(self, request: web.Request) -> web.Response:
        await self._recorded(request)
        return reply({"comments": self._comments.of(request.match_info["key"])})

    async def _comments_add(self, request: web.Request) -> web.Response:
        await self._recorded(request)
        body = await read_body(request)
        if not body.get("message"):
            raise errors.refused(request, 400, "message: Required")
        return reply(self._comments.add(request.match_info["key"], body))

    async def _comments_delete(self, request: web.Request) -> web.Response:
        key, comment = request.match_info["key"], request.match_info["comment"]
        if not self._comments.delete(key, comment):
            raise errors.refused(request, 404, "Not found")
        return reply({"status": 200, "error": False})

    async def _recorded(self, request: web.Request) -> dict[str, Any]:
        file = await asyncio.to_thread(self._library.file, request.match_info["key"])
        if file is None:
            raise errors.refused(request, 404, "Not found")
        return file


@web.middleware
async def _authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = request.headers.get("X-Figma-Token") or bearer
    # Renders are served by a storage host in reality, where the URL is the credential.
    if "/pictures/" not in request.path and token in ("", BAD_CREDENTIAL):
        raise errors.refused(request, 403, "Invalid token")
    return await handler(request)


def _depth(request: web.Request) -> int | None:
    text = request.query.get("depth")
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise errors.refused(request, 400, "depth: Must be a positive integer")
    return int(text)


def _node_entry(
    file: dict[str, Any], node: dict[str, Any] | None, depth: int | None, geometry: bool
) -> dict[str, Any] | None:
    if node is None:
        return None
    return {
        "document": copied(node, depth, geometry),
        **used_by(node, file),
        "schemaVersion": file.get("schemaVersion", 0),
    }


async def _json(body: Callable[[], bytes]) -> web.Response:
    """Files reach megabytes: selecting and encoding them would hold up the event loop."""
    return web.Response(body=await asyncio.to_thread(body), content_type="application/json")
