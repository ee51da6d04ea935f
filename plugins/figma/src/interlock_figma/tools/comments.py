"""Tools for the comments on a file, and for the reactions to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from interlock.sdk import current_call, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids, plain_id


class CommentTools(Account):
    """Reading, adding and deleting comments and reactions."""

    @tool(effect="read", tier="tier2")
    async def get_comments(self, file_key: str) -> list[Any]:
        """List the comments on a file, with their texts as Markdown.

        Args:
            file_key: key of the file, or any link to it.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/comments", {"as_md": "true"})
        return list(body.get("comments") or ())

    @tool(effect="write", tier="tier2")
    async def add_comment(
        self,
        file_key: str,
        message: str,
        node_id: str | None = None,
        reply_to: str | None = None,
        x: float = 0.0,
        y: float = 0.0,
    ) -> dict[str, Any]:
        """Comment on a file, on one of its layers, or in reply to a comment.

        Args:
            file_key: key of the file, or any link to it.
            message: text of the comment.
            node_id: id of the layer to pin the comment to.
            reply_to: id of the first comment of the thread to reply in.
            x: pixels from the left edge of the layer, or of the page if ``node_id`` is missing.
            y: pixels from the upper edge, likewise.
        """
        body: dict[str, Any] = {"message": message}
        if reply_to:
            body["comment_id"] = reply_to
        elif node_id:
            place = {"node_id": node_ids([node_id]), "node_offset": {"x": x, "y": y}}
            body["client_meta"] = place
        elif x or y:
            body["client_meta"] = {"x": x, "y": y}
        return await self._ask("POST", f"/v1/files/{key_of(file_key)}/comments", json=body)

    @tool(effect="write", idempotent=True, destructive=True, tier="tier2")
    async def delete_comment(self, file_key: str, comment_id: str) -> dict[str, Any]:
        """Delete a comment that this account has written.

        Args:
            file_key: key of the file, or any link to it.
            comment_id: id of the comment, from ``get_comments``.
        """
        path = f"/v1/files/{key_of(file_key)}/comments/{plain_id(comment_id)}"
        await self._ask("DELETE", path)
        return {"deleted": comment_id}

    @tool(effect="read", tier="tier2")
    async def get_reactions(self, file_key: str, comment_id: str) -> list[Any]:
        """List the reactions to a comment, each as ``{user, emoji, created_at}``.

        Args:
            file_key: key of the file, or any link to it.
            comment_id: id of the comment, from ``get_comments``.
        """
        found: list[Any] = []
        parameters: dict[str, str] = {}
        while True:
            body = await self._get(_reactions(file_key, comment_id), parameters)
            found += body.get("reactions") or []
            more = (body.get("pagination") or {}).get("next_page")
            cursor = parse_qs(urlsplit(str(more or "")).query).get("cursor")
            if not cursor or cursor[0] == parameters.get("cursor"):
                return found
            parameters = {"cursor": cursor[0]}
            await current_call().admit("tier2")

    @tool(effect="write", idempotent=True, tier="tier2")
    async def add_reaction(self, file_key: str, comment_id: str, emoji: str) -> dict[str, Any]:
        """Add an emoji reaction to a comment.

        Args:
            file_key: key of the file, or any link to it.
            comment_id: id of the comment, from ``get_comments``.
            emoji: short code of the emoji, e.g. ``:eyes:`` or ``:+1::skin-tone-2:``.
        """
        await self._ask("POST", _reactions(file_key, comment_id), json={"emoji": emoji})
        return {"comment_id": comment_id, "emoji": emoji}

    @tool(effect="write", idempotent=True, destructive=True, tier="tier2")
    async def delete_reaction(self, file_key: str, comment_id: str, emoji: str) -> dict[str, Any]:
        """Remove a reaction that this account has added.

        Args:
            file_key: key of the file, or any link to it.
            comment_id: id of the comment, from ``get_comments``.
            emoji: short code of the emoji, e.g. ``:eyes:``.
        """
        path = _reactions(file_key, comment_id)
        await self._ask("DELETE", path, params={"emoji": emoji})
        return {"deleted": emoji}


def _reactions(file_key: str, comment_id: str) -> str:
    return f"/v1/files/{key_of(file_key)}/comments/{plain_id(comment_id)}/reactions"
