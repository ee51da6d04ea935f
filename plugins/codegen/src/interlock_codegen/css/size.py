"""How wide and how high a box is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.room import flows, holds_text
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

WIDEST_MINIMUM = 240
"""Pixels; a larger minimum, with its parents' padding, does not fit on a phone."""


def width_of(node: Json, job: Job) -> str:
    """The class of the width that it has in the design."""
    value = node["box"]["width"]
    return tailwind.length("w", value, job.variable(node, "width", "spacing", value))


def height_of(node: Json, job: Job) -> Style:
    """The height; a box with text may grow, so that longer text pushes what follows."""
    if node["type"] != "text" and not _may_grow(node):
        spilt = flows(node) and holds_text(node)
        # What stands out of it in the design must not cover others on a phone.
        given_up = {"max-md height": "max-md:h-auto"} if spilt else {}
        return {**exact_height(node, job), **given_up}
    value = node["box"]["height"]
    token = job.variable(node, "height", "spacing", value)
    return {"min-height": tailwind.length("min-h", value, token)}


def exact_height(node: Json, job: Job) -> Style:
    """The height that it has in the design, whatever it holds."""
    value = node["box"]["height"]
    return {"height": tailwind.length("h", value, job.variable(node, "height", "spacing", value))}


def _may_grow(node: Json) -> bool:
    return flows(node) and holds_text(node) and fits(node)


def fits(node: Json) -> bool:
    """Whether the children begin after, and end before, the box and its padding do."""
    top, _, bottom, _ = node["layout"].get("padding") or (0, 0, 0, 0)
    boxes = [c["box"] for c in node.get("children") or () if c.get("position") != "absolute"]
    start = min((box["y"] for box in boxes), default=top)
    end = max((box["y"] + box["height"] for box in boxes), default=0)
    return bool(start >= top - 0.5 and end <= node["box"]["height"] - bottom + 0.5)


def own_size(node: Json, style: Style, job: Job) -> Style:
    """The sizes that a drawing must say for itself: it has no content that would give them."""
    missing: Style = {}
    stretched = {"horizontal": "flex", "vertical": "align-self"}
    for axis, side, made in (
        ("horizontal", "width", {"width": width_of(node, job)}),
        ("vertical", "height", exact_height(node, job)),
    ):
        if side not in style and node["sizing"][axis] != "fill" and stretched[axis] not in style:
            missing |= made
    return missing
