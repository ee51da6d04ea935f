"""What ``ids``, ``depth`` and ``geometry`` leave of a file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from interlock_simulator.figma.wrapping import Node, nodes_in

# Present only where geometry=paths was asked for, says the description of the node types.
_GEOMETRY = frozenset({"fillGeometry", "strokeGeometry", "size", "relativeTransform"})
_LINK_ID = re.compile(r"\d+-\d+")


def split_ids(text: str) -> list[str]:
    """Ids of a query parameter; the form of links (``1-2``) is taken as well."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [part.replace("-", ":") if _LINK_ID.fullmatch(part) else part for part in parts]


def copied(node: Node, depth: int | None, geometry: bool) -> Node:
    """The node down to ``depth`` levels below it (None: all), without geometry if so asked."""
    fields = {
        name: value
        for name, value in node.items()
        if name != "children" and (geometry or name not in _GEOMETRY)
    }
    if "children" in node:
        below = None if depth is None else depth - 1
        shown = () if depth == 0 else node["children"]
        fields["children"] = [copied(child, below, geometry) for child in shown]
    return fields


def restricted(document: Node, ids: Collection[str]) -> Node:
    """The document with the pages, the nodes of ``ids``, their ancestors and descendants."""
    pages = [_kept(page, ids) or {**page, "children": []} for page in document["children"]]
    return {**document, "children": pages}


def _kept(node: Node, ids: Collection[str]) -> Node | None:
    if node["id"] in ids:
        return node
    kept = [chosen for child in node.get("children", ()) if (chosen := _kept(child, ids))]
    return {**node, "children": kept} if kept else None


def found(document: Node, ids: Collection[str]) -> dict[str, Node]:
    """The nodes of these ids that exist."""
    return {node["id"]: node for node in nodes_in(document) if node["id"] in ids}


def used_by(node: Node, file: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """``{components, componentSets, styles}`` of the file, as far as the node refers to them."""
    components: set[str] = set()
    styles: set[str] = set()
    for part in nodes_in(node):
        components.update({part.get("componentId", ""), part["id"]})
        styles.update(part.get("styles", {}).values())
    chosen = _of(file, "components", components)
    sets = {entry.get("componentSetId", "") for entry in chosen.values()} | components
    return {
        "components": chosen,
        "componentSets": _of(file, "componentSets", sets),
        "styles": _of(file, "styles", styles),
    }


def _of(file: Mapping[str, Any], name: str, ids: Collection[str]) -> dict[str, Any]:
    return {id: entry for id, entry in file.get(name, {}).items() if id in ids}
