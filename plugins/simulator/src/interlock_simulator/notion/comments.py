"""Comments: listed, written, changed, deleted."""

from __future__ import annotations

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.errors import BOT_ID
from interlock_simulator.notion.exchange import answer, body_of, path_id, uuid_of
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.rich_text import rich_text
from interlock_simulator.notion.workspace import Object, Workspace


class Comments:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/comments", self.comments),
            web.post("/v1/comments", self.add_comment),
            web.get("/v1/comments/{comment_id}", self.comment),
            web.patch("/v1/comments/{comment_id}", self.change_comment),
            web.delete("/v1/comments/{comment_id}", self.delete_comment),
        ]

    async def comments(self, request: web.Request) -> web.Response:
        place = uuid_of(request.query.get("block_id"), "query.block_id")
        found = [
            comment for comment in self._workspace.comments if place in comment["parent"].values()
        ]
        return answer(request, page_of(found, "comment", request.query))

    async def add_comment(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        if not body.get("rich_text"):
            raise errors.invalid("body failed validation: body.rich_text should be defined.")
        parent, discussion = self._place(body)
        stamps, name = self._workspace.stamps(), self._workspace.user(BOT_ID)["name"]
        comment = {
            "object": "comment",
            "id": self._workspace.new_id(),
            "parent": parent,
            "discussion_id": discussion,
            "created_time": stamps["created_time"],
            "last_edited_time": stamps["last_edited_time"],
            "created_by": stamps["created_by"],
            "rich_text": rich_text(body["rich_text"]),
            "display_name": {"type": "integration", "resolved_name": name},
        }
        self._workspace.comments.append(comment)
        return answer(request, comment)

    async def comment(self, request: web.Request) -> web.Response:
        return answer(request, self._comment(request))

    async def change_comment(self, request: web.Request) -> web.Response:
        comment = self._comment(request)
        comment["rich_text"] = rich_text((await body_of(request)).get("rich_text") or [])
        comment["last_edited_time"] = self._workspace.now()
        return answer(request, comment)

    async def delete_comment(self, request: web.Request) -> web.Response:
        comment = self._comment(request)
        self._workspace.comments.remove(comment)
        return answer(request, comment)

    def _comment(self, request: web.Request) -> Object:
        id = path_id(request, "comment_id")
        for comment in self._workspace.comments:
            if comment["id"] == id:
                return comment
        raise errors.not_found("comment", id)

    def _place(self, body: Object) -> tuple[Object, str]:
        """Parent and discussion of a new comment: an answer joins its discussion."""
        if "discussion_id" in body:
            for comment in self._workspace.comments:
                if comment["discussion_id"] == body["discussion_id"]:
                    return comment["parent"], comment["discussion_id"]
            raise errors.not_found("discussion", body["discussion_id"])
        given = body.get("parent") or {}
        kind = "block_id" if "block_id" in given else "page_id"
        id = uuid_of(given.get(kind), f"body.parent.{kind}")
        if id not in self._workspace.pages and id not in self._workspace.blocks:
            raise errors.not_found(kind.removesuffix("_id"), id)
        return {"type": kind, kind: id}, self._workspace.new_id()
