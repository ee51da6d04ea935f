"""How a box sits in its parent: its size, its growth, its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from interlock_codegen import semantics, tailwind
from interlock_codegen.css.border import border_of
from interlock_codegen.css.container import breaks, scrolls_along, stacks
from interlock_codegen.css.placement import placed
from interlock_codegen.css.room import (
    NARROW,
    flows,
    holds_text,
    is_crowded,
    is_picture,
    is_stiff,
    is_supple,
    pushes,
    rigid_width,
)
from interlock_codegen.css.size import (
    WIDEST_MINIMUM,
    fits,
    height_of,
    width_of,
)
from interlock_codegen.css.tracks import in_grid
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SMALLEST_TO_SHRINK = 160
_LARGEST_OVERHANG = 96
_SMALLEST_TO_LIMIT = 96
"""Pixels; what is smaller finds room on any screen."""
_GIVING_WAY = {"max-md width": "max-md:w-auto", "max-md flex-shrink": "max-md:shrink"}
_LIMITS = {
    "minWidth": ("min-width", "min-w"),
    "maxWidth": ("max-width", "max-w"),
    "minHeight": ("min-height", "min-h"),
    "maxHeight": ("max-height", "max-h"),
}


def item(node: Json, parent: Json | None, job: Job) -> Style:
    """Size and place of a node in its parent; without a parent, of a root."""
    if parent is None:
        style = _root(node, job)
    elif flows(parent) and node.get("position") != "absolute":
        style = (
            in_grid(node, parent, job)
            if parent["layout"]["mode"] == "grid"
            else _in_flex(node, parent, job)
        )
    else:
        style = {"position": "absolute", **placed(node, parent, job)}
    limits = _limits(node, parent, job)
    if node["sizing"]["vertical"] == "fixed":
        # The height that it has may be said as its least one, and is not below its limit.
        limits.pop("min-height", None)
    return {**style, **limits, **_turn(node)}


def _root(node: Json, job: Job) -> Style:
    style: Style = {}
    if job.is_screen and node["type"] != "vector":
        style["width"] = "w-full"
    elif node["sizing"]["horizontal"] != "hug":
        style["width"] = width_of(node, job)
    if node["sizing"]["vertical"] != "hug":
        style |= height_of(node, job)
    if not style.get("width") and flows(node):
        style["width"] = "w-fit"
    if job.is_screen and holds_text(node):
        # As in Figma, a word that is longer than its line is cut.
        style["overflow-wrap"] = "wrap-break-word"
    return style


def _in_flex(node: Json, parent: Json, job: Job) -> Style:
    row = parent["layout"]["mode"] == "row"
    horizontal, vertical = node["sizing"]["horizontal"], node["sizing"]["vertical"]
    style = _flex_width(node, parent, job)
    if vertical == "fixed":
        style |= height_of(node, job)
    elif vertical == "fill":
        style |= {"align-self": "self-stretch"} if row else _filling_column(node, parent, job)
    if row and stacks(parent):
        style |= _stacked(node)
    rigid = (horizontal if row else vertical) == "fixed"
    if rigid and row and _may_shrink(node, parent, job):
        rigid = False
        if is_picture(node, job):
            style["min-width"] = "min-w-0"
    # What clips its content has no least size of its own in CSS; in Figma it hugs it.
    clipped = not row and vertical == "hug" and node.get("clip")
    if rigid or clipped or (row and scrolls_along(parent)):
        style["flex-shrink"] = "shrink-0"
    if parent["layout"].get("first_on_top"):
        style["position"] = "relative"
        style["z-index"] = f"z-{_rank_from_top(node, parent)}"
    if node.get("sticky") or node.get("fixed"):
        is_last = not row and node.get("fixed") and parent["children"][-1]["id"] == node["id"]
        edge = "bottom" if is_last else "top"
        style |= {"position": "sticky", edge: f"{edge}-0", "z-index": "z-10"}
    return {**style, **_turned_margin(node)}


def _flex_width(node: Json, parent: Json, job: Job) -> Style:
    sizing = node["sizing"]["horizontal"]
    if sizing == "fill":
        if parent["layout"]["mode"] == "row":
            return {"flex": _share(parent, "horizontal", job), **_least_share(node, parent, job)}
        return {"width": "w-full"}
    if sizing == "hug" and scrolls_along(parent):
        return {}
    if sizing == "hug" and spills(node, parent):
        # In Figma it keeps its width and stands out; a phone has no room for that.
        return {"width": "w-max", "flex-shrink": "shrink-0", **_GIVING_WAY}
    if sizing == "hug":
        # It is as wide as its widest child would be, however narrow the parent is.
        return {"max-width": "max-w-full"} if is_stiff(node) else {}
    style = {"width": width_of(node, job)}
    is_large = node["box"]["width"] >= _SMALLEST_TO_LIMIT
    is_large = is_large and node["type"] != "vector"
    if is_large and 0 < (over := _overhang(node, parent)) <= _LARGEST_OVERHANG:
        # It stands out as far as it was drawn to, but not on a phone.
        style["max-width"] = f"max-w-[calc(100%+{tailwind.pixels(over)})]"
        style["max-md max-width"] = "max-md:max-w-full"
    elif is_large and is_inside(node, parent):
        style["max-width"] = "max-w-full"
        if "maxWidth" in (node.get("limits") or {}):
            style["max-md max-width"] = "max-md:max-w-full"
    return style


def _overhang(node: Json, parent: Json) -> float:
    """By how much a child of a column is wider than the room in it; 0 for any other."""
    if parent["layout"]["mode"] != "column":
        return 0.0
    padding = parent["layout"].get("padding") or (0, 0, 0, 0)
    room = parent["box"]["width"] - padding[1] - padding[3]
    over = round(node["box"]["width"] - room, 3)
    return float(over) if over > 0.5 else 0.0


def _least_share(node: Json, parent: Json, job: Job) -> Style:
    """The least width of what fills its row: none, as in Figma, unless its words need some."""
    crowded = is_crowded(parent, job)
    wraps = bool(parent["layout"].get("wrap"))
    # Where the row can break, a text's longest word tells it when to.
    is_word = node["type"] == "text" and (breaks(parent) or crowded or wraps)
    if is_word or _narrows_picture(node, parent, job) or (wraps and pushes(node, job)):
        return {}
    if crowded and not stacks(parent) and _gives_words_room(node, job):
        return {"min-width": "min-w-0", "max-md min-width": "max-md:min-w-min"}
    return {"min-width": "min-w-0"}


def _gives_words_room(node: Json, job: Job) -> bool:
    """Whether a box can be as wide as its words on a phone; a field takes more than they do."""
    fits_phone = is_supple(node) and rigid_width(node, job) <= NARROW
    return holds_text(node) and fits_phone and not semantics.holds_field(node)


def _filling_column(node: Json, parent: Json, job: Job) -> Style:
    """In CSS a share is no smaller than its content, in Figma it is."""
    style = {"flex": _share(parent, "vertical", job)}
    return style if not flows(node) or fits(node) else {**style, "min-height": "min-h-0"}


def _share(parent: Json, axis: str, job: Job) -> str:
    """An equal share of the room for each sibling that fills.

    CSS shares what is left beside paddings and borders, so siblings with different ones must start
    from the same size, one that holds the largest of them.
    """
    filling = [
        child
        for child in parent["children"]
        if child["sizing"][axis] == "fill" and child.get("position") != "absolute"
    ]
    rooms = {_padding_along(child, axis, job) for child in filling}
    return "flex-1" if len(rooms) < 2 else f"flex-[1_1_{tailwind.pixels(max(rooms))}]"


def _padding_along(node: Json, axis: str, job: Job) -> float:
    padding = (node.get("layout") or {}).get("padding") or (0, 0, 0, 0)
    top, right, bottom, left = map(sum, zip(padding, border_of(node, job), strict=True))
    return float(left + right if axis == "horizontal" else top + bottom)


def _stacked(node: Json) -> Style:
    """What fills its row, or is a wide panel of it, fills the column that the row becomes."""
    is_panel = flows(node) and holds_text(node) and node["box"]["width"] > _SMALLEST_TO_SHRINK
    is_wide = is_panel and node["sizing"]["horizontal"] == "fixed"
    fills = node["sizing"]["horizontal"] == "fill"
    return {"max-md width": "max-md:w-full"} if fills or is_wide else {}


def _may_shrink(node: Json, parent: Json, job: Job) -> bool:
    """A wide box with text, or picture, gives way when its row gets narrower than it was drawn."""
    wide = node["box"]["width"] > _SMALLEST_TO_SHRINK
    return bool(wide and is_inside(node, parent) and (holds_text(node) or is_picture(node, job)))


def _narrows_picture(node: Json, parent: Json, job: Job) -> bool:
    """Whether a picture beside the box gives way before the words in it break."""
    wide = [
        each
        for each in parent["children"]
        if each["sizing"]["horizontal"] == "fixed" and is_picture(each, job)
    ]
    return any(_may_shrink(each, parent, job) for each in wide) and pushes(node, job)


def is_inside(node: Json, parent: Json) -> bool:
    """Whether the box was drawn within its parent's padding."""
    left, right = (parent["layout"].get("padding") or (0, 0, 0, 0))[3::-2]
    start, end = node["box"]["x"], node["box"]["x"] + node["box"]["width"]
    return bool(start >= left - 0.5 and end <= parent["box"]["width"] - right + 0.5)


