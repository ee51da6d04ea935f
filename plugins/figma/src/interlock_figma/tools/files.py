"""Tools that read files as Figma stores them."""

from __future__ import annotations

from typing import Any, Literal

from interlock.sdk import NeedsAttention, NotFound, current_call, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids, plain_id


class FileTools(Account):
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
        """Read a file as Figma stores it; one that has not changed is read from Figma only once.

        Larger answers than the setting ``max_result`` are refused: pass ``ids`` or ``depth``, or
        use ``design`` or one of the ``extract_`` tools, which read files of any size.

        Args:
            file_key: key of the file, or any link to it.
            depth: levels of the tree below the document; 1 gives the pages alone. Default: all.
            ids: ids of the only nodes to read, with their ancestors and descendants.
            version: id of a version from ``get_versions``; default: the current one.
            geometry: whether to include the outlines of vectors.
        """
        request = {"depth": depth, "version": version, "ids": node_ids(ids) if ids else None}
        parameters = {name: str(value) for name, value in request.items() if value is not None}
        if geometry:
            parameters["geometry"] = "paths"
        return await self._file(key_of(file_key), "", parameters)

    @tool(effect="read", tier="tier2")
    async def get_file_meta(self, file_key: str) -> dict[str, Any]:
        """Read a file's name, version and time of the last change, without its content.

        The cheapest way to see whether a file has changed.

        Args:
            file_key: key of the file, or any link to it.
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
        """Read some nodes of a file as Figma stores them.

        ``nodes`` of the result maps each id to ``{document, ...}``, or to null if there is no such
        node.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of the nodes, such as ``1:2``, or ``1-2`` as in a link.
            depth: levels of the tree below each node. Default: all.
            version: id of a version from ``get_versions``; default: the current one.
            geometry: whether to include the outlines of vectors.
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
        """Read a file's variables: ``{variables, variableCollections, note?}``.

        Reading them needs an Enterprise plan; without it both are empty, and ``note`` says why.

        Args:
            file_key: key of the file, or any link to it.
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
        """List the versions of a file, newest first, each as ``{id, created_at, label, user}``.

        Args:
            file_key: key of the file, or any link to it.
            limit: how many versions at most; each 50 are a request of their own.
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
        """List what a file publishes as a library.

        For components that are not published, see ``extract_components``.

        Args:
            file_key: key of the file, or any link to it.
            kind: what to list.
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
        """List what all files of a team publish as libraries: ``{entries, count, complete}``.

        Args:
            team_id: the number in the address of the team's page.
            kind: what to list.
            limit: how many entries at most; each 1,000 are a request of their own.
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
