"""Tools that write what is on a page."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.sdk import InvalidInput, Rejected, tool
from interlock_notion import revising, writing
from interlock_notion.blocks import Block, read_tree
from interlock_notion.ids import object_id
from interlock_notion.limits import fit
from interlock_notion.markdown import blocks_from_markdown
from interlock_notion.rich_text import payload_of
from interlock_notion.workspace import LONG, Workspace

_MOST_EDITS = 100
# Characters from which Notion may put a change off: a task that is asked for costs seconds.
_LARGE = 50_000


class ContentTools(Workspace):
    """Appending, changing and deleting blocks."""

    @tool(policies=LONG, ordering_key="block_id")
    async def append_blocks(
        self,
        block_id: str,
        markdown: str | None = None,
        blocks: list[dict[str, Any]] | None = None,
        after: str | None = None,
    ) -> dict[str, Any]:
        """Append content of any length to a page or block, as Markdown or as Notion's blocks.

        If it fails half-way, ``appended`` in the error's details lists the ids that were added.

        Args:
            block_id: id of the page or block, or a link to it.
            markdown: the content as Markdown.
            blocks: the content as block objects of Notion's API, instead of Markdown.
            after: id of the child to insert the content behind; default: at the end.
        """
        found_id = object_id(block_id, "block_id")
        behind = object_id(after, "after") if after else None
        content = await writing.content(markdown, blocks)
        ids = await writing.append(self.requests, found_id, content, behind)
        return {"block_id": found_id, "block_ids": ids, "count": len(ids)}

    @tool(idempotent=True, destructive=True, policies=LONG, ordering_key="page_id")
    async def replace_content(
        self,
        page_id: str,
        markdown: str | None = None,
        blocks: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Replace the content of a page; blocks that say the same already are left as they are.

        New blocks are inserted before old ones are deleted, so a failure half-way loses nothing.
        Pages and databases below the page are never deleted. Returns ``{kept, added, deleted}``,
        counts of blocks.

        Args:
            page_id: id of the page, or a link to it.
            markdown: the new content as Markdown.
            blocks: the new content as block objects of Notion's API, instead of Markdown.
        """
        found_id = object_id(page_id, "page_id")
        content = await writing.content(markdown, blocks)
        tree = await read_tree(self.requests, found_id)
        return {"page_id": found_id, **await self.revise(found_id, tree.blocks, content)}

    @tool(policies=LONG, ordering_key="page_id")
    async def edit_page(
        self, page_id: str, edits: list[dict[str, Any]], delete_pages: bool = False
    ) -> dict[str, Any]:
        """Search and replace in the text of a page; if one edit does not fit, none is made.

        The text is the page in Notion's own Markdown, as ``page_markdown`` with ``by: notion``
        returns it.

        Args:
            page_id: id of the page, or a link to it.
            edits: 1 to 100 edits, each as ``{old, new, all?}``; ``old`` must be in the page, and
                with ``all: true`` every occurrence is replaced.
            delete_pages: whether an edit may delete pages or databases below the page.
        """
        found_id = object_id(page_id, "page_id")
        if not 1 <= len(edits) <= _MOST_EDITS:
            raise InvalidInput(f"give 1 to {_MOST_EDITS} edits", path="$.edits")
        updates = [_edit(one, number) for number, one in enumerate(edits)]
        change = {"content_updates": updates, "allow_deleting_content": delete_pages}
        size = sum(len(one["new_str"]) for one in updates)
        body = {"type": "update_content", "update_content": change, "allow_async": size > _LARGE}
        answer = await self._finished(
            await self.requests.write("PATCH", f"/v1/pages/{found_id}/markdown", body)
        )
        return {"page_id": found_id, "markdown": answer.get("markdown", ""), "count": len(edits)}

    @tool(idempotent=True)
    async def update_block(
        self,
        block_id: str,
        text: str | None = None,
        checked: bool | None = None,
        content: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change the text of a block, the tick of a to-do, or any other field; children stay.

        Args:
            block_id: id of the block, or a link to it.
            text: the new text, one paragraph of Markdown.
            checked: whether a to-do is done.
            content: other fields, as Notion's API has them under the name of the block's type.
        """
        found_id = object_id(block_id, "block_id")
        block = await self.requests.get(f"/v1/blocks/{found_id}")
        kind = str(block.get("type"))
        change = dict(content or {})
        if text is not None:
            change["rich_text"] = _marked(text, kind)
        if checked is not None:
            change["checked"] = checked
        if not change:
            raise InvalidInput("give text, checked or content", path="$.text")
        answer = await self.requests.write("PATCH", f"/v1/blocks/{found_id}", {kind: change})
        return {"block_id": found_id, "type": kind, "block": answer}

    @tool(idempotent=True, destructive=True, policies=LONG)
    async def delete_blocks(self, block_ids: list[str]) -> dict[str, Any]:
        """Move blocks to the trash; ``deleted`` counts those that were not gone already.

        Args:
            block_ids: ids of the blocks, or links to them.
        """
        return {"deleted": await self._delete([object_id(one, "block_ids") for one in block_ids])}

    async def revise(self, page_id: str, old: list[Block], new: list[Block]) -> dict[str, int]:
        """Turn the content that was read into another; ``{kept, added, deleted}`` count blocks."""
        positions = self.settings.has_positions
        plan = await asyncio.to_thread(revising.plan, old, new, at_start=positions)
        added = deleted = 0
        for edit in plan.edits:
            where = {"after": edit.after} if edit.after else {"at_start": bool(old)}
            added += len(await writing.append(self.requests, page_id, edit.insert, **where))
            deleted += await self._delete(edit.delete)
        return {"kept": plan.kept, "added": added, "deleted": deleted}

    async def _delete(self, ids: list[str]) -> int:
        return sum([await self.requests.delete(f"/v1/blocks/{block_id}") for block_id in ids])

    async def _finished(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The result of a change that Notion may have put off as a task."""
        while answer.get("object") == "async_task":
            if answer.get("status") == "succeeded":
                return dict(answer.get("result") or {})
            if answer.get("status") == "failed":
                reason = (answer.get("error") or {}).get("message") or "no reason given"
                raise Rejected(f"Notion could not change the page: {reason}")
            await self.requests.pause(float(answer.get("poll_after_seconds") or 2))
            answer = await self.requests.get(f"/v1/async_tasks/{answer['id']}")
        return answer


def _edit(given: dict[str, Any], number: int) -> dict[str, Any]:
    old, new = given.get("old"), given.get("new")
    if not isinstance(old, str) or not old or not isinstance(new, str):
        raise InvalidInput("an edit has texts `old` and `new`", path=f"$.edits[{number}]")
    return {"old_str": old, "new_str": new, "replace_all_matches": bool(given.get("all"))}


def _marked(text: str, kind: str) -> list[dict[str, Any]]:
    """Rich text of one block; code is taken as it stands."""
    if kind == "code":
        plain = {"type": "text", "text": {"content": text}}
        (block,) = fit([{"type": kind, kind: {"rich_text": [plain]}}])[:1]
    else:
        found = fit(blocks_from_markdown(text))
        if len(found) > 1 or (found and found[0]["type"] != "paragraph"):
            raise InvalidInput("the text of one block is one paragraph", path="$.text")
        block = found[0] if found else {"type": "paragraph", "paragraph": {"rich_text": []}}
    texts: list[dict[str, Any]] = payload_of(block)["rich_text"]
    return texts
