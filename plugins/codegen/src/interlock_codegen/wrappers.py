"""Boxes that do nothing but hold one other: a reader of the code is spared them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_codegen import semantics

Json = Mapping[str, Any]

_DOES = frozenset(
    (
        *("fill", "stroke", "effects", "radius", "clip", "opacity", "blend", "rotation", "matrix"),
        *("limits", "scrolls", "sticky", "fixed", "hidden", "bindings", "clip_path", "mask"),
        *("figma_type", "holds_variants", "seen_through"),
    )
)
_APART = frozenset(("hidden", "bindings", "sticky", "fixed", "seen_through"))
_PLACE = ("cell", "position", "constraints")
"""What a layer says to its parent's layout."""


def sole_content(node: Json, parent: Json | None) -> Json | None:
    """The child that may stand in a layer's place, as large as it; None if the layer is needed."""
    children: Sequence[Json] = node.get("children") or ()
    if parent is None or len(children) != 1 or "layout" not in node or _DOES & node.keys():
        return None
    child = children[0]
    if not _is_in_flow(node, parent) or not _is_alike(node, child):
        return None
    if semantics.role(node, interactive_above=False):
        return None
    sizing = {axis: _sizing(node, child, axis) for axis in ("horizontal", "vertical")}
    if None in sizing.values():
        return None
    kept = {key: value for key, value in child.items() if key not in _PLACE}
    place = {key: node[key] for key in _PLACE if key in node}
    return {**kept, **place, "box": node["box"], "sizing": sizing}


def _is_in_flow(node: Json, parent: Json) -> bool:
    """Whether the layer is one of others in a row or column; variants are layers of their own."""
    layout = parent.get("layout") or {}
    ranked = layout.get("first_on_top") or "holds_variants" in parent
    return bool(layout) and node.get("position") != "absolute" and not ranked


def _is_alike(node: Json, child: Json) -> bool:
    """Whether the child flows in the layer, is as large as it, and would share room as it does."""
    outer, inner = node["box"], child["box"]
    same = all(abs(outer[side] - inner[side]) < 0.01 for side in ("width", "height"))
    plain = "padding" not in node["layout"] and not _APART & child.keys()
    roomy = "padding" in (child.get("layout") or {}) or "stroke" in child
    fills = "fill" in node["sizing"].values()
    return same and plain and child.get("position") != "absolute" and not (roomy and fills)


def _sizing(node: Json, child: Json, axis: str) -> str | None:
    """The sizing of both as one; None where they differ in how they grow."""
    outer, inner = node["sizing"][axis], child["sizing"][axis]
    if outer == "hug" or inner == outer:
        return str(inner)
    return str(outer) if inner == "fill" else None
