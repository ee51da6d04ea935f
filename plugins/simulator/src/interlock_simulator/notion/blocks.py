"""Blocks: retrieve, list, append, update, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.content import payload_of, type_of
from interlock_simulator.notion.exchange import answer, body_of, path_id, uuid_of
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.workspace import Object, Workspace

# A request may nest blocks two levels deep below those it appends.
_DEEPEST = 2


class Blocks:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/blocks/{block_id}", self.retrieve),
            web.patch("/v1/blocks/{block_id}", self.update),
            web.delete("/v1/blocks/{block_id}", self.delete),
            web.get("/v1/blocks/{block_id}/children", self.children),
            web.patch("/v1/blocks/{block_id}/children", self.append),
        ]

    async def retrieve(self, request: web.Request) -> web.Response:
        return answer(request, self._block(path_id(request, "block_id")))

    async def children(self, request: web.Request) -> web.Response:
        block = self._block(path_id(request, "block_id"))
        listed = page_of(self._workspace.children(block["id"]), "block", request.query)
        return answer(request, listed)

    async def append(self, request: web.Request) -> web.Response:
        parent = self._block(path_id(request, "block_id"))
        body = await body_of(request)
        index = self._index(parent["id"], body)
        kind = "page_id" if parent["id"] in self._workspace.pages else "block_id"
        added = self.made(body.get("children") or [], parent["id"], kind)
        self.add(added, index)
        direct = [block for block in added if block["parent"].get(kind) == parent["id"]]
        return answer(request, page_of(direct, "block", {}))

    async def update(self, request: web.Request) -> web.Response:
        block = self._block(path_id(request, "block_id"))
        body = await body_of(request)
        kind = block["type"]
        if kind in body:
            block[kind] = {**block[kind], **payload_of(kind, {**block[kind], **body[kind]})}
        self._trash(block, bool(body.get("in_trash", body.get("archived", block["in_trash"]))))
        block["last_edited_time"] = self._workspace.now()
        return answer(request, block)

    async def delete(self, request: web.Request) -> web.Response:
        block = self._block(path_id(request, "block_id"))
        self._trash(block, True)
        return answer(request, block)

    def new(self, id: str, parent: Object, kind: str, payload: Object) -> Object:
        """A block as a response shows it."""
        return {
            "object": "block",
            "id": id,
            "parent": parent,
            **self._workspace.stamps(),
            "has_children": False,
            "archived": False,
            "in_trash": False,
            "type": kind,
            kind: payload,
        }

    def made(
        self, given: Sequence[Mapping[str, Any]], parent_id: str, parent_kind: str, depth: int = 0
    ) -> list[Object]:
        """Blocks of a request with those nested in them, parents first; none is stored yet."""
        if depth > _DEEPEST:
            raise errors.invalid("body failed validation: children are nested too deeply.")
        made: list[Object] = []
        for index, entry in enumerate(given):
            kind = type_of(entry, f"body.children[{index}]")
            parent = {"type": parent_kind, parent_kind: parent_id}
            block = self.new(self._workspace.new_id(), parent, kind, payload_of(kind, entry[kind]))
            nested = entry[kind].get("children") or entry.get("children") or []
            made += [block, *self.made(nested, block["id"], "block_id", depth + 1)]
        return made

    def add(self, blocks: Sequence[Object], index: int | None = None) -> None:
        """Store blocks made here; ``index`` is for those directly in the first one's parent."""
        for block in blocks:
            direct = block["parent"] == blocks[0]["parent"]
            parent_id = block["parent"][block["parent"]["type"]]
            self._workspace.add_block(block, parent_id, index if direct else None)
            if direct and index is not None:
                index += 1

    def _block(self, id: str) -> Object:
        if block := self._workspace.blocks.get(id):
            return block
        page = self._workspace.pages.get(id)
        if page is None:
            raise errors.not_found("block", id)
        # Every page is a block as well, though only pages in pages stand in a listing.
        shown = self.new(id, page["parent"], "child_page", {"title": self._workspace.title(page)})
        trashed = page["in_trash"]
        return {
            **shown,
            "created_time": page["created_time"],
            "last_edited_time": page["last_edited_time"],
            "has_children": bool(self._workspace.children(id)),
            "in_trash": trashed,
            "archived": trashed,
        }

    def _index(self, parent_id: str, body: Mapping[str, Any]) -> int | None:
        """Where appended blocks go: ``after`` (2025-09-03) or ``position`` (2026-03-11)."""
        position = body.get("position") or {}
        if position.get("type") == "start":
            return 0
        after = body.get("after") or (position.get("after_block") or {}).get("id")
        if after is None:
            return None
        index = self._workspace.index_after(parent_id, uuid_of(after, "body.after"))
        if index is None:
            raise errors.not_found("block", str(after))
        return index

    def _trash(self, block: Object, trashed: bool) -> None:
        for thing in (block, self._workspace.blocks.get(block["id"])):
            if thing:
                thing["in_trash"] = thing["archived"] = trashed
        if page := self._workspace.pages.get(block["id"]):
            page["in_trash"] = page["archived"] = trashed
