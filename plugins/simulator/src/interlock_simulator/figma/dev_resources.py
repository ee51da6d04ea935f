"""Links from layers to code, kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

Link = dict[str, Any]
_FIELDS = ("name", "url", "file_key", "node_id")


class DevResources:
    """All links, oldest first."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._links: list[Link] = []
        self._ids = count(1)

    def of(self, key: str, node_ids: list[str]) -> list[Link]:
        """The links of a file, or of some of its nodes."""
        return [
            link
            for link in self._links
            if link["file_key"] == key and (not node_ids or link["node_id"] in node_ids)
        ]

    def add(
        self, wanted: list[Mapping[str, Any]], has_node: Callable[[str, str], bool]
    ) -> dict[str, Any]:
        """``{links_created, errors}`` from the body of ``POST /v1/dev_resources``."""
        created: list[Link] = []
        errors: list[Link] = []
        for given in wanted:
            if fault := self._fault(given, has_node):
                place = {key: given.get(key) for key in ("file_key", "node_id")}
                errors.append({**place, "error": fault})
                continue
            link = {"id": str(next(self._ids)), **{key: given[key] for key in _FIELDS}}
            self._links.append(link)
            created.append(link)
        return {"links_created": created, "errors": errors}

    def change(self, wanted: list[Mapping[str, Any]]) -> dict[str, Any]:
        """``{links_updated, errors}`` from the body of ``PUT /v1/dev_resources``.

        The description also requires ``links_created`` of this answer, so it is there, and empty.
        """
        known = {link["id"]: link for link in self._links}
        changed: list[Link] = []
        errors: list[Link] = []
        for given in wanted:
            link = known.get(str(given.get("id")))
            if link is None:
                errors.append({"id": str(given.get("id")), "error": "Dev resource not found"})
                continue
            link.update({key: given[key] for key in ("name", "url") if key in given})
            changed.append(link)
        return {"links_created": [], "links_updated": changed, "errors": errors}

    def _fault(self, given: Mapping[str, Any], has_node: Callable[[str, str], bool]) -> str:
        if not all(isinstance(given.get(key), str) for key in _FIELDS):
            return "Invalid dev resource"
        key, node, url = given["file_key"], given["node_id"], given["url"]
        if not has_node(key, node):
            return "Node not found"
        if any(link["url"] == url for link in self.of(key, [node])):
            return "URL already exists on this node"
        return ""

    def delete(self, key: str, identity: str) -> bool:
        """Whether there was such a link."""
        kept = [link for link in self._links if (link["file_key"], link["id"]) != (key, identity)]
        found = len(kept) < len(self._links)
        self._links = kept
        return found
