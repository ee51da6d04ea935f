"""How a box sits in its parent: its size, its growth, its place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.background import only_image
from interlock_codegen.css.border import border_of
from interlock_codegen.css.container import (
    breaks,
    flows,
    holds_text,
    is_picture,
    is_stiff,
    scrolls_along,
    stacks,
)
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SMALLEST_TO_SHRINK = 160
_SMALLEST_TO_LIMIT = 96
"""Pixels; what is smaller finds room on any screen."""
_WIDEST_MINIMUM = 240
"""Pixels; a larger minimum, with its parents' padding, does not fit on a phone."""
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
            _in_grid(node, job)
            if parent["layout"]["mode"] == "grid"
            else _in_flex(node, parent, job)
        )
    else:
        style = {"position": "absolute", **_placed(node, parent, job)}
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
        style["width"] = _width(node, job)
    if node["sizing"]["vertical"] != "hug":
        style |= _height(node, job)
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
        style |= _height(node, job)
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
    if node.get("sticky"):
        style |= {"position": "sticky", "top": "top-0", "z-index": "z-10"}
    return {**style, **_turned_margin(node)}


def _flex_width(node: Json, parent: Json, job: Job) -> Style:
    sizing = node["sizing"]["horizontal"]
    if sizing == "fill":
        if parent["layout"]["mode"] == "row":
            # Where the row can break, a text's longest word tells it when to.
            is_word = node["type"] == "text" and breaks(parent)
            least: Style = {} if is_word else {"min-width": "min-w-0"}
            return {"flex": _share(parent, "horizontal", job), **least}
        return {"width": "w-full"}
    if sizing == "hug" and scrolls_along(parent):
        return {}
    if sizing == "hug" and spills(node, parent):
        # In Figma it keeps its width and stands out; a phone has no room for that.
        return {"width": "w-max", "flex-shrink": "shrink-0", **_GIVING_WAY}
    if sizing == "hug":
        # It is as wide as its widest child would be, however narrow the parent is.
        return {"max-width": "max-w-full"} if is_stiff(node) else {}
    style = {"width": _width(node, job)}
    is_large = node["box"]["width"] >= _SMALLEST_TO_LIMIT
    if is_large and node["type"] != "vector" and is_inside(node, parent):
        style["max-width"] = "max-w-full"
        if "maxWidth" in (node.get("limits") or {}):
            style["max-md max-width"] = "max-md:max-w-full"
    return style


def _filling_column(node: Json, parent: Json, job: Job) -> Style:
    """In CSS a share is no smaller than its content, in Figma it is."""
    style = {"flex": _share(parent, "vertical", job)}
    return style if not flows(node) or _fits(node) else {**style, "min-height": "min-h-0"}


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


def _in_grid(node: Json, job: Job) -> Style:
    cell = node.get("cell") or {"column": 0, "row": 0, "columns": 1, "rows": 1}
    style: Style = {
        "grid-column": _lines("col", cell["column"], cell["columns"]),
        "grid-row": _lines("row", cell["row"], cell["rows"]),
    }
    if node["sizing"]["horizontal"] == "fixed":
        style["width"] = _width(node, job)
    if node["sizing"]["vertical"] == "fixed":
        style |= _height(node, job)
    for axis, prefix, name in (
        ("horizontal", "justify-self", "justify"),
        ("vertical", "self", "align"),
    ):
        if node["sizing"][axis] != "fill":
            style[prefix] = f"{prefix}-{cell.get(name, 'start')}"
    return style


def _lines(prefix: str, start: int, span: int) -> str:
    """Where in a grid; both lines in one class, so that they are one property."""
    return f"{prefix}-[{start + 1}/span_{span}]" if span > 1 else f"{prefix}-start-{start + 1}"


def _placed(node: Json, parent: Json, job: Job) -> Style:
    """Out of flow: offsets and sizes as the constraints say."""
    rules = node.get("constraints") or {"horizontal": "left", "vertical": "top"}
    if parent.get("type") == "group":
        rules = _as_group(parent)
    # What is placed starts inside of a border, in Figma at the edge of the box.
    top, right, bottom, left = border_of(parent, job)
    horizontal = _axis(
        rules["horizontal"], ("left", "right"), node["box"]["x"] - left, node["box"]["width"],
        parent["box"]["width"] - left - right,
    )  # fmt: skip
    vertical = _axis(
        rules["vertical"], ("top", "bottom"), node["box"]["y"] - top, node["box"]["height"],
        parent["box"]["height"] - top - bottom,
    )  # fmt: skip
    style = {**horizontal, **vertical}
    if node["type"] == "vector" or only_image(node, job):
        style = _stretched(style, rules, node, parent)
    if rules["horizontal"] == "scale" and parent["box"]["width"]:
        style["width"] = tailwind.percent("w", node["box"]["width"] / parent["box"]["width"])
        if (node.get("text_box") or {}).get("resize") == "hug" and "\n" not in node["text"]:
            # Its width is that of its line in the font of the design, and too narrow for others.
            style["md white-space"] = "md:whitespace-nowrap"
    elif rules["horizontal"] != "stretch":
        hugs = node["sizing"]["horizontal"] == "hug"
        style["width"] = "w-max" if hugs else _width(node, job)
    if rules["vertical"] == "scale" and parent["box"]["height"]:
        style["height"] = tailwind.percent("h", node["box"]["height"] / parent["box"]["height"])
    elif rules["vertical"] != "stretch" and node["sizing"]["vertical"] != "hug":
        style |= _height(node, job)
    return {**style, **_kept_inside(node, parent, rules["horizontal"])}


