"""Masks among the children of a box: a mask is not painted, and what follows is seen through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_figma.tree import layout, paint
from interlock_figma.tree.geometry import Placement, rounded

Json = Mapping[str, Any]

_PLACE = ("id", "name", "box", "sizing", "position", "constraints", "cell", "limits")
_PLAIN = ("RECTANGLE", "ELLIPSE", "FRAME")
_ROUND = 9999
"""Pixels; more than half of any side."""


def can_hold(masked: Sequence[Json], parent: Json) -> bool:
    """Whether no layer flows that is seen through a mask: it can be a box around them then."""
    return layout.mode(parent) is None or not any(map(layout.in_flow, masked))


def window(child: Json, made: Json, where: Placement) -> tuple[dict[str, Any], str]:
    """A box in place of a mask that clips what it will hold, and what that box cannot do."""
    kept = _room(made)
    radius = _ROUND if child.get("type") == "ELLIPSE" else made.get("radius")
    shape: dict[str, Any] = {"radius": radius} if radius else {}
    fault = ""
    if made["type"] == "vector" and (path := _only_path(made)):
        shape["clip_path"] = path
    elif child.get("type") not in _PLAIN:
        fault = "a mask of this shape clips to its box only"
    if (kind := paint.mask_kind(child)) != "outline":
        found = paint.paints(child.get("fills"), where.width, where.height)
        if found and (kind == "luminance" or found[-1]["type"] != "solid"):
            shape["mask"] = {"kind": kind, "paint": found[-1]}
    return {**kept, **shape, "type": "group", "clip": True, "children": []}, fault


def _only_path(made: Json) -> str | None:
    """The outline of a mask that is one shape where its box is; None for any other."""
    shapes = [shape for shape in made["shapes"] if not shape.get("missing")]
    if len(shapes) != 1 or "matrix" in shapes[0] or shapes[0].get("x") or shapes[0].get("y"):
        return None
    return " ".join(str(path["d"]) for path in shapes[0]["paths"]) or None


def unpainted(made: Json) -> dict[str, Any]:
    """The room that a mask takes in a flow."""
    return {**_room(made), "type": "frame"}


def _room(made: Json) -> dict[str, Any]:
    """Place and size of a mask, which has nothing left to hug."""
    sizing = {axis: "fixed" if way == "hug" else way for axis, way in made["sizing"].items()}
    return {**{key: made[key] for key in _PLACE if key in made}, "sizing": sizing}


def seen_through(made: dict[str, Any], mask: Json) -> dict[str, Any]:
    """A layer that flows with the part of it that a mask beside it shows, ``seen_through``.

    ``{inset: [top, right, bottom, left], radius?}`` in pixels of the layer's own sides.
    """
    if {"rotation", "matrix"} & (made.keys() | mask.keys()):
        return made
    box, around = made["box"], mask["box"]
    left, top = around["x"] - box["x"], around["y"] - box["y"]
    right = box["width"] - left - around["width"]
    bottom = box["height"] - top - around["height"]
    part: dict[str, Any] = {"inset": [rounded(side) for side in (top, right, bottom, left)]}
    radius = _ROUND if mask["type"] == "ellipse" else mask.get("radius")
    if radius:
        part["radius"] = radius
    return {**made, "seen_through": part}


def unsaid(child: Json, made: Json) -> str:
    """What of a mask is not done where layers flow that are seen through it."""
    if {"rotation", "matrix"} & made.keys():
        return "a turned mask among layers that flow is left out"
    fills = paint.paints(child.get("fills"), 1, 1)
    solid = all(fill["type"] == "solid" for fill in fills) and child.get("type") in _PLAIN
    kind = paint.mask_kind(child)
    return "" if solid and kind != "luminance" else "this mask of layers that flow clips to its box"
