"""Pages: retrieve, create, update, single properties, Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.blocks import Blocks
from interlock_simulator.notion.exchange import answer, body_of, path_id, uuid_of
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.schema import empty_values, values
from interlock_simulator.notion.workspace import Object, Workspace

_TITLE_ONLY = {"title": {"id": "title", "name": "title", "type": "title", "title": {}}}
_LISTED = ("title", "rich_text", "relation", "people")


class Pages:
    def __init__(self, workspace: Workspace, blocks: Blocks) -> None:
        self._workspace = workspace
        self._blocks = blocks

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/pages", self.create),
            web.get("/v1/pages/{page_id}", self.retrieve),
            web.patch("/v1/pages/{page_id}", self.update),
            web.get("/v1/pages/{page_id}/properties/{property_id}", self.property_item),
            web.post("/v1/pages/{page_id}/move", self.move),
        ]

    async def retrieve(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        wanted = request.query.getall("filter_properties", [])
        return answer(request, with_properties(page, wanted))

    async def create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        parent, schema = self._parent(body.get("parent") or {})
        page = self._new_page(parent, body)
        page["properties"] = empty_values(schema) | values(body.get("properties") or {}, schema)
        self._number(page)
        blocks = self._blocks.made(body.get("children") or [], page["id"], "page_id")
        self._workspace.pages[page["id"]] = page
        self._blocks.add(blocks)
        if "page_id" in parent:
            self._workspace.add_block(self._child_page(page), parent["page_id"])
        return answer(request, page)

    async def update(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        body = await body_of(request)
        changed = values(body.get("properties") or {}, self._schema(page))
        page["properties"].update(changed)
        for name in ("icon", "cover"):
            if name in body:
                page[name] = body[name]
        trashed = body.get("in_trash", body.get("archived", page["in_trash"]))
        self._trash(page, trashed=bool(trashed))
        page["last_edited_time"] = self._workspace.now()
        return answer(request, page)

    async def property_item(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        wanted = request.match_info["property_id"]
        value = next(
            (entry for entry in page["properties"].values() if _named(entry, wanted)), None
        )
        if value is None:
            raise errors.not_found("property", wanted)
        if value["type"] in _LISTED:
            return answer(request, _property_list(value, request.query))
        return answer(request, {"object": "property_item", **value})

    async def move(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        body = await body_of(request)
        parent, schema = self._parent(body.get("parent") or {})
        block = self._workspace.blocks.get(page["id"]) or self._child_page(page)
        self._workspace.blocks[page["id"]] = block
        title = next(value["title"] for value in page["properties"].values() if "title" in value)
        page["parent"] = parent
        page["properties"] = _moved(page["properties"], title, schema)
        self._workspace.move_block(page["id"], parent, parent.get("page_id", ""))
        return answer(request, page)

    def _parent(self, given: Mapping[str, Any]) -> tuple[Object, Object]:
        """The parent as a response shows it, and the schema of the properties below it."""
        if "page_id" in given:
            page = self._workspace.page(uuid_of(given["page_id"], "body.parent.page_id"))
            return {"type": "page_id", "page_id": page["id"]}, _TITLE_ONLY
        if given.get("workspace"):
            return {"type": "workspace", "workspace": True}, _TITLE_ONLY
        source = self._source(given)
        parent = {"type": "data_source_id", "data_source_id": source["id"]}
        return parent | {"database_id": source["parent"]["database_id"]}, source["properties"]

    def _source(self, given: Mapping[str, Any]) -> Object:
        if "data_source_id" in given:
            id = uuid_of(given["data_source_id"], "body.parent.data_source_id")
        elif "database_id" in given:
            database_id = uuid_of(given["database_id"], "body.parent.database_id")
            database = self._workspace.database(database_id)
            id = database["data_sources"][0]["id"]
        else:
            raise errors.invalid("body failed validation: body.parent should be defined.")
        return self._workspace.source(id)

    def _schema(self, page: Object) -> Object:
        source = self._workspace.data_sources.get(page["parent"].get("data_source_id", ""))
        return source["properties"] if source else _TITLE_ONLY

    def _new_page(self, parent: Object, body: Mapping[str, Any]) -> Object:
        id = self._workspace.new_id()
        return {
            "object": "page",
            "id": id,
            **self._workspace.stamps(),
            "cover": body.get("cover"),
            "icon": body.get("icon"),
            "parent": parent,
            "archived": False,
            "in_trash": False,
            "is_archived": False,
            "is_locked": False,
            "url": f"https://www.notion.so/{id.replace('-', '')}",
            "public_url": None,
        }

    def _number(self, page: Object) -> None:
        """Give a new row its unique id, one more than there are rows."""
        for value in page["properties"].values():
            if value["type"] == "unique_id":
                rows = self._workspace.rows(page["parent"]["data_source_id"])
                value["unique_id"] = {"prefix": None, "number": len(rows) + 1}

    def _child_page(self, page: Object) -> Object:
        title = self._workspace.title(page)
        return self._blocks.new(page["id"], page["parent"], "child_page", {"title": title})

    def _trash(self, page: Object, *, trashed: bool) -> None:
        page["in_trash"] = page["archived"] = page["is_archived"] = trashed
        if block := self._workspace.blocks.get(page["id"]):
            block["in_trash"] = block["archived"] = trashed


def _moved(properties: Object, title: list[Object], schema: Object) -> Object:
    """Properties below a new parent: its own columns, the title and those that fit kept."""
    kept = empty_values(schema)
    for name, entry in kept.items():
        if entry["type"] == "title":
            entry["title"] = title
        elif properties.get(name, {}).get("type") == entry["type"]:
            entry.update(properties[name])
    return kept


def with_properties(page: Object, wanted: list[str]) -> Object:
    """The page with only the properties of these ids or names; all for none."""
    if not wanted:
        return page
    kept = {
        name: value
        for name, value in page["properties"].items()
        if name in wanted or any(_named(value, id) for id in wanted)
    }
    return {**page, "properties": kept}


def _named(value: Mapping[str, Any], id: str) -> bool:
    # Ids are shown percent-encoded; a client may send them either way.
    return id in (value["id"], unquote(value["id"]))


def _property_list(value: Mapping[str, Any], query: Mapping[str, Any]) -> Object:
    kind = value["type"]
    items = [
        {"object": "property_item", "type": kind, "id": f"{value['id']}-{index}", kind: part}
        for index, part in enumerate(value[kind])
    ]
    listed = page_of(items, "property_item", query)
    # The ids made up for the cursor are not shown: items carry the property's.
    listed["results"] = [{**item, "id": value["id"]} for item in listed["results"]]
    described = {"id": value["id"], "next_url": None, "type": kind, kind: {}}
    return {**listed, "property_item": described}
