"""Tools for comments on pages and blocks."""

from __future__ import annotations

from typing import Any

from interlock.sdk import InvalidInput, tool
from interlock_notion import objects
from interlock_notion.ids import object_id
from interlock_notion.limits import rich_text
from interlock_notion.workspace import Workspace


class CommentTools(Workspace):
    """Reading, writing and deleting comments."""

    @tool(effect="read")
    async def list_comments(self, block_id: str) -> dict[str, Any]:
        """List the comments on a page or block that are not resolved.

        Args:
            block_id: id of the page or block, or a link to it.
        """
        found_id = object_id(block_id, "block_id")
        found = await self.requests.all("/v1/comments", block_id=found_id)
        return {"comments": [objects.comment(comment) for comment in found]}

    @tool()
    async def create_comment(
        self,
        text: str,
        page_id: str | None = None,
        block_id: str | None = None,
        discussion_id: str | None = None,
    ) -> dict[str, Any]:
        """Comment on a page or a block, or reply in a discussion: give one of the three ids.

        Args:
            text: text of the comment, without formatting.
            page_id: id of the page to comment on, or a link to it.
            block_id: id of the block to comment on, or a link to it.
            discussion_id: id of the discussion to reply in, from ``list_comments``.
        """
        given = {"page_id": page_id, "block_id": block_id, "discussion_id": discussion_id}
        places = {name: object_id(value, name) for name, value in given.items() if value}
        if len(places) != 1:
            raise InvalidInput("give one of page_id, block_id and discussion_id", path="$.page_id")
        body: dict[str, Any] = {"rich_text": rich_text(text)}
        body.update(places if discussion_id else {"parent": places})
        return objects.comment(await self.requests.write("POST", "/v1/comments", body))

    @tool(idempotent=True)
    async def update_comment(self, comment_id: str, text: str) -> dict[str, Any]:
        """Replace the text of a comment that this integration has written.

        Args:
            comment_id: id of the comment, from ``list_comments``.
            text: the new text, without formatting.
        """
        found_id = object_id(comment_id, "comment_id")
        body = {"rich_text": rich_text(text)}
        return objects.comment(await self.requests.write("PATCH", f"/v1/comments/{found_id}", body))

    @tool(idempotent=True, destructive=True)
    async def delete_comment(self, comment_id: str) -> dict[str, Any]:
        """Delete a comment that this integration has written; ``deleted`` is false if it was gone.

        Args:
            comment_id: id of the comment, from ``list_comments``.
        """
        found_id = object_id(comment_id, "comment_id")
        return {"id": found_id, "deleted": await self.requests.delete(f"/v1/comments/{found_id}")}
