"""Tools for people at work on a file: comments, and links from layers to code."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from interlock.sdk import InvalidInput, current_call, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids, plain_id


class Review(Account):
    """Comments and dev resources."""

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

    @tool(effect="read", tier="tier2")
    async def get_dev_resources(self, file_key: str, ids: list[str] | None = None) -> list[Any]:
        """List a file's dev resources: links from its layers to code, tickets and pages.

        Args:
            file_key: key of the file, or any link to it.
            ids: layers whose links are wanted; default: all of them.
        """
        parameters = {"node_ids": node_ids(ids)} if ids else {}
        body = await self._get(f"/v1/files/{key_of(file_key)}/dev_resources", parameters)
        return list(body.get("dev_resources") or ())

    @tool(effect="write", tier="tier2")
    async def add_dev_resources(
        self, file_key: str, resources: list[dict[str, str]]
    ) -> dict[str, Any]:
        """Link layers of a file to code, tickets or pages; returns ``{created, errors}``.

        A layer takes at most ten links and no URL twice; a link that Figma refuses is in
        ``errors`` with the reason, and the others are made.

        Args:
            file_key: key of the file, or any link to it.
            resources: the links, each as ``{node_id, name, url}``.
        """
        key = key_of(file_key)
        body = {"dev_resources": [{**_link(each), "file_key": key} for each in resources]}
        given = await self._ask("POST", "/v1/dev_resources", json=body)
        return {"created": given.get("links_created") or [], "errors": given.get("errors") or []}

    @tool(effect="write", idempotent=True, tier="tier2")
    async def update_dev_resources(self, resources: list[dict[str, str]]) -> dict[str, Any]:
        """Change the names or URLs of dev resources; returns ``{updated, errors}``.

        Args:
            resources: the changes, each as ``{id, name?, url?}``; ids from ``get_dev_resources``.
        """
        body = {"dev_resources": [_change(each) for each in resources]}
        given = await self._ask("PUT", "/v1/dev_resources", json=body)
        return {"updated": given.get("links_updated") or [], "errors": given.get("errors") or []}

    @tool(effect="write", idempotent=True, destructive=True, tier="tier2")
    async def delete_dev_resource(self, file_key: str, resource_id: str) -> dict[str, Any]:
        """Delete a dev resource, the link from a layer to code, a ticket or a page.

        Args:
            file_key: key of the file, or any link to it.
            resource_id: id of the link, from ``get_dev_resources``.
        """
        path = f"/v1/files/{key_of(file_key)}/dev_resources/{plain_id(resource_id)}"
        await self._ask("DELETE", path)
        return {"deleted": resource_id}


def _reactions(file_key: str, comment_id: str) -> str:
    return f"/v1/files/{key_of(file_key)}/comments/{plain_id(comment_id)}/reactions"


def _change(given: dict[str, str]) -> dict[str, str]:
    if not given.get("id") or not given.keys() & {"name", "url"}:
        raise InvalidInput("a resource needs its id, and a name or a url", path="$.resources")
    return {field: given[field] for field in ("id", "name", "url") if field in given}


def _link(given: dict[str, str]) -> dict[str, str]:
    missing = [field for field in ("node_id", "name", "url") if not given.get(field)]
    if missing:
        raise InvalidInput(f"a resource has no {', '.join(missing)}", path="$.resources")
    return {
        "node_id": node_ids([given["node_id"]]),
        "name": given["name"],
        "url": given["url"],
    }
