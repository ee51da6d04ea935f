"""Pages read and changed as Markdown, at once or as a task that is asked for later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from interlock_simulator.notion import errors
from interlock_simulator.notion.blocks import Blocks
from interlock_simulator.notion.content import markdown
from interlock_simulator.notion.dialect import parsed
from interlock_simulator.notion.exchange import answer, body_of, path_id
from interlock_simulator.notion.workspace import Object, Workspace

_PAGES = ("child_page", "child_database")
_ELLIPSIS = "..."


class Markdown:
    def __init__(self, workspace: Workspace, blocks: Blocks) -> None:
        self._workspace = workspace
        self._blocks = blocks
        self._changes = {
            "insert_content": self._insert,
            "replace_content": self._replace,
            "update_content": self._update,
            "replace_content_range": self._replace_range,
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/pages/{page_id}/markdown", self.retrieve),
            web.patch("/v1/pages/{page_id}/markdown", self.update),
            web.get("/v1/async_tasks/{task_id}", self.task),
        ]

    async def retrieve(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        return answer(request, self._read(page["id"]))

    async def update(self, request: web.Request) -> web.Response:
        page = self._workspace.page(path_id(request, "page_id"))
        body = await body_of(request)
        kind = str(body.get("type"))
        change = self._changes.get(kind)
        if change is None or not isinstance(body.get(kind), dict):
            raise errors.invalid(f"body failed validation: body.{kind} should be defined.")
        change(page["id"], body[kind])
        page["last_edited_time"] = self._workspace.now()
        if not body.get("allow_async"):
            return answer(request, self._read(page["id"]))
        task = self._task(request, page["id"])
        return answer(request, {**task, "status": "queued", "poll_after_seconds": 2}, status=202)

    async def task(self, request: web.Request) -> web.Response:
        id = request.match_info["task_id"]
        if (task := self._workspace.tasks.get(id)) is None:
            raise errors.not_found("async_task", id)
        return answer(request, task)

    def _task(self, request: web.Request, page_id: str) -> Object:
        """The task as it is first told of; asked for later, it has succeeded."""
        id = f"task_{self._workspace.new_id().replace('-', '')}"
        told = {
            "object": "async_task",
            "id": id,
            "status_url": f"{request.url.origin()}/notion/v1/async_tasks/{id}",
            "created_time": self._workspace.now(),
            "operation": {"surface": "rest", "name": "PATCH /v1/pages/:page_id/markdown"},
        }
        self._workspace.tasks[id] = {**told, "status": "succeeded", "result": self._read(page_id)}
        return told

    def _read(self, page_id: str) -> Object:
        text = self._text(self._workspace.children(page_id))
        facts = {"object": "page_markdown", "id": page_id, "markdown": text}
        return {**facts, "truncated": False, "unknown_block_ids": []}

    def _text(self, blocks: list[Object]) -> str:
        return markdown(blocks, self._workspace.children)

    def _insert(self, page_id: str, change: Mapping[str, Any]) -> None:
        index = 0 if (change.get("position") or {}).get("type") == "start" else None
        if "after" in change:
            _, last = self._range(page_id, str(change["after"]))
            index = self._workspace.index_after(page_id, last["id"])
        self._add(page_id, str(change.get("content", "")), index)

    def _replace(self, page_id: str, change: Mapping[str, Any]) -> None:
        self._drop(self._workspace.children(page_id), change)
        self._add(page_id, str(change.get("new_str", "")), None)

    def _replace_range(self, page_id: str, change: Mapping[str, Any]) -> None:
        first, last = self._range(page_id, str(change.get("content_range", "")))
        siblings = self._workspace.children(page_id)
        index = self._workspace.index_after(page_id, last["id"])
        self._drop(siblings[siblings.index(first) : siblings.index(last) + 1], change)
        self._add(page_id, str(change.get("content", "")), index)

    def _update(self, page_id: str, change: Mapping[str, Any]) -> None:
        """Search and replace; blocks before and behind what changes stay as they are."""
        old = self._workspace.children(page_id)
        text = self._text(old)
        for one in change.get("content_updates") or ():
            if one["old_str"] not in text:
                raise errors.invalid(f"old_str was not found in the page: {one['old_str']}")
            text = text.replace(
                one["old_str"], one["new_str"], -1 if one.get("replace_all_matches") else 1
            )
        new = text.split("\n")
        kept = 0
        while kept < len(old) and self._starts(new, self._text(old[: kept + 1])):
            kept += 1
        self._drop(old[kept:], change)
        before = self._text(old[:kept]).split("\n") if kept else []
        self._add(page_id, "\n".join(new[len(before) :]), None)

    def _starts(self, lines: list[str], text: str) -> bool:
        begun = text.split("\n")
        return lines[: len(begun)] == begun

    def _range(self, page_id: str, wanted: str) -> tuple[Object, Object]:
        """The first and last block of ``start...end``, by the text at their edges."""
        start, _, end = wanted.partition(_ELLIPSIS)
        blocks = self._workspace.children(page_id)
        lines = [self._text([block]) for block in blocks]
        first = next((i for i, line in enumerate(lines) if start and start in line), None)
        if first is not None:
            for index in range(first, len(lines)):
                if not end or lines[index].endswith(end):
                    return blocks[first], blocks[index]
        raise errors.invalid(f"The range was not found in the page: {wanted}")

    def _add(self, page_id: str, text: str, index: int | None) -> None:
        self._blocks.add(self._blocks.made(parsed(text), page_id, "page_id"), index)

    def _drop(self, blocks: list[Object], change: Mapping[str, Any]) -> None:
        if any(block["type"] in _PAGES for block in blocks) and not change.get(
            "allow_deleting_content"
        ):
            raise errors.invalid("This would delete child pages: set allow_deleting_content.")
        for block in blocks:
            block["in_trash"] = block["archived"] = True
