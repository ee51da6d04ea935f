"""A file's components, sets and styles as the library endpoints list them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock_simulator.figma.wrapping import Node

USER = {"id": "1000000001", "handle": "Simulated Designer", "img_url": ""}

_TYPES = {"component_sets": "COMPONENT_SET", "components": "COMPONENT"}
_MAPS = {"component_sets": "componentSets", "components": "components"}


def published(key: str, file: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Entries of ``components``, ``component_sets`` or ``styles``; all local ones count."""
    if kind == "styles":
        return [
            _entry(key, file, node_id, facts)
            | {"style_type": facts.get("styleType", "FILL"), "sort_position": f"{index:06d}"}
            for index, (node_id, facts) in enumerate(file.get("styles", {}).items())
            if not facts.get("remote")
        ]
    facts_of = file.get(_MAPS[kind], {})
    return [
        _entry(key, file, node["id"], facts_of.get(node["id"], {"name": node["name"]}))
        | {"containing_frame": frame}
        for page in file["document"]["children"]
        for node, frame in _framed(page, _TYPES[kind])
    ]


def _entry(
    key: str, file: Mapping[str, Any], node_id: str, facts: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "key": facts.get("key") or f"{key}/{node_id}",
        "file_key": key,
        "node_id": node_id,
        "thumbnail_url": "",
        "name": facts["name"],
        "description": facts.get("description", ""),
        "created_at": file["lastModified"],
        "updated_at": file["lastModified"],
        "user": USER,
    }


def _framed(page: Node, kind: str) -> Iterator[tuple[Node, dict[str, Any]]]:
    """Nodes of a type on a page, each with the top-level frame it stands in."""
    place = {"pageId": page["id"], "pageName": page["name"]}
    for top in page["children"]:
        frame = place | {"nodeId": top["id"], "name": top["name"]}
        waiting: list[tuple[Node, dict[str, Any]]] = [(top, place)]
        while waiting:
            node, around = waiting.pop()
            if node["type"] == kind:
                yield node, around
            inside = around if around is not place else frame
            if node["type"] == "COMPONENT_SET":
                group = {"nodeId": node["id"], "name": node["name"]}
                inside = {**inside, "containingStateGroup": group, "containingComponentSet": group}
            waiting.extend((child, inside) for child in reversed(node.get("children", ())))
