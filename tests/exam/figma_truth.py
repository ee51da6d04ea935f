"""What a Figma document shows, read from its JSON without the plugin under test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


FLOWS = ("HORIZONTAL", "VERTICAL", "GRID")
WHOLE = ("FRAME", "SECTION", "COMPONENT", "COMPONENT_SET", "INSTANCE", "SLIDE")
"""Layers that are a case of their own when they lie on a page."""

TEXTS = ("TEXT", "TEXT_PATH")


@dataclass
class Truth:
    """Nodes by id, each with its parent's id, in document order."""

    nodes: dict[str, Json] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def texts(self, root: str) -> list[str]:
        """The visible texts below a node, in document order, without differences of white space."""
        # The parts of a boolean shape are outlines, letters too.
        outlined = {
            below["id"]
            for node in visible(self.nodes[root])
            if node["type"] == "BOOLEAN_OPERATION"
            for below in visible(node)
        }
        shown = (n for n in visible(self.nodes[root]) if n["id"] not in outlined)
        return [text for node in shown if (text := plain(node.get("characters") or ""))]

    def shown_by(self, case: str) -> list[Json]:
        """The roots of what a case shows: its layer, or of a page the layers that lie loose on it."""
        node = self.nodes.get(case)
        if node is None or node["type"] != "CANVAS":
            return [node] if node else []
        shown = (child for child in node["children"] if child.get("visible") is not False)
        return [child for child in shown if child["type"] not in WHOLE]


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
        entries = [entry for entry in body["nodes"].values() if entry]
        return [entry["document"] for entry in entries if entry.get("document")]
    return [body]


def visible(node: Json) -> Iterator[Json]:
    """The node and every node shown below it.

    Not painted: a mask, and all but the first of the variants of a set that are told apart by nothing (Figma calls
    them conflicting; no property chooses the later ones).
    """
    yield node
    for child in node.get("children") or ():
        painted = child.get("visible") is not False and not child.get("isMask")
        if painted and not is_conflicting(child, node):
            yield from visible(child)


def stays(node: Json) -> bool:
    """Whether a layer stays in view while its parent scrolls."""
    return node.get("scrollBehavior") in ("FIXED", "STICKY_SCROLLS") or bool(node.get("isFixed"))


def is_conflicting(child: Json, parent: Json) -> bool:
    """Whether an earlier variant of the same set has the same values."""
    if parent["type"] != "COMPONENT_SET":
        return False
    alike = (c for c in parent["children"] if choice(c["name"]) == choice(child["name"]))
    return child is not next(alike)


def choice(name: str) -> list[str]:
    """What the name of a variant chooses: its ``Property=Value`` parts, sorted."""
    return sorted(part.strip() for part in name.split(",") if "=" in part)


def read(body: Json) -> Truth:
    """All nodes of a document."""
    truth = Truth()

    def walk(node: Json, parent: str) -> None:
        truth.nodes[node["id"]] = node
        truth.parents[node["id"]] = parent
        for child in node.get("children") or ():
            walk(child, node["id"])

    given = [_stated(root) for root in roots(body)]
    loose = [root for root in given if root["type"] not in ("DOCUMENT", "CANVAS")]
    if loose:
        # Nodes without a page of their own are shown on one, as the plugin does.
        page = {"id": "0:0", "name": "Nodes", "type": "CANVAS", "children": loose}
        given = [page, *(root for root in given if root not in loose)]
    for root in given:
        walk(root, "")
    return truth


def _stated(node: Json) -> Json:
    """A copy without null fields and null children, with an id, a name and a type."""
    below = [_stated(child) for child in node.get("children") or () if child]
    own = _without_nulls({key: value for key, value in node.items() if key != "children"})
    return {"id": "", "name": "", "type": "", **own, **({"children": below} if below else {})}


def _without_nulls(value: Any) -> Any:
    """A paint or style without the fields that a typed client saved as null."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value
