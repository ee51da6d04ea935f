"""Tools that read files as Figma stores them."""

from __future__ import annotations

from typing import Any, Literal

from interlock.sdk import NeedsAttention, NotFound, current_call, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids, plain_id


class Reading(Account):
    """Files, nodes, versions, libraries, variables."""

    @tool(effect="read", tier="tier2")
    async def get_file(
        self,
        file_key: str,
        depth: int | None = None,
        ids: list[str] | None = None,
        version: str | None = None,
        geometry: bool = False,
    ) -> dict[str, Any]:
        """Read a file as Figma stores it. An unchanged file is read from Figma once only.

        Args:
            file_key: the key, or a link to the file.
            depth: levels below the document; 1 gives the pages.
            ids: only these nodes, with their ancestors and descendants.
            version: a version from the file's history.
            geometry: with the outlines of vectors.
        """
        request = {"depth": depth, "version": version, "ids": node_ids(ids) if ids else None}
        parameters = {name: str(value) for name, value in request.items() if value is not None}
        if geometry:
            parameters["geometry"] = "paths"
        return await self._file(key_of(file_key), "", parameters)

    @tool(effect="read", tier="tier2")
    async def get_file_meta(self, file_key: str) -> dict[str, Any]:
        """Read a file's name, version and last change: a cheap way to see whether it changed.

        Args:
            file_key: the key, or a link to the file.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/meta", {})
        return dict(body.get("file", body))

    @tool(effect="read", tier="tier2")
    async def get_nodes(
        self,
        file_key: str,
        ids: list[str],
        depth: int | None = None,
        version: str | None = None,
        geometry: bool = False,
    ) -> dict[str, Any]:
        """Read some nodes of a file: ``nodes`` maps each id to its document, or to null.

        Args:
            file_key: the key, or a link to the file.
            ids: node ids, as in the file or as in a link.
            depth: levels below each node.
            version: a version from the file's history.
            geometry: with the outlines of vectors.
        """
        parameters = {"ids": node_ids(ids)}
        if depth is not None:
            parameters["depth"] = str(depth)
        if version is not None:
            parameters["version"] = version
        if geometry:
            parameters["geometry"] = "paths"
        return await self._file(key_of(file_key), "/nodes", parameters)

    @tool(effect="read", tier="tier2")
    async def get_variables(self, file_key: str) -> dict[str, Any]:
        """Read a file's variables; empty, with a ``note``, where plan or scope do not allow it.

        Args:
            file_key: the key, or a link to the file.
        """
        try:
            body = await self._get(f"/v1/files/{key_of(file_key)}/variables/local", {})
        except (NeedsAttention, NotFound) as error:
            if error.details.get("status") == 401:
                raise
            note = f"no variables: {error.message}; reading them needs an Enterprise plan"
            return {"variables": {}, "variableCollections": {}, "note": note}
        return dict(body.get("meta") or {})

    @tool(effect="read", tier="tier2")
    async def get_versions(self, file_key: str, limit: int = 50) -> list[Any]:
        """Read the history of a file, newest first: ``{id, created_at, label, user, ...}`` each.

        Args:
            file_key: the key, or a link to the file.
            limit: of versions, at most; Figma gives 50 at a time.
        """
        found: list[Any] = []
        parameters = {"page_size": str(min(limit, 50))}
        while True:
            body = await self._get(f"/v1/files/{key_of(file_key)}/versions", parameters)
            page = body.get("versions") or []
            found += page
            more = (body.get("pagination") or {}).get("next_page")
            if not more or not page or len(found) >= limit:
                return found[:limit]
            parameters = {**parameters, "before": str(page[-1]["id"])}
            await current_call().admit("tier2")

    @tool(effect="read", tier="tier3")
    async def get_published(
        self, file_key: str, kind: Literal["components", "component_sets", "styles"]
    ) -> list[Any]:
        """Read what a file publishes as a library; for the rest, see ``extract_components``.

        Args:
            file_key: the key, or a link to the file.
            kind: of the entries.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/{kind}", {})
        return list((body.get("meta") or {}).get(kind) or ())

    @tool(effect="read", tier="tier3")
    async def get_team_library(
        self,
        team_id: str,
        kind: Literal["components", "component_sets", "styles"],
        limit: int = 1000,
    ) -> dict[str, Any]:
        """Read what all files of a team publish: ``{entries, count, complete}``.

        Args:
            team_id: from the address of the team's page.
            kind: of the entries.
            limit: of entries, at most; a request gives 1,000.
        """
        found: list[Any] = []
        parameters = {"page_size": str(min(max(limit, 1), 1000))}
        while True:
            body = await self._get(f"/v1/teams/{plain_id(team_id)}/{kind}", parameters)
            meta = body.get("meta") or {}
            page = meta.get(kind) or []
            found += page
            after = (meta.get("cursor") or {}).get("after")
            if not page or after is None or len(found) >= limit:
                complete = after is None or not page
                kept = found[:limit]
                return {
                    "entries": kept,
                    "count": len(kept),
                    "complete": complete and len(kept) == len(found),
                }
            parameters = {**parameters, "after": f"{after:.0f}"}
            await current_call().admit("tier3")
