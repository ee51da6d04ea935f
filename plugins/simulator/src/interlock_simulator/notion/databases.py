"""Databases, their data sources, queries, and search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.exchange import answer, body_of, path_id, with_data_sources
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.pages import with_properties
from interlock_simulator.notion.query import matching, ordered
from interlock_simulator.notion.rich_text import plain_text
from interlock_simulator.notion.workspace import Object, Workspace
from interlock_simulator.vendor import Refused


class Databases:
    def __init__(self, workspace: Workspace, query_limit: int) -> None:
        self._workspace = workspace
        self._query_limit = query_limit

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/databases/{database_id}", self.database),
            web.post("/v1/databases/{database_id}/query", self.query_database),
            web.get("/v1/data_sources/{data_source_id}", self.data_source),
            web.post("/v1/data_sources/{data_source_id}/query", self.query),
            web.post("/v1/search", self.search),
        ]

    async def database(self, request: web.Request) -> web.Response:
        database = self._workspace.database(path_id(request, "database_id"))
        return answer(request, shown_database(database, self._workspace, request))

    async def data_source(self, request: web.Request) -> web.Response:
        _only(with_data_sources(request))
        return answer(request, self._workspace.source(path_id(request, "data_source_id")))

    async def query(self, request: web.Request) -> web.Response:
        _only(with_data_sources(request))
        source = self._workspace.source(path_id(request, "data_source_id"))
        return await self._queried(request, source["id"], "page_or_data_source")

    async def query_database(self, request: web.Request) -> web.Response:
        _only(not with_data_sources(request))
        database = self._workspace.database(path_id(request, "database_id"))
        source_id = database["data_sources"][0]["id"]
        return await self._queried(request, source_id, "page_or_database")

    async def search(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        wanted = str(body.get("query", "")).lower()
        kind = (body.get("filter") or {}).get("value")
        found = [
            entry
            for entry in self._searchable(request)
            if kind in (None, entry["object"]) and wanted in self._title(entry).lower()
        ]
        ascending = (body.get("sort") or {}).get("direction") == "ascending"
        found.sort(key=lambda entry: str(entry["last_edited_time"]), reverse=not ascending)
        envelope = "page_or_data_source" if with_data_sources(request) else "page_or_database"
        return answer(request, page_of(found, envelope, body, place="body"))

    async def _queried(self, request: web.Request, source_id: str, kind: str) -> web.Response:
        body = await body_of(request)
        rows = matching(self._workspace.rows(source_id), body.get("filter"))
        rows = ordered(rows, body.get("sorts") or ())
        listed = page_of(rows, kind, body, place="body", limit=self._query_limit)
        properties = request.query.getall("filter_properties", [])
        listed["results"] = [with_properties(row, properties) for row in listed["results"]]
        return answer(request, listed)

    def _searchable(self, request: web.Request) -> list[Object]:
        containers = (
            self._workspace.data_sources
            if with_data_sources(request)
            else self._workspace.databases
        )
        entries = [*self._workspace.pages.values(), *containers.values()]
        return [entry for entry in entries if not entry["in_trash"]]

    def _title(self, entry: Mapping[str, Any]) -> str:
        if entry["object"] == "page":
            return self._workspace.title(entry)
        return plain_text(entry["title"])


def shown_database(database: Object, workspace: Workspace, request: web.Request) -> Object:
    """A database as the request's version knows it: with data sources, or with columns."""
    if with_data_sources(request):
        return database
    source = workspace.source(database["data_sources"][0]["id"])
    older = {name: value for name, value in database.items() if name != "data_sources"}
    return {**older, "properties": source["properties"]}


def _only(condition: bool) -> None:
    """An endpoint that the request's version does not have."""
    if not condition:
        raise Refused(errors.no_such_url())