def _kept_inside(node: Json, parent: Json, rule: str) -> Style:
    """A wide box with auto layout gets narrower with what it lies in, as one that flows does."""
    start, width = node["box"]["x"], node["box"]["width"]
    end = parent["box"]["width"] - start - width
    if not flows(node) or width <= _WIDEST_MINIMUM or min(start, end) < 0:
        return {}
    # Narrower, it may no longer hold what is rigid in it; a text is better seen than cut.
    style: Style = {}
    if node.get("clip") and not holds_text(node):
        style["overflow"] = "overflow-hidden"
    if rule == "center" and abs(start - end) < 1:
        centred = {"left": "left-0", "right": "right-0", "margin-inline": "mx-auto"}
        return {**style, **centred, "max-width": "max-w-full"}
    away = {"left": start, "right": end}.get(rule)
    if away is None:
        return {}
    limit = f"max-w-[calc(100%-{tailwind.pixels(away)})]" if away else "max-w-full"
    return {**style, "max-width": limit}


def _stretched(style: Style, rules: Json, node: Json, parent: Json) -> Style:
    """Drawings and images have a size of their own: two offsets do not stretch them."""
    result = dict(style)
    for axis, far, side, letter in (
        ("horizontal", "right", "width", "w"),
        ("vertical", "bottom", "height", "h"),
    ):
        if rules[axis] == "stretch":
            del result[far]
            rest = round(parent["box"][side] - node["box"][side], 3)
            sign = "-" if rest >= 0 else "+"
            calculated = f"{letter}-[calc(100%{sign}{tailwind.pixels(abs(rest))})]"
            result[side] = calculated if rest else f"{letter}-full"
    return result


def own_size(node: Json, style: Style, job: Job) -> Style:
    """The sizes that a drawing must say for itself: it has no content that would give them."""
    missing: Style = {}
    stretched = {"horizontal": "flex", "vertical": "align-self"}
    for axis, side, made in (
        ("horizontal", "width", {"width": _width(node, job)}),
        ("vertical", "height", _exact_height(node, job)),
    ):
        if side not in style and node["sizing"][axis] != "fill" and stretched[axis] not in style:
            missing |= made
    return missing


def _as_group(group: Json) -> dict[str, str]:
    """A group's children keep their place in it; they stretch as it does."""
    own = group.get("constraints") or {}
    return {
        axis: "scale" if own.get(axis) in ("stretch", "scale") else start
        for axis, start in (("horizontal", "left"), ("vertical", "top"))
    }


def _axis(rule: str, names: tuple[str, str], start: float, size: float, whole: float) -> Style:
    near, far = names
    end = whole - start - size
    if rule == far:
        return {far: tailwind.length(far, round(end, 3))}
    if rule == "stretch":
        return {
            near: tailwind.length(near, start),
            far: tailwind.length(far, round(end, 3)),
        }
    if rule == "center":
        away = round(start - whole / 2, 3)
        sign = "+" if away >= 0 else "-"
        return {near: f"{near}-[calc(50%{sign}{tailwind.pixels(abs(away))})]"}
    if rule == "scale" and whole:
        return {near: tailwind.percent(near, start / whole)}
    return {near: tailwind.length(near, start)}


def _width(node: Json, job: Job) -> str:
    value = node["box"]["width"]
    return tailwind.length("w", value, job.variable(node, "width", "spacing", value))


def _height(node: Json, job: Job) -> Style:
    """The height; a box with text may grow, so that longer text pushes what follows."""
    if node["type"] != "text" and not _may_grow(node):
        spilt = flows(node) and holds_text(node)
        # What stands out of it in the design must not cover others on a phone.
        given_up = {"max-md height": "max-md:h-auto"} if spilt else {}
        return {**_exact_height(node, job), **given_up}
    value = node["box"]["height"]
    token = job.variable(node, "height", "spacing", value)
    return {"min-height": tailwind.length("min-h", value, token)}


def _exact_height(node: Json, job: Job) -> Style:
    value = node["box"]["height"]
    return {"height": tailwind.length("h", value, job.variable(node, "height", "spacing", value))}


def _may_grow(node: Json) -> bool:
    return flows(node) and holds_text(node) and _fits(node)


def _fits(node: Json) -> bool:
    """Whether the children begin after, and end before, the box and its padding do."""
    top, _, bottom, _ = node["layout"].get("padding") or (0, 0, 0, 0)
    boxes = [c["box"] for c in node.get("children") or () if c.get("position") != "absolute"]
    start = min((box["y"] for box in boxes), default=top)
    end = max((box["y"] + box["height"] for box in boxes), default=0)
    return bool(start >= top - 0.5 and end <= node["box"]["height"] - bottom + 0.5)


def _limits(node: Json, parent: Json | None, job: Job) -> Style:
    style: Style = {}
    wraps = parent is not None and (parent.get("layout") or {}).get("wrap")
    for field, value in (node.get("limits") or {}).items():
        name, prefix = _LIMITS[field]
        token = job.variable(node, field, "spacing", value)
        style[name] = tailwind.length(prefix, value, token)
        if field == "minWidth" and value > _WIDEST_MINIMUM:
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
