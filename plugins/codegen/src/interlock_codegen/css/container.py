"""How a box lays out its children."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from interlock_codegen import tailwind
from interlock_codegen.css import background, typeset
from interlock_codegen.css.shrinking import Shrinking
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SMALL_VIEWPORT = 640
_MEDIUM_VIEWPORT = 768
"""Pixels; below it (Tailwind's ``md``) such a row is a column."""
_NARROW = 240
_NARROW_CHILD = 120
_LITTLE = 120
_SURE = 1.1
"""Times as wide as is reckoned, words have room in any font."""
_FEWEST_TRACKS = 2
_PIXELS = re.compile(r"([\d.]+)px")
_PHONE_ROW = 300
"""Pixels that a row has on a phone."""
_PHONE_PADDING = 32
"""Pixels; more at both sides leaves a phone no room for the content."""
_JUSTIFY = {"center": "justify-center", "end": "justify-end", "between": "justify-between"}
_SIDES = ("t", "r", "b", "l")
_FIELDS = ("paddingTop", "paddingRight", "paddingBottom", "paddingLeft")
_NAMES = ("padding-top", "padding-right", "padding-bottom", "padding-left")


def flows(node: Json) -> bool:
    """Whether the box has auto layout."""
    return "layout" in node


def _in_flow(node: Json) -> list[Json]:
    return [c for c in node.get("children") or () if c.get("position") != "absolute"]


def holds_text(node: Json) -> bool:
    """Whether any visible text stands below."""
    if node.get("type") == "text":
        return True
    return any(holds_text(child) for child in node.get("children") or ())


def stacks(node: Json) -> bool:
    """Whether a row is too wide for a small viewport, where it becomes a column.

    Figma has no word for this; a row that fills half a page cannot stay one on a phone.
    """
    return _is_plain_row(node) and _is_wide(node) and not scrolls_along(node)


def scrolls_along(node: Json) -> bool:
    """Whether a row is longer than its box, and moved in it."""
    return node.get("scrolls") in ("x", "both")


def _is_wide(node: Json) -> bool:
    return bool(node["box"]["width"] > _SMALL_VIEWPORT)


def breaks(node: Json) -> bool:
    """Whether a row may need a second line on a small viewport."""
    return _is_plain_row(node) and bool(node["box"]["width"] > _NARROW) and not _yields(node)


def _yields(node: Json) -> bool:
    """Whether one child takes what the others, little things without words, leave."""
    held = _in_flow(node)
    rest = [child for child in held if child["sizing"]["horizontal"] != "fill"]
    if len(rest) == len(held) or any(map(holds_text, rest)):
        return False
    width = sum(child["box"]["width"] for child in rest)
    return bool(width + node["layout"].get("gap", 0) * (len(held) - 1) <= _LITTLE)


def _narrowest(node: Json, job: Job, shrinking: Shrinking) -> float:
    """The viewport below which a row's rigid children need a second line; 0 if none does."""
    layout = node["layout"]
    held = _in_flow(node)
    rigid = sum(_rigid_width(child, job) for child in held)
    if node["sizing"]["horizontal"] != "fill" and node["box"]["width"] != job.width:
        return 0.0
    padding = layout.get("padding") or (0, 0, 0, 0)
    needed = rigid + layout.get("gap", 0) * (len(held) - 1) + padding[1] + padding[3]
    width = node["box"]["width"]
    if not needed <= width <= job.width:
        return 0.0
    return float(max(math.ceil(shrinking.viewport_at(width, needed, job.width)), 0))


def is_stiff(node: Json) -> bool:
    """Whether something of a width of its own, larger than a phone can spare, flows in the box."""
    held = _in_flow(node)
    return flows(node) and any(_holds_open(child) for child in held)


def _holds_open(child: Json) -> bool:
    if child["sizing"]["horizontal"] == "fixed":
        return bool(child["box"]["width"] > _NARROW_CHILD)
    return child["sizing"]["horizontal"] == "hug" and is_stiff(child)


def _rigid_width(child: Json, job: Job) -> float:
    """The width that a child of a row cannot give up."""
    if child["sizing"]["horizontal"] == "fill":
        limit = float((child.get("limits") or {}).get("minWidth", 0))
        return max(limit, _least(child, job))
    if is_picture(child, job):
        return 0.0
    return _least(child, job) if holds_text(child) else float(child["box"]["width"])


def _least(node: Json, job: Job) -> float:
    """The width at which CSS stops to shrink a box that has text."""
    if node["type"] == "text":
        return min(typeset.longest_word(node, job), float(node["box"]["width"]))
    held = _in_flow(node)
    if not flows(node) or not held:
        return 0.0
    layout = node["layout"]
    padding = layout.get("padding") or (0, 0, 0, 0)
    in_row = layout["mode"] == "row" and not layout.get("wrap")
    widths = [_least_of(child, in_row, job) for child in held]
    inner = sum(widths) + layout.get("gap", 0) * (len(held) - 1) if in_row else max(widths)
    return min(float(inner + padding[1] + padding[3]), float(node["box"]["width"]))


def is_crowded(node: Json, job: Job) -> bool:
    """Whether the words in a box that fills need more than its share of a row on a phone."""
    identity = str(node["id"])
    if identity not in job.crowded:
        job.crowded[identity] = _lacks_room(node, job)
    return job.crowded[identity]


def _lacks_room(node: Json, job: Job) -> bool:
    held = _in_flow(node)
    if not _is_plain_row(node) or node["box"]["width"] <= _NARROW:
        return False
    layout = node["layout"]
    padding = layout.get("padding") or (0, 0, 0, 0)
    filling = [child for child in held if child["sizing"]["horizontal"] == "fill"]
    rigid = sum(_rigid_width(child, job) for child in held if child not in filling)
    room = _PHONE_ROW - padding[1] - padding[3] - layout.get("gap", 0) * (len(held) - 1) - rigid
    return any(_least(child, job) * len(filling) > room for child in filling)


def collapses(node: Json, job: Job) -> bool:
    """Whether the tracks of a grid are too narrow on a phone for what is in its cells."""
    identity = str(node["id"])
    if identity not in job.crowded:
        job.crowded[identity] = _lacks_tracks(node, job)
    return job.crowded[identity]


def _lacks_tracks(node: Json, job: Job) -> bool:
    layout = node["layout"]
    if layout["columns"] < _FEWEST_TRACKS or node["box"]["width"] <= _NARROW:
        return False
    padding = layout.get("padding") or (0, 0, 0, 0)
    fixed = [float(width) for width in _PIXELS.findall(layout.get("column_sizes") or "")]
    gaps = layout.get("gap", 0) * (layout["columns"] - 1)
    room = _PHONE_ROW - padding[1] - padding[3] - gaps - sum(fixed)
    share = room / max(layout["columns"] - len(fixed), 1)
    needs = (_cell_width(child, job) / child["cell"]["columns"] for child in _in_flow(node))
    return room < 0 or any(need > share for need in needs)


def _cell_width(child: Json, job: Job) -> float:
    is_rigid = child["sizing"]["horizontal"] == "fixed" and not is_picture(child, job)
    return float(child["box"]["width"]) if is_rigid else _rigid_width(child, job)


def is_supple(node: Json) -> bool:
    """Whether nothing in a box is so wide that a phone could not hold it."""
    held = _in_flow(node)
    return flows(node) and all(
        child["box"]["width"] <= _NARROW_CHILD
        if child["sizing"]["horizontal"] == "fixed"
        else child["type"] == "text" or not child.get("children") or is_supple(child)
        for child in held
    )


def pushes(node: Json, job: Job) -> bool:
    """Whether a box that fills has words that no less than its drawn width is needed for."""
    least = _least(node, job) * _SURE
    return holds_text(node) and not is_stiff(node) and least <= node["box"]["width"]


def _least_of(child: Json, in_row: bool, job: Job) -> float:
    width = float(child["box"]["width"])
    sizing = child["sizing"]["horizontal"]
    if sizing == "fill":
        is_share = in_row and child["type"] != "text"
        return 0.0 if is_share else _least(child, job)
    if sizing == "fixed" and not (in_row and holds_text(child)):
        return width
    return _least(child, job) if holds_text(child) else width


def is_picture(node: Json, job: Job) -> bool:
    """Whether a box shows nothing but a picture, of which a part is enough."""
    return background.only_image(node, job) is not None or background.is_cropped(node, job)


def _is_plain_row(node: Json) -> bool:
    """A row of several layers that keeps one line and does not overlap itself."""
    layout = node.get("layout") or {}
    held = _in_flow(node)
    one_line = layout.get("mode") == "row" and not layout.get("wrap")
    return len(held) > 1 and one_line and layout.get("gap", 0) >= 0


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
    style = _grid(node, layout, job) if is_grid else _flex(node, layout, job, shrinking)
    style |= _padding(node, layout, border, job)
    if _is_wide(node) and max((layout.get("padding") or (0, 0))[1::2]) > _PHONE_PADDING:
        style["max-md padding-inline"] = "max-md:px-6"
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
    gap = layout.get("gap", 0) if len(_in_flow(node)) > 1 else 0
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
    if _is_plain_row(node) and (narrowest := _narrowest(node, job, shrinking)) > _MEDIUM_VIEWPORT:
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


def _grid(node: Json, layout: Json, job: Job) -> Style:
    columns = layout.get("column_sizes") or f"repeat({layout['columns']},minmax(0,1fr))"
    rows = layout.get("row_sizes") or f"repeat({layout['rows']},minmax(0,1fr))"
    style = {
        "display": "grid",
        "grid-template-columns": tailwind.tracks("grid-cols", columns),
        "grid-template-rows": tailwind.tracks("grid-rows", rows),
    }
    if collapses(node, job):
        style |= {"max-md display": "max-md:flex", "max-md flex-direction": "max-md:flex-col"}
    if layout.get("gap") and layout.get("gap") == layout.get("line_gap"):
        style["gap"] = tailwind.length("gap", layout["gap"])
        return style
    if layout.get("gap"):
        style["gap"] = tailwind.length("gap-x", layout["gap"])
    if layout.get("line_gap"):
        style["line-gap"] = tailwind.length("gap-y", layout["line_gap"])
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