def spills(node: Json, parent: Json) -> bool:
    """Whether what hugs its content was drawn larger than its parent has room for it."""
    if parent["layout"]["mode"] != "row" or parent["layout"].get("wrap"):
        return not is_inside(node, parent)
    held = [child for child in parent["children"] if child.get("position") != "absolute"]
    return not all(is_inside(child, parent) for child in held)


def _rank_from_top(node: Json, parent: Json) -> int:
    ids = [child["id"] for child in parent["children"]]
    return len(ids) - ids.index(node["id"])


def _limits(node: Json, parent: Json | None, job: Job) -> Style:
    style: Style = {}
    wraps = parent is not None and (parent.get("layout") or {}).get("wrap")
    for field, value in (node.get("limits") or {}).items():
        name, prefix = _LIMITS[field]
        token = job.variable(node, field, "spacing", value)
        style[name] = tailwind.length(prefix, value, token)
        if field == "minWidth" and value > WIDEST_MINIMUM:
            # Where lines wrap, the least width is what gives a box a line of its own.
            least = f"var(--spacing-{token})" if token else tailwind.pixels(value)
            way = f"min-w-[min(100%,{least})]" if wraps else "min-w-0"
            style["max-md min-width"] = f"max-md:{way}"
    return style


def _turn(node: Json) -> Style:
    if "matrix" in node:
        values = ",".join(tailwind.number(part) for part in node["matrix"])
        return {"transform": f"[transform:matrix({values},0,0)]"}
    if "rotation" in node:
        return {"rotate": f"rotate-[{tailwind.number(node['rotation'])}deg]"}
    return {}


def _turned_margin(node: Json) -> Style:
    """In a flow a turned box takes the room of its bounds; CSS leaves it the room it had."""
    if "rotation" not in node:
        return {}
    angle = math.radians(node["rotation"])
    cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
    width, height = node["box"]["width"], node["box"]["height"]
    across = round((width * cos + height * sin - width) / 2, 3)
    down = round((width * sin + height * cos - height) / 2, 3)
    style: Style = {}
    if across:
        style["margin-inline"] = tailwind.length("mx", across)
    if down:
        style["margin-block"] = tailwind.length("my", down)
    return style
