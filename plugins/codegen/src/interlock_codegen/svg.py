"""Drawings as inline SVG."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.element import Element, Text
from interlock_codegen.inks import paint
from interlock_codegen.job import Job
from interlock_codegen.masks import masked

Json = Mapping[str, Any]

_STRAIGHT = re.compile(r"M0 0L[\d.]+ [\d.]+")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def drawing(node: Json, job: Job) -> Element:
    """An ``svg`` with one element for each shape; decorative, so hidden from assistive tools."""
    width, height = node["box"]["width"], node["box"]["height"]
    attributes: dict[str, str | bool] = {"fill": "none", "aria-hidden": "true"}
    # A box without area would switch the drawing off.
    if width and height:
        attributes["viewBox"] = f"0 0 {tailwind.number(width)} {tailwind.number(height)}"
        if "fill" in node["sizing"].values() or _is_stretched(node):
            attributes["preserveAspectRatio"] = "none"
    element = Element("svg", attributes=attributes, style={"overflow": "overflow-visible"})
    shapes = [shape for shape in node["shapes"] if not shape.get("mask")]
    if any(shape.get("missing") for shape in shapes):
        job.warn(node, "the outline is not in the capture; its box stands in for it")
    element.children = list(masked(node, lambda shape: _shape(shape, node, job)))
    if found := _definitions(element):
        element.children.append(Element("defs", children=found))
    return element


def _definitions(drawing: Element) -> list[Element | Text]:
    """The gradients of the shapes of a drawing, taken out of them: a path may hold none."""
    found: list[Element | Text] = []
    for shape in drawing.walk():
        held = [child for child in shape.children if isinstance(child, Element)]
        gradients = [child for child in held if child.tag in ("linearGradient", "radialGradient")]
        if gradients and shape.tag != "defs":
            found += gradients
            shape.children = [child for child in held if child not in gradients]
    return found


def _is_stretched(node: Json) -> bool:
    rules = node.get("constraints") or {}
    return any(rule in ("stretch", "scale") for rule in rules.values())


def _shape(shape: Json, node: Json, job: Job) -> Element:
    alone = len(shape["paths"]) == 1
    paths = [_path(path, shape, index, job) for index, path in enumerate(shape["paths"])]
    element = paths[0] if alone else Element("g", children=list(paths))
    # A drawing of one shape is that shape's layer itself.
    element.node = "" if shape["id"] == node["id"] else shape["id"]
    element.name = str(node["name"])
    if transform := _transform(shape):
        element.attributes["transform"] = transform
    if "opacity" in shape:
        element.attributes["opacity"] = tailwind.number(shape["opacity"])
    if "blend" in shape:
        element.style["mix-blend-mode"] = f"mix-blend-{shape['blend']}"
    return element


def _transform(shape: Json) -> str:
    if "matrix" in shape:
        return f"matrix({' '.join(tailwind.number(part) for part in shape['matrix'])})"
    if shape.get("x") or shape.get("y"):
        return f"translate({tailwind.number(shape['x'])} {tailwind.number(shape['y'])})"
    return ""


def _path(path: Json, shape: Json, index: int, job: Job) -> Element:
    element = _outline(path["d"], shape)
    if path.get("rule"):
        element.attributes |= {"fillRule": path["rule"], "clipRule": path["rule"]}
    if "fill" in path:
        paint(element, "fill", path["fill"], shape, index, job)
    if shape.get("missing") and not _is_bar(shape):
        element.attributes["fillOpacity"] = "0.2"
    if "stroke" in path:
        paint(element, "stroke", path["stroke"], shape, index, job)
        element.attributes["strokeWidth"] = tailwind.number(path["stroke_width"])
        if "dash" in path:
            dash = " ".join(tailwind.number(part) for part in path["dash"])
            element.attributes["strokeDasharray"] = dash
    return element


def _outline(data: str, shape: Json) -> Element:
    """The path; a line without a turn reaches as far as its drawing, however wide that becomes."""
    flat = not (shape["width"] and shape["height"])
    if "matrix" not in shape and flat and _STRAIGHT.fullmatch(data):
        return Element("line", attributes={"x2" if shape["width"] else "y2": "100%"})
    return Element("path", attributes={"d": _rounded(data)})


def _rounded(outline: str) -> str:
    """Path data to a thousandth of a pixel; Figma writes up to 17 digits."""
    end = -1

    def number(found: re.Match[str]) -> str:
        nonlocal end
        touching, end = found.start() == end, found.end()
        written = tailwind.number(float(found[0]))
        return f" {written}" if touching and written[0] != "-" else written

    return _NUMBER.sub(number, outline)


def _is_bar(shape: Json) -> bool:
    """A long thin shape is most likely what its box is; others are only hinted at."""
    short, long = sorted((shape["width"], shape["height"]))
    return bool(long >= 5 * short)
