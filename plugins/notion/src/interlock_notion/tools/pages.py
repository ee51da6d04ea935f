"""Tools that create, change, move and trash pages."""

from __future__ import annotations

from typing import Any, Literal

from interlock.sdk import InterlockError, InvalidInput, tool
from interlock_notion import objects, properties, writing
from interlock_notion.ids import is_id, object_id
from interlock_notion.limits import rich_text
from interlock_notion.workspace import LONG, Workspace

ParentType = Literal["page", "database", "data_source"]


class PageTools(Workspace):
    """Creating, changing and trashing."""

    @tool(policies=LONG, aliases=("create_notion_page",))
    async def create_page(
        self,
        parent_id: str,
        title: str = "",
        parent_type: ParentType = "page",
        properties: dict[str, Any] | None = None,
        markdown: str | None = None,
        blocks: list[dict[str, Any]] | None = None,
        icon: str | None = None,
        cover: str | None = None,
        template: str | None = None,
    ) -> dict[str, Any]:
        """Create a page below a page or in a database, with content of any length.

        If the content cannot be written completely, the page is moved to the trash and the call
        fails.

        Args:
            parent_id: id of the parent, or a link to it.
            title: title of the page.
            parent_type: what the parent is; a ``database`` must have exactly one data source.
            properties: properties by name, as plain JSON or as value objects of Notion's API.
            markdown: the content as Markdown.
            blocks: the content as block objects of Notion's API, instead of Markdown.
            icon: an emoji, a URL of a picture, or the id of an upload.
            cover: a URL of a picture, or the id of an upload.
            template: id of a template from ``list_templates``, or ``default``, instead of content;
                Notion fills it in some time after the call.
        """
        content = await writing.content(markdown, blocks)
        if template and content:
            raise InvalidInput("give a template or content, not both", path="$.template")
        parent, schema = await self._parent(object_id(parent_id, "parent_id"), parent_type)
        body = {"parent": parent, **_facts(title, properties or {}, schema, icon, cover)}
        if template:
            body["template"] = _template(template)
        at_once = writing.in_one_request(content)
        if at_once:
            body["children"] = at_once
        page = objects.page(await self.requests.write("POST", "/v1/pages", body))
        if at_once is None:
            await self._fill(page["id"], content)
        return {**page, "blocks_added": len(content)}

    @tool(idempotent=True, ordering_key="page_id")
    async def update_page(
        self,
        page_id: str,
        title: str | None = None,
        properties: dict[str, Any] | None = None,
        icon: str | None = None,
        cover: str | None = None,
    ) -> dict[str, Any]:
        """Change the title, properties, icon or cover of a page; what is not given stays.

        Args:
            page_id: id of the page, or a link to it.
            title: the new title.
            properties: properties by name, as plain JSON or as value objects of Notion's API.
            icon: an emoji, a URL of a picture, or the id of an upload.
            cover: a URL of a picture, or the id of an upload.
        """
        found_id = object_id(page_id, "page_id")
        schema: dict[str, str] = {}
        if properties:
            schema = (await self._facts_of(found_id))["property_types"]
        body = _facts(title, properties or {}, schema, icon, cover)
        answer = await self.requests.write("PATCH", f"/v1/pages/{found_id}", body)
        return objects.page(answer)

    @tool(idempotent=True, ordering_key="page_id")
    async def move_page(
        self, page_id: str, parent_id: str, parent_type: ParentType = "page"
    ) -> dict[str, Any]:
        """Move a page below another page or into a database.

        Args:
            page_id: id of the page, or a link to it.
            parent_id: id of the new parent, or a link to it.
            parent_type: what the parent is; a ``database`` must have exactly one data source.
        """
        found_id = object_id(page_id, "page_id")
        parent, _ = await self._parent(object_id(parent_id, "parent_id"), parent_type)
        answer = await self.requests.write("POST", f"/v1/pages/{found_id}/move", {"parent": parent})
        return objects.page(answer)

    @tool(idempotent=True, destructive=True, ordering_key="page_id")
    async def archive_page(self, page_id: str) -> dict[str, Any]:
        """Move a page to the trash; nothing happens if it is there already.

        Args:
            page_id: id of the page, or a link to it.
        """
        return await self._trash(object_id(page_id, "page_id"), trashed=True)

    @tool(idempotent=True, ordering_key="page_id")
    async def restore_page(self, page_id: str) -> dict[str, Any]:
        """Restore a page from the trash; nothing happens if it is not there.

        Args:
            page_id: id of the page, or a link to it.
        """
        return await self._trash(object_id(page_id, "page_id"), trashed=False)

    async def _facts_of(self, page_id: str) -> dict[str, Any]:
        return objects.page(await self.requests.get(f"/v1/pages/{page_id}"))

    async def _parent(self, parent_id: str, kind: ParentType) -> tuple[dict[str, Any], Any]:
        """The parent of a request, and the types of the properties that it gives a page."""
        if kind == "page":
            return {"type": "page_id", "page_id": parent_id}, {"title": "title"}
        source_id = parent_id if kind == "data_source" else await self.only_source(parent_id)
        source = objects.data_source(await self.requests.get(self.source_path(source_id)))
        schema = {name: column["type"] for name, column in source["properties"].items()}
        name = "data_source_id" if self.settings.has_data_sources else "database_id"
        return {"type": name, name: source_id}, schema

    async def _fill(self, page_id: str, content: list[dict[str, Any]]) -> None:
        try:
            await writing.append(self.requests, page_id, content)
        except InterlockError as error:
            error.details["page_id"] = page_id
            try:
                await self._trash(page_id, trashed=True)
            except InterlockError as second:
                error.details["page_left"] = f"the page could not be trashed: {second.message}"
            raise error

    async def _trash(self, page_id: str, *, trashed: bool) -> dict[str, Any]:
        body = {self.settings.trash_field: trashed}
        try:
            await self.requests.write("PATCH", f"/v1/pages/{page_id}", body)
        except InvalidInput:
            # Notion refuses to change what is in the trash, also to what it is already.
            if (await self._facts_of(page_id))["in_trash"] != trashed:
                raise
        return {"id": page_id, "in_trash": trashed}


def _facts(
    title: str | None,
    given: dict[str, Any],
    schema: dict[str, str],
    icon: str | None,
    cover: str | None,
) -> dict[str, Any]:
    """Properties and looks of a request; ``title`` is the id of every page's title property."""
    values = properties.to_notion(given, schema)
    if title:
        values["title"] = {"title": rich_text(title)}
    body: dict[str, Any] = {"properties": values}
    if icon:
        body["icon"] = _picture(icon) or {"type": "emoji", "emoji": icon}
    if cover:
        body["cover"] = _picture(cover)
        if body["cover"] is None:
            raise InvalidInput("a cover is a link or the id of an upload", path="$.cover")
    return body


def _picture(said: str) -> dict[str, Any] | None:
    """A picture by its link or its upload; None for what is neither."""
    if said.startswith(("http://", "https://")):
        return {"type": "external", "external": {"url": said}}
    if is_id(said):
        return {"type": "file_upload", "file_upload": {"id": said}}
    return None


def _template(said: str) -> dict[str, Any]:
    if said == "default":
        return {"type": "default"}
    return {"type": "template_id", "template_id": object_id(said, "template")}
