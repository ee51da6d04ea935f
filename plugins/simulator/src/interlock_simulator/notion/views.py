"""Views of databases, queries of them, and the workspace's own emojis."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.exchange import answer, body_of, path_id, uuid_of
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.query import matching, ordered
from interlock_simulator.notion.workspace import Object, Workspace

_KINDS = (
    *("table", "board", "list", "calendar", "timeline", "gallery"),
    *("form", "chart", "map", "dashboard"),
)
_SECONDS_KEPT = 900.0
_EMOJIS = [
    {"id": "e0000000-0000-4000-8000-000000000001", "name": "interlock", "url": "https://e/1.png"},
    {"id": "e0000000-0000-4000-8000-000000000002", "name": "shipped", "url": "https://e/2.png"},
]


class Views:
    """Each data source has a table that shows all of it, as in Notion."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[web.RouteDef]:
        view, query = "/v1/views/{view_id}", "/v1/views/{view_id}/queries/{query_id}"
        return [
            web.get("/v1/views", self.listed),
            web.post("/v1/views", self.add),
            web.get(view, self.view),
            web.patch(view, self.change),
            web.delete(view, self.delete),
            web.post(f"{view}/queries", self.ask),
            web.get(query, self.results),
            web.delete(query, self.forget),
            web.get("/v1/custom_emojis", self.emojis),
        ]

    async def listed(self, request: web.Request) -> web.Response:
        if given := request.query.get("data_source_id"):
            sources = [self._workspace.source(uuid_of(given, "query.data_source_id"))]
        else:
            place = uuid_of(request.query.get("database_id"), "query.database_id")
            database = self._workspace.database(place)
            sources = [self._workspace.source(each["id"]) for each in database["data_sources"]]
        ids = {source["id"] for source in sources}
        found = [each for each in self._all().values() if each["data_source_id"] in ids]
        shown = [{"object": "view", "id": each["id"]} for each in found]
        return answer(request, page_of(shown, "view", request.query))

    async def view(self, request: web.Request) -> web.Response:
        return answer(request, self._view(request))

    async def add(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        for name in ("data_source_id", "name", "type"):
            if not body.get(name):
                raise errors.invalid(
                    f"body failed validation: body.{name} should be defined, "
                    "instead was `undefined`."
                )
        if body["type"] not in _KINDS:
            raise errors.invalid(f"body failed validation: body.type is no view: {body['type']}")
        source = self._workspace.source(uuid_of(body["data_source_id"], "body.data_source_id"))
        made = self._made(source, self._workspace.new_id(), str(body["name"]), body["type"])
        made |= {name: body[name] for name in ("filter", "sorts") if name in body}
        self._workspace.views[made["id"]] = made
        return answer(request, made)

    async def change(self, request: web.Request) -> web.Response:
        view, body = self._view(request), await body_of(request)
        wanted = ("name", "filter", "sorts")
        changed: Object = {name: body[name] for name in wanted if name in body}
        now = {"last_edited_time": self._workspace.now()}
        changed_view: Object = {**view, **changed, **now}
        self._workspace.views[view["id"]] = changed_view
        return answer(request, changed_view)

    async def delete(self, request: web.Request) -> web.Response:
        view = self._view(request)
        self._workspace.views[view["id"]] = None
        return answer(request, {key: view[key] for key in ("object", "id", "parent", "type")})

    async def ask(self, request: web.Request) -> web.Response:
        view, body = self._view(request), await body_of(request)
        rows = matching(self._workspace.rows(view["data_source_id"]), view["filter"])
        rows = ordered(rows, view["sorts"] or ())
        found = [{"object": "page", "id": row["id"]} for row in rows]
        identity = self._workspace.new_id()
        self._workspace.view_queries[identity] = (view["id"], found)
        first = page_of(found, "page", body, place="body")
        until = datetime.fromtimestamp(self._workspace.moment() + _SECONDS_KEPT, UTC)
        told = {
            "object": "view_query",
            "id": identity,
            "view_id": view["id"],
            "expires_at": until.isoformat().replace("+00:00", "Z"),
            "total_count": len(found),
        }
        kept = ("results", "next_cursor", "has_more")
        return answer(request, {**told, **{name: first[name] for name in kept}})

    async def results(self, request: web.Request) -> web.Response:
        found = self._asked(request)
        return answer(request, page_of(found, "page", request.query))

    async def forget(self, request: web.Request) -> web.Response:
        self._asked(request)
        identity = path_id(request, "query_id")
        del self._workspace.view_queries[identity]
        return answer(request, {"object": "view_query", "id": identity, "deleted": True})

    async def emojis(self, request: web.Request) -> web.Response:
        wanted = request.query.get("name")
        found = [each for each in _EMOJIS if wanted in (None, each["name"])]
        listed = page_of(found, "custom_emoji", request.query)
        return answer(request, {key: listed[key] for key in listed if key != "custom_emoji"})

    def _asked(self, request: web.Request) -> list[Object]:
        identity = path_id(request, "query_id")
        view, found = self._workspace.view_queries.get(identity, ("", []))
        if view != self._view(request)["id"]:
            raise errors.not_found("view_query", identity)
        return found

    def _view(self, request: web.Request) -> Object:
        identity = path_id(request, "view_id")
        view = self._all().get(identity)
        if view is None:
            raise errors.not_found("view", identity)
        return view

    def _all(self) -> dict[str, Object]:
        """The views that there are: written ones, and the first of each data source."""
        first = {}
        for source in self._workspace.data_sources.values():
            made = self._made(source, _first_id(source["id"]), "Default view", "table")
            first[made["id"]] = made
        known: dict[str, Any] = {**first, **self._workspace.views}
        return {identity: view for identity, view in known.items() if view is not None}

    def _made(self, source: Object, identity: str, name: str, kind: str) -> Object:
        stamps = self._workspace.stamps()
        return {
            "object": "view",
            "id": identity,
            "parent": {"type": "database_id", "database_id": source["parent"]["database_id"]},
            "data_source_id": source["id"],
            "name": name,
            "type": kind,
            "filter": None,
            "sorts": None,
            "quick_filters": None,
            "configuration": None,
            "url": f"https://www.notion.so/{identity.replace('-', '')}",
            **stamps,
        }


def _first_id(source: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"view of {source}"))
