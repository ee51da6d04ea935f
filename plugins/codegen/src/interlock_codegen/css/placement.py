"""Where a box lies that is out of the flow, as its constraints say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.background import only_image
from interlock_codegen.css.border import border_of
from interlock_codegen.css.room import flows, holds_text
from interlock_codegen.css.size import WIDEST_MINIMUM, height_of, width_of
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]


def placed(node: Json, parent: Json, job: Job) -> Style:
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
        style["width"] = "w-max" if hugs else width_of(node, job)
    if rules["vertical"] == "scale" and parent["box"]["height"]:
        style["height"] = tailwind.percent("h", node["box"]["height"] / parent["box"]["height"])
    elif rules["vertical"] != "stretch" and node["sizing"]["vertical"] != "hug":
        style |= height_of(node, job)
    return {**style, **_kept_inside(node, parent, rules["horizontal"])}


def _kept_inside(node: Json, parent: Json, rule: str) -> Style:
    """A wide box with auto layout gets narrower with what it lies in, as one that flows does."""
    start, width = node["box"]["x"], node["box"]["width"]
    end = parent["box"]["width"] - start - width
    if not flows(node) or width <= WIDEST_MINIMUM or min(start, end) < 0:
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
