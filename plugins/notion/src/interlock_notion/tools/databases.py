"""Tools that find things: search, databases, queries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from interlock.sdk import NotFound, tool
from interlock_notion import objects
from interlock_notion.ids import object_id
from interlock_notion.query import Query, Rows, kept_back, run
from interlock_notion.requests import incomplete_reason
from interlock_notion.walking import Walk, resumed
from interlock_notion.workspace import LONG, Workspace

Source = Mapping[str, Any]

_NO_SOURCES = "the database shows no data source: it is a linked one, or they are not shared"


class DatabaseTools(Workspace):
    """Search, databases and data sources."""

    @tool(effect="read", policies=LONG)
    async def search(
        self,
        query: str = "",
        kind: Literal["page", "data_source"] | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """Find pages and data sources by their titles, among those shared with the integration.

        Args:
            query: words of the title; empty finds everything.
            kind: what to find; default: both.
            limit: how many results at most; default: all.
        """
        body: dict[str, Any] = {"query": query} if query else {}
        if kind is not None:
            old = kind == "data_source" and not self.settings.has_data_sources
            body["filter"] = {"property": "object", "value": "database" if old else kind}
        results: list[dict[str, Any]] = []
        reason = ""
        async for answer in self.requests.pages("/v1/search", body):
            results += [objects.search_result(found) for found in answer["results"]]
            reason = incomplete_reason(answer)
            if limit is not None and len(results) >= limit:
                break
        kept = results[:limit]
        return {"results": kept, "count": len(kept), "complete": not reason}

    @tool(effect="read")
    async def get_database(self, database_id: str) -> dict[str, Any]:
        """Read a database: its title, description and data sources, without rows.

        Args:
            database_id: id of the database, or a link to it.
        """
        found_id = object_id(database_id, "database_id")
        return objects.database(await self.requests.get(f"/v1/databases/{found_id}"))

    @tool(effect="read")
    async def get_data_source(self, data_source_id: str) -> dict[str, Any]:
        """Read a data source: its title, and its columns with their types and choices.

        Args:
            data_source_id: id or link of a data source, or of a database with only one.
        """
        source_id = await self.only_source(object_id(data_source_id, "data_source_id"))
        return objects.data_source(await self.requests.get(self.source_path(source_id)))

    @tool(effect="read", policies=LONG, aliases=("query_notion_database",))
    async def query_database(
        self,
        database_id: str,
        filter: dict[str, Any] | None = None,  # noqa: A002 - Notion's own word
        sorts: list[dict[str, Any]] | None = None,
        limit: int | None = None,
        data_source: str | None = None,
        partial: bool = False,
    ) -> dict[str, Any]:
        """Read the pages of a database, all in one result, with their properties as plain JSON.

        For a database too large for one result, see ``query_rows``.

        Args:
            database_id: id or link of a database or of a data source.
            filter: a filter as in Notion's API, such as
                ``{"property": "Status", "select": {"equals": "Done"}}``; default: all pages.
            sorts: a list of sorts as in Notion's API, such as
                ``[{"property": "Due", "direction": "ascending"}]``; default: oldest first.
            limit: how many pages at most; default: all.
            data_source: name or id of the only data source to read; default: all of them.
            partial: whether to return what can be read if Notion withholds rows, with
                ``complete: false``; otherwise that is an error.
        """
        container = await self.container(object_id(database_id, "database_id"))
        sources = _chosen(container["data_sources"], data_source)
        rows = Rows()
        if not sources:
            rows.warnings.append(_NO_SOURCES)
        for source in sources:
            left = None if limit is None else limit - len(rows.by_id)
            if left is None or left > 0:
                path = f"{self.source_path(source['id'])}/query"
                asked = Query(path, filter, sorts or (), left, partial)
                _join(rows, await run(self.requests, asked))
        # Ten thousand rows would keep the loop for long.
        pages = await asyncio.to_thread(_shown, list(rows.by_id.values())[:limit])
        return {
            "database_id": container["id"],
            "title": container["title"],
            "data_sources": sources,
            "pages": pages,
            "count": len(pages),
            "complete": not rows.incomplete,
            "warnings": rows.warnings,
        }

    @tool(effect="read")
    async def query_rows(
        self,
        database_id: str,
        filter: dict[str, Any] | None = None,  # noqa: A002 - Notion's own word
        cursor: str | None = None,
        data_source: str | None = None,
        size: int = 100,
        partial: bool = False,
    ) -> dict[str, Any]:
        """Read the next pages of a database, oldest first, for databases of any size.

        ``next_cursor`` of the result is the ``cursor`` of the next call, and null at the end.

        Args:
            database_id: id or link of a data source or of a database.
            filter: a filter as in Notion's API; ignored where ``cursor`` is given.
            cursor: ``next_cursor`` of the last call; default: begin with the oldest page.
            data_source: name or id of the data source, if the database has several.
            size: how many pages in one result, 1 to 100.
            partial: whether to end without an error if Notion withholds rows.
        """
        walk = resumed(cursor) if cursor else await self._walk(database_id, data_source, filter)
        rows = await walk.step(self.requests, max(1, min(size, 100)))
        if walk.incomplete and not partial:
            raise kept_back(walk.incomplete, len(rows))
        return {
            "pages": _shown(rows),
            "count": len(rows),
            "next_cursor": walk.token() or None,
            "complete": not walk.incomplete,
        }

    async def _walk(
        self, database_id: str, data_source: str | None, condition: dict[str, Any] | None
    ) -> Walk:
        found_id = object_id(database_id, "database_id")
        if data_source is None:
            source_id = await self.only_source(found_id)
        else:
            container = await self.container(found_id)
            source_id = str(_chosen(container["data_sources"], data_source)[0]["id"])
        return Walk(f"{self.source_path(source_id)}/query", condition)


def _shown(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [objects.search_result(row) for row in rows]


def _join(rows: Rows, found: Rows) -> None:
    rows.add(found.by_id.values())
    rows.warnings += found.warnings
    if found.incomplete:
        rows.incomplete = found.incomplete
        rows.warnings.append(f"rows are missing: {found.incomplete}")


def _chosen(sources: Sequence[Source], wanted: str | None) -> list[Source]:
    if wanted is None:
        return list(sources)
    chosen = [source for source in sources if wanted in (source["id"], source["name"])]
    if not chosen:
        names = [str(source["name"]) for source in sources]
        raise NotFound(f"no data source {wanted!r} in this database", nearest=names)
    return chosen
