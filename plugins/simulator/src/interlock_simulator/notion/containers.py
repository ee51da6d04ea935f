"""Databases and data sources: created and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.blocks import Blocks
from interlock_simulator.notion.databases import shown_database
from interlock_simulator.notion.exchange import (
    answer,
    body_of,
    path_id,
    uuid_of,
    with_data_sources,
)
from interlock_simulator.notion.rich_text import plain_text, rich_text
from interlock_simulator.notion.schema import declared
from interlock_simulator.notion.workspace import Object, Workspace

_SHOWN = ("icon", "cover", "is_inline")
_TITLE_ONLY: Object = {"Name": {"title": {}}}


class Containers:
    def __init__(self, workspace: Workspace, blocks: Blocks) -> None:
        self._workspace = workspace
        self._blocks = blocks

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/databases", self.create_database),
            web.patch("/v1/databases/{database_id}", self.update_database),
            web.post("/v1/data_sources", self.create_source),
            web.patch("/v1/data_sources/{data_source_id}", self.update_source),
            web.get("/v1/data_sources/{data_source_id}/templates", self.templates),
        ]

    async def create_database(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        given = body.get("parent") or {}
        page_id = uuid_of(given.get("page_id"), "body.parent.page_id")
        if page_id not in self._workspace.pages:
            raise errors.not_found("page", page_id)
        database = self._database(body, {"type": "page_id", "page_id": page_id})
        # Before data sources, a database had its columns itself.
        described = (
            body if not with_data_sources(request) else body.get("initial_data_source") or {}
        )
        initial = described.get("properties") or _TITLE_ONLY
        facts = {"title": body.get("title") or []}
        self._source({**facts, "properties": initial}, database)
        title = plain_text(database["title"])
        shown = self._blocks.new(
            database["id"], database["parent"], "child_database", {"title": title}
        )
        self._workspace.add_block(shown, page_id)
        return answer(request, shown_database(database, self._workspace, request))

    async def update_database(self, request: web.Request) -> web.Response:
        database = self._workspace.database(path_id(request, "database_id"))
        body = await body_of(request)
        self._change(database, body)
        if not with_data_sources(request):
            source = self._workspace.source(database["data_sources"][0]["id"])
            self._change_columns(source, body)
        return answer(request, shown_database(database, self._workspace, request))

    async def create_source(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        given = (body.get("parent") or {}).get("database_id")
        database = self._workspace.database(uuid_of(given, "body.parent.database_id"))
        return answer(request, self._source(body, database))

    async def update_source(self, request: web.Request) -> web.Response:
        source = self._workspace.source(path_id(request, "data_source_id"))
        body = await body_of(request)
        self._change(source, body)
        self._change_columns(source, body)
        return answer(request, source)

    async def templates(self, request: web.Request) -> web.Response:
        self._workspace.source(path_id(request, "data_source_id"))
        facts = {"templates": [], "has_more": False, "next_cursor": None}
        return answer(request, facts, with_id=False)

    def _database(self, body: Mapping[str, Any], parent: Object) -> Object:
        id = self._workspace.new_id()
        stamps = self._workspace.stamps()
        database = {
            "object": "database",
            "id": id,
            "title": rich_text(body.get("title") or []),
            "description": rich_text(body.get("description") or []),
            "parent": parent,
            "is_inline": bool(body.get("is_inline")),
            "in_trash": False,
            "is_locked": False,
            "created_time": stamps["created_time"],
            "last_edited_time": stamps["last_edited_time"],
            "data_sources": [],
            "icon": body.get("icon"),
            "cover": body.get("cover"),
            "url": f"https://www.notion.so/{id.replace('-', '')}",
            "public_url": None,
            "archived": False,
        }
        self._workspace.databases[id] = database
        return database

    def _source(self, body: Mapping[str, Any], database: Object) -> Object:
        properties = body.get("properties") or _TITLE_ONLY
        source = {
            "object": "data_source",
            "id": self._workspace.new_id(),
            "cover": body.get("cover"),
            "icon": body.get("icon"),
            **self._workspace.stamps(),
            "title": rich_text(body.get("title") or []),
            "description": [],
            "is_inline": False,
            "properties": {
                name: declared(name, column, self._workspace.new_id())
                for name, column in properties.items()
            },
            "parent": {"type": "database_id", "database_id": database["id"]},
            "database_parent": database["parent"],
            "url": database["url"],
            "public_url": None,
            "in_trash": False,
            "archived": False,
        }
        self._workspace.data_sources[source["id"]] = source
        database["data_sources"].append({"id": source["id"], "name": plain_text(source["title"])})
        return source

    def _change(self, container: Object, body: Mapping[str, Any]) -> None:
        for name in ("title", "description"):
            if name in body:
                container[name] = rich_text(body[name])
        for name in _SHOWN:
            if name in body:
                container[name] = body[name]
        trashed = bool(body.get("in_trash", body.get("archived", container["in_trash"])))
        container["in_trash"] = container["archived"] = trashed

    def _change_columns(self, source: Object, body: Mapping[str, Any]) -> None:
        for name, column in (body.get("properties") or {}).items():
            self._change_column(source["properties"], name, column)

    def _change_column(self, schema: Object, name: str, column: Mapping[str, Any] | None) -> None:
        """Add, rename, retype, or (null) drop a column; ``name`` may be its id."""
        known = next((key for key, entry in schema.items() if name in (key, entry["id"])), None)
        if column is None:
            schema.pop(known or name, None)
            return
        entry = schema.pop(known) if known else None
        called = column.get("name") or known or name
        if entry and not set(column) - {"name"}:
            schema[called] = {**entry, "name": called}
        else:
            id = entry["id"] if entry else self._workspace.new_id()
            schema[called] = {**declared(called, column, id), "id": id}
