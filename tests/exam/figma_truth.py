"""What a Figma document shows, read from its JSON without the plugin under test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Truth:
    """Nodes by id, each with its parent's id, in document order."""

    nodes: dict[str, Json] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def texts(self, root: str) -> list[str]:
        """The visible texts below a node, in document order, without differences of white space."""
        found = (n for n in visible(self.nodes[root]) if n.get("type") == "TEXT")
        return [text for node in found if (text := plain(node.get("characters") or ""))]


def plain(text: str) -> str:
    """One blank for any white space."""
    return re.sub(r"\s+", " ", text).strip()


def solid(text: str) -> str:
    """Without any white space, for comparing."""
    return re.sub(r"\s+", "", text)


def roots(body: Json) -> list[Json]:
    """The nodes of a file, a nodes response or a bare node."""
    if "document" in body:
        return [body["document"]]
    if "nodes" in body:
        return [entry["document"] for entry in body["nodes"].values() if entry]
    return [body]


def visible(node: Json) -> Iterator[Json]:
    """The node and every node shown below it."""
    yield node
    for child in node.get("children") or ():
        if child.get("visible") is not False:
            yield from visible(child)


def read(body: Json) -> Truth:
    """All nodes of a document."""
    truth = Truth()

    def walk(node: Json, parent: str) -> None:
        truth.nodes[node["id"]] = node
        truth.parents[node["id"]] = parent
        for child in node.get("children") or ():
            walk(child, node["id"])

    for root in roots(body):
        walk(root, "")
    return truth
