"""Auto layout, sizing and constraints in the words of CSS."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from interlock_figma.tree.document import children
from interlock_figma.tree.geometry import rounded

Json = Mapping[str, Any]

_MODES = {"HORIZONTAL": "row", "VERTICAL": "column", "GRID": "grid"}
_JUSTIFY = {"MIN": "start", "CENTER": "center", "MAX": "end", "SPACE_BETWEEN": "between"}
_ALIGN = {"MIN": "start", "CENTER": "center", "MAX": "end", "BASELINE": "baseline"}
_HORIZONTAL = {
    "LEFT": "left",
    "RIGHT": "right",
    "CENTER": "center",
    "LEFT_RIGHT": "stretch",
    "SCALE": "scale",
}
_VERTICAL = {
    "TOP": "top",
    "BOTTOM": "bottom",
    "CENTER": "center",
    "TOP_BOTTOM": "stretch",
    "SCALE": "scale",
}
_SIDES = ("paddingTop", "paddingRight", "paddingBottom", "paddingLeft")
_ALONG = {
    "Horizontal": ("x", "width", ("paddingLeft", "paddingRight")),
    "Vertical": ("y", "height", ("paddingTop", "paddingBottom")),
}
_SLACK = 2.5
"""Pixels: strokes may take space, and boxes are rounded."""
_LIMITS = ("minWidth", "maxWidth", "minHeight", "maxHeight")


def mode(node: Json) -> str | None:
    """``row``, ``column``, ``grid``, or None without auto layout."""
    return _MODES.get(node.get("layoutMode") or "")


def container(node: Json) -> dict[str, Any] | None:
    """How a node lays out its children; None without auto layout."""
    kind = mode(node)
    if kind is None:
        return None
    layout: dict[str, Any] = {"mode": kind}
    padding = [rounded(node.get(side) or 0) for side in _SIDES]
    if any(padding):
        layout["padding"] = padding
    layout.update(_grid(node) if kind == "grid" else _flex(node))
    if node.get("strokesIncludedInLayout"):
        layout["strokes_take_space"] = True
    return layout


def _flex(node: Json) -> dict[str, Any]:
    justify = _JUSTIFY.get(node.get("primaryAxisAlignItems") or "MIN", "start")
    align = _ALIGN.get(node.get("counterAxisAlignItems") or "MIN", "start")
    layout: dict[str, Any] = {"justify": justify, "align": align}
    # The spacing stored beside SPACE_BETWEEN is what it was before, and not in force.
    if justify != "between" and node.get("itemSpacing"):
        layout["gap"] = rounded(node["itemSpacing"])
    elif justify == "between" and (apart := _held_apart(node)):
        layout["gap"] = apart
    if node.get("layoutWrap") == "WRAP":
        layout["wrap"] = True
        if node.get("counterAxisAlignContent") == "SPACE_BETWEEN":
            layout["lines"] = "between"
        elif node.get("counterAxisSpacing"):
            layout["line_gap"] = rounded(node["counterAxisSpacing"])
    elif "layoutWrap" not in node and (gap := _unsaid_wrap(node)) is not None:
        layout["wrap"] = True
        if gap:
            layout["line_gap"] = gap
    if node.get("itemReverseZIndex"):
        layout["first_on_top"] = True
    return layout


def _held_apart(node: Json) -> float:
    """The room between children that are spread although no room is left for it; else 0.

    Such a box hugs its children, or they are larger than it. What Figma then puts between them, or
    by how much they overlap, its documents do not say; so their boxes tell.
    """
    axis, size = ("x", "width") if mode(node) == "row" else ("y", "height")
    boxes = _flowing_boxes(node)
    if len(boxes) < 2:
        return 0
    apart = rounded(boxes[1][axis] - boxes[0][axis] - boxes[0][size])
    if sizing(node, None)["horizontal" if axis == "x" else "vertical"] == "hug":
        return max(apart, 0)
    return apart if _is_overfull(node, boxes, size) else 0


def _is_overfull(node: Json, boxes: list[Json], size: str) -> bool:
    """Whether the children of one line need more room than there is."""
    around = node.get("absoluteBoundingBox")
    if not around or node.get("layoutWrap") == "WRAP":
        return False
    start, end = (1, 3) if size == "width" else (0, 2)
    padding = float(node.get(_SIDES[start]) or 0) + float(node.get(_SIDES[end]) or 0)
    return bool(sum(box[size] for box in boxes) > around[size] - padding + 0.5)


def _flowing_boxes(node: Json) -> list[Json]:
    return [
        child["absoluteBoundingBox"]
        for child in children(node)
        if child.get("absoluteBoundingBox") and child.get("visible") is not False and in_flow(child)
    ]


def _unsaid_wrap(node: Json) -> float | None:
    """The gap between lines where the children stand in lines although the capture does not say.

    Captures re-saved by tools that did not know ``layoutWrap`` lack it.
    """
    if mode(node) != "row":
        return None
    for before, after in pairwise(_flowing_boxes(node)):
        bottom = before["y"] + before["height"]
        if after["x"] <= before["x"] and after["y"] >= bottom:
            return rounded(after["y"] - bottom)
    return None


def _grid(node: Json) -> dict[str, Any]:
    layout: dict[str, Any] = {
        "columns": int(node.get("gridColumnCount") or 1),
        "rows": int(node.get("gridRowCount") or 1),
    }
    named = {
        "gap": "gridColumnGap",
        "line_gap": "gridRowGap",
        "column_sizes": "gridColumnsSizing",
        "row_sizes": "gridRowsSizing",
    }
    layout.update({name: node[key] for name, key in named.items() if node.get(key)})
    return layout


_SCROLLS = {
    "HORIZONTAL_SCROLLING": "x",
    "VERTICAL_SCROLLING": "y",
    "HORIZONTAL_AND_VERTICAL_SCROLLING": "both",
}


def scrolls(node: Json) -> str | None:
    """``x``, ``y`` or ``both``: the way in which what stands out of a box can be reached."""
    return _SCROLLS.get(node.get("overflowDirection") or "")


def sizing(node: Json, parent: Json | None) -> dict[str, str]:
    """``{horizontal, vertical}``, each ``fixed``, ``fill`` or ``hug``.

    Captures from before ``layoutSizing*`` say it in other words.
    """
    return {
        "horizontal": _sizing(node, parent, "Horizontal"),
        "vertical": _sizing(node, parent, "Vertical"),
    }


def _sizing(node: Json, parent: Json | None, axis: str) -> str:
    stated = node.get(f"layoutSizing{axis}")
    if stated in ("FIXED", "FILL", "HUG"):
        return "fixed" if stated == "HUG" and _is_empty(node) else str(stated).lower()
    flow = mode(parent) if parent and in_flow(node) else None
    along = (flow == "row") == (axis == "Horizontal")
    if flow and along and node.get("layoutGrow") == 1:
        return "fill"
    if flow and not along and node.get("layoutAlign") == "STRETCH":
        return "fill"
    return "hug" if _hugs(node, axis) and not _is_empty(node) else "fixed"


def _is_empty(node: Json) -> bool:
    """A box with nothing to hug keeps the size it had."""
    if node.get("type") == "TEXT":
        return False
    return not any(child.get("visible") is not False and in_flow(child) for child in children(node))


def _hugs(node: Json, axis: str) -> bool:
    if node.get("type") == "TEXT":
        resize = (node.get("style") or {}).get("textAutoResize")
        return resize == "WIDTH_AND_HEIGHT" or (resize == "HEIGHT" and axis == "Vertical")
    own = mode(node)
    if own not in ("row", "column"):
        return False
    primary = (own == "row") == (axis == "Horizontal")
    key = "primaryAxisSizingMode" if primary else "counterAxisSizingMode"
    if key in node:
        return bool(node[key] == "AUTO")
    return not _has_room_left(node, axis, primary)


def _has_room_left(node: Json, axis: str, primary: bool) -> bool:
    """Whether a box is larger than what it would hug.

    Figma leaves a mode that is AUTO out, but so do captures that tools abridged.
    """
    near, size, sides = _ALONG[axis]
    box, held = node.get("absoluteBoundingBox"), _flowing_boxes(node)
    if not box or not held:
        return False
    start = min(each[near] for each in held)
    end = max(each[near] + each[size] for each in held)
    content = end - start if primary else max(each[size] for each in held)
    padding = sum(node.get(side) or 0 for side in sides)
    return bool(box[size] - content - padding > _SLACK)


def in_flow(node: Json) -> bool:
    """False for a child taken out of its parent's auto layout."""
    return bool(node.get("layoutPositioning") != "ABSOLUTE")


