"""What Figma makes of a wider root: which layers grow with it, and which move."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_LINEAR = ("HORIZONTAL", "VERTICAL")


def of(node: Json, more: float) -> Iterator[tuple[str, Json]]:
    """``{width, x}`` in pixels by layer below a node that becomes ``more`` pixels wider.

    ``x`` is how far the layer goes to the right on the page; None where a rule of auto layout
    that this does not know decides it.
    """
    yield from _inside(node, more, 0.0)


def _inside(node: Json, more: float, moved: float | None) -> Iterator[tuple[str, Json]]:
    mode = node.get("layoutMode", "NONE")
    if mode in _LINEAR and node.get("layoutWrap") != "WRAP":
        yield from _filling(node, more)
    if mode == "NONE":
        yield from _held(node, more, moved)


def _filling(node: Json, more: float) -> Iterator[tuple[str, Json]]:
    """An equal share for each layer that fills its row, all of it in a column."""
    held = [
        child
        for child in node.get("children") or ()
        if child.get("visible") is not False and child.get("layoutPositioning") != "ABSOLUTE"
    ]
    filling = [child for child in held if child.get("layoutSizingHorizontal") == "FILL"]
    if any(child.get("maxWidth") or child.get("minWidth") for child in filling):
        return
    for child in filling:
        share = more / len(filling) if node["layoutMode"] == "HORIZONTAL" else more
        yield child["id"], {"width": share, "x": None}
        yield from _inside(child, share, None)


def _held(node: Json, more: float, moved: float | None) -> Iterator[tuple[str, Json]]:
    """What its constraint does with each layer of a box without auto layout."""
    around = node.get("absoluteBoundingBox")
    if node.get("type") == "GROUP" or not around or not around["width"]:
        return
    ratio = more / around["width"]
    for child in node.get("children") or ():
        box = child.get("absoluteBoundingBox")
        turned = child.get("rotation") or child.get("isMask")
        if not box or turned or child.get("visible") is False or child.get("type") == "GROUP":
            continue
        rule = (child.get("constraints") or {}).get("horizontal", "LEFT")
        x, width = {
            "LEFT": (0.0, 0.0),
            "RIGHT": (more, 0.0),
            "CENTER": (more / 2, 0.0),
            "LEFT_RIGHT": (0.0, more),
            "SCALE": ((box["x"] - around["x"]) * ratio, box["width"] * ratio),
        }.get(rule, (0.0, 0.0))
        if child.get("type") == "TEXT" and _hugs(child):
            continue
        place = None if moved is None else moved + x
        yield child["id"], {"width": width, "x": place}
        yield from _inside(child, width, place)


def _hugs(text: Json) -> bool:
    return (text.get("style") or {}).get("textAutoResize") == "WIDTH_AND_HEIGHT"
