"""How much room boxes and their words need, above all on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen.css import background, typeset
from interlock_codegen.job import Job

Json = Mapping[str, Any]

NARROW = 240
"""Pixels; what is not wider has room on any phone."""
PHONE_ROW = 300
"""Pixels that a row has on a phone."""
_NARROW_CHILD = 120
_SURE = 1.1
"""Times as wide as is reckoned, words have room in any font."""


def flows(node: Json) -> bool:
    """Whether the box has auto layout."""
    return "layout" in node


def in_flow(node: Json) -> list[Json]:
    """The children that auto layout places."""
    return [c for c in node.get("children") or () if c.get("position") != "absolute"]


def holds_text(node: Json) -> bool:
    """Whether any visible text stands below."""
    if node.get("type") == "text":
        return True
    return any(holds_text(child) for child in node.get("children") or ())


def is_plain_row(node: Json) -> bool:
    """A row of several layers that keeps one line and does not overlap itself."""
    layout = node.get("layout") or {}
    held = in_flow(node)
    one_line = layout.get("mode") == "row" and not layout.get("wrap")
    return len(held) > 1 and one_line and layout.get("gap", 0) >= 0


def is_picture(node: Json, job: Job) -> bool:
    """Whether a box shows nothing but a picture, of which a part is enough."""
    return background.only_image(node, job) is not None or background.is_cropped(node, job)


def is_stiff(node: Json) -> bool:
    """Whether something of a width of its own, larger than a phone can spare, flows in the box."""
    held = in_flow(node)
    return flows(node) and any(_holds_open(child) for child in held)


def _holds_open(child: Json) -> bool:
    if child["sizing"]["horizontal"] == "fixed":
        return bool(child["box"]["width"] > _NARROW_CHILD)
    # What fills a box that hugs another child is as wide as that, but may be what is hugged.
    return is_stiff(child)


def is_supple(node: Json) -> bool:
    """Whether nothing in a box is so wide that a phone could not hold it."""
    held = in_flow(node)
    return flows(node) and all(
        child["box"]["width"] <= _NARROW_CHILD
        if child["sizing"]["horizontal"] == "fixed"
        else child["type"] == "text" or not child.get("children") or is_supple(child)
        for child in held
    )


def rigid_width(child: Json, job: Job) -> float:
    """The width that a child of a row cannot give up."""
    if child["sizing"]["horizontal"] == "fill":
        limit = float((child.get("limits") or {}).get("minWidth", 0))
        return max(limit, least_width(child, job))
    if is_picture(child, job):
        return 0.0
    return least_width(child, job) if holds_text(child) else float(child["box"]["width"])


def least_width(node: Json, job: Job) -> float:
    """The width at which CSS stops to shrink a box that has text."""
    if node["type"] == "text":
        return min(typeset.longest_word(node, job), float(node["box"]["width"]))
    held = in_flow(node)
    if not flows(node) or not held:
        return 0.0
    layout = node["layout"]
    padding = layout.get("padding") or (0, 0, 0, 0)
    in_row = layout["mode"] == "row" and not layout.get("wrap")
    widths = [_least_of(child, in_row, job) for child in held]
    inner = sum(widths) + layout.get("gap", 0) * (len(held) - 1) if in_row else max(widths)
    return min(float(inner + padding[1] + padding[3]), float(node["box"]["width"]))


def _least_of(child: Json, in_row: bool, job: Job) -> float:
    width = float(child["box"]["width"])
    sizing = child["sizing"]["horizontal"]
    if sizing == "fill":
        is_share = in_row and child["type"] != "text"
        return 0.0 if is_share else least_width(child, job)
    if sizing == "fixed" and not (in_row and holds_text(child)):
        return width
    return least_width(child, job) if holds_text(child) else width


def is_crowded(node: Json, job: Job) -> bool:
    """Whether the words in a box that fills need more than its share of a row on a phone."""
    identity = str(node["id"])
    if identity not in job.crowded:
        job.crowded[identity] = _lacks_room(node, job)
    return job.crowded[identity]


def _lacks_room(node: Json, job: Job) -> bool:
    held = in_flow(node)
    if not is_plain_row(node) or node["box"]["width"] <= NARROW:
        return False
    layout = node["layout"]
    padding = layout.get("padding") or (0, 0, 0, 0)
    filling = [child for child in held if child["sizing"]["horizontal"] == "fill"]
    rigid = sum(rigid_width(child, job) for child in held if child not in filling)
    room = PHONE_ROW - padding[1] - padding[3] - layout.get("gap", 0) * (len(held) - 1) - rigid
    return any(least_width(child, job) * len(filling) > room for child in filling)


def pushes(node: Json, job: Job) -> bool:
    """Whether the words in a box may keep it from getting narrower: as drawn it holds them."""
    least = least_width(node, job) * _SURE
    return holds_text(node) and not is_stiff(node) and least <= node["box"]["width"]
