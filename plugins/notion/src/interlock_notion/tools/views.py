"""Tools for the views of databases: their filters and sorts, and the rows that they show.

Source: the operations on views of @notionhq/client 5.26, ``api-endpoints/views``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from interlock.sdk import NotFound, tool
from interlock_notion import objects
from interlock_notion.concurrency import in_order
from interlock_notion.ids import object_id
from interlock_notion.requests import incomplete_reason
from interlock_notion.workspace import LONG, Workspace

Kind = Literal[
    "table", "board", "list", "calendar", "timeline", "gallery", "form", "chart", "map", "dashboard"
]
_CHANGEABLE = ("name", "filter", "sorts")


class ViewTools(Workspace):
    """Views, and the custom emojis that pages wear in them."""

    @tool(effect="read")
    async def list_views(self, database_id: str) -> dict[str, Any]:
        """List the views of a database or data source, with their filters and sorts.

        Args:
            database_id: id or link of the database or data source.
        """
        found_id = object_id(database_id, "database_id")
        try:
            found = await self.requests.all("/v1/views", database_id=found_id)
        except NotFound:
            found = await self.requests.all("/v1/views", data_source_id=found_id)
        views = await in_order(self.requests.get(f"/v1/views/{each['id']}") for each in found)
        return {"views": [_view(each) for each in views]}

    @tool(effect="read")
    async def get_view(self, view_id: str) -> dict[str, Any]:
        """Read one view: its name, type, filter and sorts.

        Args:
            view_id: id of the view, from ``list_views``.
        """
        return _view(await self.requests.get(f"/v1/views/{object_id(view_id, 'view_id')}"))

    @tool(effect="read", policies=LONG)
    async def query_view(self, view_id: str, limit: int | None = None) -> dict[str, Any]:
        """Read the pages that a view shows, filtered and sorted as the view has it.

        Args:
            view_id: id of the view, from ``list_views``.
            limit: how many pages at most; default: all.
        """
        found_id = object_id(view_id, "view_id")
        path = f"/v1/views/{found_id}/queries"
        first = await self.requests.read(path, {"page_size": self.requests.page_size})
        results, answer = list(first["results"]), first
        query = f"{path}/{first['id']}"
        while answer.get("has_more") and (limit is None or len(results) < limit):
            cursor = str(answer["next_cursor"])
            size = str(self.requests.page_size)
            answer = await self.requests.get(query, start_cursor=cursor, page_size=size)
            results += answer["results"]
        await self.requests.write("DELETE", query)
        kept = results[:limit]
        pages = await in_order(self.requests.get(f"/v1/pages/{each['id']}") for each in kept)
        return {
            "view_id": found_id,
            "pages": [objects.search_result(page) for page in pages],
            "count": len(kept),
            "total": first.get("total_count"),
            "complete": len(kept) == len(results)
            and not answer.get("has_more")
            and not incomplete_reason(answer),
        }

    @tool()
    async def create_view(
        self,
        database_id: str,
        name: str,
        type: Kind = "table",  # noqa: A002 - Notion's own word
        filter: dict[str, Any] | None = None,  # noqa: A002
        sorts: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Add a view to a database.

        Args:
            database_id: id or link of the database, or of its data source.
            name: name of the view.
            type: layout of the view.
            filter: a filter as in Notion's API.
            sorts: a list of sorts as in Notion's API.
        """
        container = await self.container(object_id(database_id, "database_id"))
        source = await self.only_source(object_id(database_id, "database_id"))
        body = {"database_id": container["id"], "data_source_id": source, "name": name}
        wished = {"type": type, "filter": filter, "sorts": sorts}
        body |= {key: value for key, value in wished.items() if value is not None}
        return _view(await self.requests.write("POST", "/v1/views", body))

    @tool(idempotent=True)
    async def update_view(
        self,
        view_id: str,
        name: str | None = None,
        filter: dict[str, Any] | None = None,  # noqa: A002 - Notion's own word
        sorts: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Change the name, filter or sorts of a view; what is not given stays.

        Args:
            view_id: id of the view, from ``list_views``.
            name: the new name.
            filter: a filter as in Notion's API; ``{}`` removes the one that is there.
            sorts: a list of sorts as in Notion's API; ``[]`` removes those that are there.
        """
        given = dict(zip(_CHANGEABLE, (name, filter, sorts), strict=True))
        body = {key: value or None for key, value in given.items() if value is not None}
        path = f"/v1/views/{object_id(view_id, 'view_id')}"
        return _view(await self.requests.write("PATCH", path, body))

    @tool(idempotent=True, destructive=True)
    async def delete_view(self, view_id: str) -> dict[str, Any]:
        """Delete a view, without its pages; ``deleted`` is false if it was gone already.

        Args:
            view_id: id of the view, from ``list_views``.
        """
        found_id = object_id(view_id, "view_id")
        return {"id": found_id, "deleted": await self.requests.delete(f"/v1/views/{found_id}")}

    @tool(effect="read")
    async def list_custom_emojis(self, name: str | None = None) -> dict[str, Any]:
        """List the custom emojis of the workspace, each as ``{id, name}``.

        Args:
            name: name of the only emoji to look for; default: all of them.
        """
        asked = {"name": name} if name else {}
        found = await self.requests.all("/v1/custom_emojis", **asked)
        return {"emojis": [{"id": each["id"], "name": each.get("name", "")} for each in found]}


def _view(view: Mapping[str, Any]) -> dict[str, Any]:
    """``{id, name, type, database_id, data_source_id, filter, sorts, url}``."""
    parent = view.get("parent") or {}
    return {
        "id": view["id"],
        "name": view.get("name", ""),
        "type": view.get("type"),
        "database_id": parent.get("database_id"),
        "data_source_id": view.get("data_source_id"),
        "filter": view.get("filter"),
        "sorts": view.get("sorts") or [],
        "url": view.get("url"),
    }
