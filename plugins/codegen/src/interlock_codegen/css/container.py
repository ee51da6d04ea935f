"""How a box lays out its children."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from interlock_codegen import tailwind
from interlock_codegen.css.room import (
    NARROW,
    holds_text,
    in_flow,
    is_crowded,
    is_plain_row,
    least_width,
    rigid_width,
)
from interlock_codegen.css.shrinking import Shrinking
from interlock_codegen.css.tracks import grid
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SMALL_VIEWPORT = 640
_MEDIUM_VIEWPORT = 768
"""Pixels; below it (Tailwind's ``md``) such a row is a column."""
_LITTLE = 120
_PHONE_PADDING = 32
"""Pixels; more at both sides leaves a phone no room for the content."""
_JUSTIFY = {"center": "justify-center", "end": "justify-end", "between": "justify-between"}
_SIDES = ("t", "r", "b", "l")
_FIELDS = ("paddingTop", "paddingRight", "paddingBottom", "paddingLeft")
_NAMES = ("padding-top", "padding-right", "padding-bottom", "padding-left")


def stacks(node: Json) -> bool:
    """Whether a row is too wide for a small viewport, where it becomes a column.

    Figma has no word for this; a row that fills half a page cannot stay one on a phone.
    """
    return is_plain_row(node) and _is_wide(node) and not scrolls_along(node)


def scrolls_along(node: Json) -> bool:
    """Whether a row is longer than its box, and moved in it."""
    return node.get("scrolls") in ("x", "both")


def _is_wide(node: Json) -> bool:
    return bool(node["box"]["width"] > _SMALL_VIEWPORT)


def breaks(node: Json) -> bool:
    """Whether a row may need a second line on a small viewport."""
    return is_plain_row(node) and bool(node["box"]["width"] > NARROW) and not _yields(node)


def _yields(node: Json) -> bool:
    """Whether one child takes what the others, little things without words, leave."""
    held = in_flow(node)
    rest = [child for child in held if child["sizing"]["horizontal"] != "fill"]
    if len(rest) == len(held) or any(map(holds_text, rest)):
        return False
    width = sum(child["box"]["width"] for child in rest)
    return bool(width + node["layout"].get("gap", 0) * (len(held) - 1) <= _LITTLE)


def _narrowest(node: Json, job: Job, shrinking: Shrinking) -> float:
    """The viewport below which a row's rigid children need a second line; 0 if none does."""
    layout = node["layout"]
    held = in_flow(node)
    rigid = sum(rigid_width(child, job) for child in held)
    padding = layout.get("padding") or (0, 0, 0, 0)
    needed = rigid + layout.get("gap", 0) * (len(held) - 1) + padding[1] + padding[3]
    return _viewport_at(node, needed, job, shrinking)


def _viewport_at(node: Json, needed: float, job: Job, shrinking: Shrinking) -> float:
    """The viewport at which a box has become as wide as needed; 0 if that is none below."""
    width = node["box"]["width"]
    if node["sizing"]["horizontal"] != "fill" and width != job.width:
        return 0.0
    if not needed <= width <= job.width:
        return 0.0
    return float(max(math.ceil(shrinking.viewport_at(width, needed, job.width)), 0))


def container(node: Json, border: Sequence[float], job: Job, shrinking: Shrinking) -> Style:
    """Classes of the box itself.

    Args:
        border: widths (top, right, bottom, left) of a border that must not take space; the
            padding gives it up.
    """
    layout = node.get("layout")
    if layout is None:
        return {"position": "relative"} if node.get("children") else {}
    is_grid = layout["mode"] == "grid"
    style = grid(node, layout, job) if is_grid else _flex(node, layout, job, shrinking)
    style |= _padding(node, layout, border, job)
    if _is_wide(node) and max((layout.get("padding") or (0, 0))[1::2]) > _PHONE_PADDING:
        narrowest = _viewport_at(node, least_width(node, job), job, shrinking)
        own = narrowest > _MEDIUM_VIEWPORT
        viewport = f"max-[{tailwind.pixels(narrowest)}]" if own else "max-md"
        style["narrow padding-inline"] = f"{viewport}:px-6"
    return style


def _flex(node: Json, layout: Json, job: Job, shrinking: Shrinking) -> Style:
    column = layout["mode"] == "column"
    style = {"display": "flex"}
    if column:
        style["flex-direction"] = "flex-col"
    if layout.get("justify") in _JUSTIFY:
        style["justify-content"] = _JUSTIFY[layout["justify"]]
    style["align-items"] = f"items-{layout.get('align', 'start')}"
    style |= _on_small_viewports(node, job, shrinking)
    gap = layout.get("gap", 0) if len(in_flow(node)) > 1 else 0
    if gap > 0:
        token = job.variable(node, "itemSpacing", "spacing", gap)
        axis = "gap" if not layout.get("wrap") else ("gap-y" if column else "gap-x")
        style["gap"] = tailwind.length(axis, gap, token)
    elif gap < 0:
        token = job.variable(node, "itemSpacing", "spacing", gap)
        style["gap"] = tailwind.length("space-y" if column else "space-x", gap, token)
    if layout.get("wrap"):
        style |= _wrap(node, layout, column, job)
    if layout.get("first_on_top") or _has_absolute(node):
        style["position"] = "relative"
    return style


def _on_small_viewports(node: Json, job: Job, shrinking: Shrinking) -> Style:
    """How a row gives way where the viewport is narrower than the design."""
    style: Style = {}
    if scrolls_along(node):
        return {}
    if stacks(node):
        style["max-md flex-direction"] = "max-md:flex-col"
    elif breaks(node) or is_crowded(node, job):
        style["max-md flex-wrap"] = "max-md:flex-wrap"
    if is_plain_row(node) and (narrowest := _narrowest(node, job, shrinking)) > _MEDIUM_VIEWPORT:
        style["narrow flex-wrap"] = f"max-[{tailwind.pixels(narrowest)}]:flex-wrap"
        if stacks(node):
            style["max-md flex-wrap"] = "max-md:flex-nowrap"
    return style


def _wrap(node: Json, layout: Json, column: bool, job: Job) -> Style:
    style = {"flex-wrap": "flex-wrap", "align-content": "content-start"}
    if layout.get("lines") == "between":
        style["align-content"] = "content-between"
    elif layout.get("line_gap"):
        value = layout["line_gap"]
        token = job.variable(node, "counterAxisSpacing", "spacing", value)
        style["line-gap"] = tailwind.length("gap-x" if column else "gap-y", value, token)
    return style


def _has_absolute(node: Json) -> bool:
    return any(child.get("position") == "absolute" for child in node.get("children") or ())


def _padding(node: Json, layout: Json, border: Sequence[float], job: Job) -> Style:
    given = layout.get("padding") or (0, 0, 0, 0)
    top, right, bottom, left = sides = [
        _Side(max(value - width, 0), job.variable(node, field, "spacing", value), width)
        for value, width, field in zip(given, border, _FIELDS, strict=True)
    ]
    if top == right == bottom == left:
        return {"padding": top.written("p")} if top.room else {}
    style: Style = {}
    if left == right and left.room:
        style["padding-inline"] = left.written("px")
    if top == bottom and top.room:
        style["padding-block"] = top.written("py")
    for name, letter, side, other in zip(_NAMES, _SIDES, sides, sides[2:] + sides[:2], strict=True):
        if side.room and side != other:
            style[name] = side.written(f"p{letter}")
    return style


class _Side(NamedTuple):
    """The padding of one side: what is left of it beside a border, and its token."""

    room: float
    token: str | None
    border: float

    def written(self, prefix: str) -> str:
        """Its class."""
        if self.token and self.border:
            return f"{prefix}-[calc(var(--spacing-{self.token})-{tailwind.pixels(self.border)})]"
        return tailwind.length(prefix, self.room, self.token)
