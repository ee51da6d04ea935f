"""Tools for dev resources: links from layers to code, tickets and pages."""

from __future__ import annotations

from typing import Any

from interlock.sdk import InvalidInput, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids, plain_id


class DevResourceTools(Account):
    """Reading, adding, changing and deleting links."""

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
