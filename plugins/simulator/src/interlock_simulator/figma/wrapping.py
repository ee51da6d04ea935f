"""Recorded nodes as whole files, and the walk over a file's nodes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

Node = dict[str, Any]

_MADE_AT = "2025-01-01T00:00:00Z"
_MAPS = ("components", "componentSets", "styles")


def nodes_in(node: Node) -> Iterator[Node]:
    """The node and everything below it, in document order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(child for child in reversed(current.get("children") or ()) if child)


def file_of_node(key: str, node: Node) -> dict[str, Any]:
    """A file with one page that holds one bare node."""
    return file_of_nodes(key, {"name": node["name"], "nodes": {node["id"]: {"document": node}}})


def file_of_nodes(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """A file with one page that holds the nodes of a ``GET .../nodes`` body."""
    entries = [entry for entry in body.get("nodes", {}).values() if entry]
    maps: dict[str, Any] = {name: {} for name in _MAPS}
    for entry in entries:
        for name in _MAPS:
            maps[name] |= entry.get(name) or {}
    document = _document([entry["document"] for entry in entries])
    return {**_head(key, body), "editorType": "figma", "document": document, **maps}


def whole_file(key: str, body: dict[str, Any]) -> dict[str, Any]:
    """A recorded file with what its recording lacks: tools leave out what they do not read."""
    for node in nodes_in(body["document"]):
        if "children" in node:
            node["children"] = [child for child in node["children"] or () if child]
    maps = {name: body.get(name) or {} for name in _MAPS}
    return {**body, **_head(key, body), **maps}


def _head(key: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": body.get("name") or key,
        "lastModified": body.get("lastModified") or _MADE_AT,
        "thumbnailUrl": body.get("thumbnailUrl") or "",
        "version": body.get("version") or _version(body),
        "role": body.get("role") or "viewer",
        "linkAccess": body.get("linkAccess") or "view",
        "schemaVersion": body.get("schemaVersion") or 0,
    }


def _version(body: dict[str, Any]) -> str:
    # Versions of real files are long decimal numbers; content decides this one.
    return str(int(hashlib.sha256(orjson.dumps(body)).hexdigest()[:15], 16))


def _document(nodes: list[Node]) -> Node:
    page = {
        "id": "0:1",
        "name": "Page 1",
        "type": "CANVAS",
        "scrollBehavior": "SCROLLS",
        "children": nodes,
        "backgroundColor": {"r": 1.0, "g": 1.0, "b": 1.0, "a": 1.0},
        "prototypeStartNodeID": None,
        "flowStartingPoints": [],
        "prototypeDevice": {"type": "NONE", "rotation": "NONE"},
    }
    return {
        "id": "0:0",
        "name": "Document",
        "type": "DOCUMENT",
        "scrollBehavior": "SCROLLS",
        "children": [page],
    }