def as_item(node: Json, parent: Json | None) -> dict[str, Any]:
    """What a node says to its parent: limits, alignment, constraints, grid cell, scrolling."""
    item: dict[str, Any] = {}
    limits = {key: rounded(node[key]) for key in _LIMITS if node.get(key) is not None}
    if limits:
        item["limits"] = limits
    if kept := _kept_in_view(node):
        item[kept] = True
    flow = mode(parent) if parent else None
    if flow and in_flow(node):
        if flow == "grid":
            item["cell"] = _cell(node)
        return item
    if flow:
        item["position"] = "absolute"
    given = node.get("constraints") or {}
    item["constraints"] = {
        "horizontal": _HORIZONTAL.get(given.get("horizontal") or "", "left"),
        "vertical": _VERTICAL.get(given.get("vertical") or "", "top"),
    }
    return item


def _kept_in_view(node: Json) -> str:
    """``fixed`` or ``sticky`` for what does not scroll away with its parent; else empty.

    Older captures say it as ``isFixed``.
    """
    behaviour = node.get("scrollBehavior")
    if behaviour == "FIXED" or (node.get("isFixed") and behaviour is None):
        return "fixed"
    return "sticky" if behaviour == "STICKY_SCROLLS" else ""


def _cell(node: Json) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "column": int(node.get("gridColumnAnchorIndex") or 0),
        "row": int(node.get("gridRowAnchorIndex") or 0),
        "columns": int(node.get("gridColumnSpan") or 1),
        "rows": int(node.get("gridRowSpan") or 1),
    }
    for name, key in (
        ("justify", "gridChildHorizontalAlign"),
        ("align", "gridChildVerticalAlign"),
    ):
        if node.get(key) in _ALIGN:
            cell[name] = _ALIGN[node[key]]
    return cell
