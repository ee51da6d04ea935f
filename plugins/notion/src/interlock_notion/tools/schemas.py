"""Tools that make databases and change their columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import InvalidInput, tool
from interlock_notion import objects
from interlock_notion.ids import object_id
from interlock_notion.limits import rich_text
from interlock_notion.workspace import Workspace


class SchemaTools(Workspace):
    """Databases and their columns."""

    @tool()
    async def create_database(
        self, parent_id: str, title: str, properties: dict[str, Any]
    ) -> dict[str, Any]:
        """Create a database on a page.

        Args:
            parent_id: id of the page, or a link to it.
            title: title of the database.
            properties: columns by name, each a type such as ``"number"``, a list of choices such as
                ``["a", "b"]``, or an object of Notion's API. Exactly one must be a ``"title"``.
        """
        columns = {name: _column(name, column) for name, column in properties.items()}
        if sum("title" in column for column in columns.values()) != 1:
            raise InvalidInput("exactly one column is the title", path="$.properties")
        parent = {"type": "page_id", "page_id": object_id(parent_id, "parent_id")}
        body: dict[str, Any] = {"parent": parent, "title": rich_text(title)}
        if self.settings.has_data_sources:
            body["initial_data_source"] = {"properties": columns}
        else:
            body["properties"] = columns
        return objects.database(await self.requests.write("POST", "/v1/databases", body))

    @tool(effect="read")
    async def list_templates(self, data_source_id: str) -> dict[str, Any]:
        """List the page templates of a data source, each as ``{id, name, is_default}``.

        Args:
            data_source_id: id or link of a data source, or of a database with only one.
        """
        source_id = await self.only_source(object_id(data_source_id, "data_source_id"))
        path = f"{self.source_path(source_id)}/templates"
        found = [one async for page in self.requests.pages(path) for one in page["templates"]]
        names = ("id", "name", "is_default")
        return {"templates": [{name: one.get(name) for name in names} for one in found]}

    @tool(idempotent=True)
    async def update_data_source(
        self,
        data_source_id: str,
        title: str | None = None,
        properties: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change the title or columns of a data source; what is not given stays.

        Args:
            data_source_id: id or link of a data source, or of a database with only one.
            title: the new title.
            properties: columns by name, each a type such as ``"number"``, a list of choices, an
                object of Notion's API (``{"name": "..."}`` renames the column), or null to delete
                the column with all its values.
        """
        source_id = await self.only_source(object_id(data_source_id, "data_source_id"))
        body: dict[str, Any] = {} if title is None else {"title": rich_text(title)}
        if properties:
            body["properties"] = {
                name: None if column is None else _column(name, column)
                for name, column in properties.items()
            }
        answer = await self.requests.write("PATCH", self.source_path(source_id), body)
        return objects.data_source(answer)


def _column(name: str, given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        return {given: {}}
    if isinstance(given, list):
        return {"select": {"options": [{"name": str(option)} for option in given]}}
    if isinstance(given, Mapping):
        return dict(given)
    raise InvalidInput(
        f"column {name!r} is neither a type nor choices", path=f"$.properties.{name}"
    )
