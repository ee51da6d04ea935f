"""Strokes take no space: borders where padding gives way, else outlines, shadows or boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.background import as_one, only_image, paint_token
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SIDES = ("t", "r", "b", "l")
_NAMES = ("border-top-width", "border-right-width", "border-bottom-width", "border-left-width")
_NONE = (0.0, 0.0, 0.0, 0.0)
_CUT = "linear-gradient(#000 0 0) content-box exclude,linear-gradient(#000 0 0)"
"""All of the box without its content."""


@dataclass
class Stroke:
    """Classes, the padding that the border takes over, and shadows that must join the effects'.

    ``is_ring`` says that the box must hold what is placed in it.
    """

    style: Style = field(default_factory=dict)
    border: Sequence[float] = _NONE
    shadows: list[str] = field(default_factory=list)
    is_ring: bool = False


def stroke(node: Json, job: Job) -> Stroke:
    """The stroke of a box."""
    found = job.style(node, "stroke")
    paints = found.get("paints") or ()
    if not paints:
        return Stroke()
    widths = found.get("widths") or [found["width"]] * 4
    if "css" in paints[-1] and only_image(node, job) is None:
        return _ring(node, found, widths, job)
    colour, token = _colour(node, found, job)
    # Nothing but shadows can draw single sides, and those lie inside.
    if found["align"] != "inside" and "widths" not in found:
        return _outline(found, colour, token)
    if (node.get("layout") or {}).get("strokes_take_space"):
        return Stroke(_border(widths, colour, token, found))
    if _can_be_border(node, widths):
        return Stroke(_border(widths, colour, token, found), border=widths)
    if "widths" not in found:
        return _outline(found, colour, token)
    if "dash" in found:
        return _dashed_sides(_border(widths, colour, token, found))
    return Stroke(shadows=_inset(widths, f"var(--color-{token})" if token else colour))


def _colour(node: Json, found: Json, job: Job) -> tuple[str, str | None]:
    paint = as_one(found["paints"])
    if paint["type"] == "solid":
        return paint["color"], paint_token(paint, found.get("style"), job)
    job.warn(node, f"a stroke of type {paint['type']} around a picture is drawn in one colour")
    stops = paint.get("stops") or [{"color": "#808080"}]
    return stops[0]["color"], None


def _ring(node: Json, found: Json, widths: Sequence[float], job: Job) -> Stroke:
    """A gradient, of which all but the stroke is cut out; no border of CSS has corners and one."""
    paint = found["paints"][-1]
    token = job.token("gradient", found.get("style"), paint["css"])
    image = f"bg-(image:--gradient-{token})" if token else tailwind.arbitrary("bg", paint["css"])
    room = " ".join(tailwind.pixels(width) for width in widths)
    out = {"center": widths[0] / 2, "outside": widths[0]}.get(found["align"], 0)
    parts = [
        "content-['']",
        "absolute",
        tailwind.length("inset", -out),
        _around(node, out),
        tailwind.arbitrary("p", room if len(set(widths)) > 1 else tailwind.pixels(widths[0])),
        image,
        tailwind.declaration("mask", _CUT),
        "pointer-events-none",
    ]
    written = " ".join(f"before:{part}" for part in parts if part)
    takes_space = (node.get("layout") or {}).get("strokes_take_space")
    room_made = {"border-width": _width("border", widths[0]), "border-color": "border-transparent"}
    return Stroke({"ring": written, **(room_made if takes_space else {})}, is_ring=True)


def _around(node: Json, out: float) -> str:
    """The ring's corners: those of the box, or outside of it as far out as the ring is."""
    radius = node.get("radius")
    if node.get("type") == "ellipse":
        return "rounded-[50%]"
    if not out or not radius or isinstance(radius, list):
        return "rounded-[inherit]" if radius else ""
    return tailwind.radius("rounded", radius + out)


def _can_be_border(node: Json, widths: Sequence[float]) -> bool:
    if not node.get("children"):
        return True
    layout = node.get("layout")
    if layout is None or layout["mode"] == "grid":
        return False
    # What is placed starts inside of a border, in Figma at the edge of the box.
    if any(child.get("position") == "absolute" for child in node["children"]):
        return False
    padding = layout.get("padding") or _NONE
    return all(room >= width for room, width in zip(padding, widths, strict=True))


def _border(widths: Sequence[float], colour: str, token: str | None, found: Json) -> Style:
    style: Style = {}
    if len(set(widths)) == 1:
        style["border-width"] = _width("border", widths[0])
    else:
        for name, side, width in zip(_NAMES, _SIDES, widths, strict=True):
            if width:
                style[name] = _width(f"border-{side}", width)
    if "dash" in found:
        style["border-style"] = "border-dashed"
    style["border-color"] = tailwind.colour("border", colour, token)
    return style


def _dashed_sides(border: Style) -> Stroke:
    """A border around nothing, over the box: no shadow has dashes."""
    parts = ("content-['']", "absolute", "inset-0", *border.values(), "pointer-events-none")
    return Stroke({"ring": " ".join(f"before:{part}" for part in parts)}, is_ring=True)


def _width(prefix: str, width: float) -> str:
    if width == 1 and prefix != "outline":
        return prefix
    if width == int(width):
        return f"{prefix}-{int(width)}"
    return f"{prefix}-[{tailwind.pixels(width)}]"


def _outline(found: Json, colour: str, token: str | None) -> Stroke:
    width = found.get("width") or max(found.get("widths") or (0,))
    away = {"inside": -width, "center": -width / 2}.get(found["align"], 0)
    style = {
        "outline-width": _width("outline", width),
        "outline-style": "outline-dashed" if "dash" in found else "outline-solid",
        "outline-color": tailwind.colour("outline", colour, token),
    }
    if away:
        style["outline-offset"] = f"outline-offset-[{tailwind.pixels(away)}]"
    return Stroke(style)


def _inset(widths: Sequence[float], colour: str) -> list[str]:
    top, right, bottom, left = widths
    offsets = ((0, top), (-right, 0), (0, -bottom), (left, 0))
    return [
        f"inset {tailwind.pixels(x)} {tailwind.pixels(y)} 0 0 {colour}"
        for x, y in offsets
        if x or y
    ]
