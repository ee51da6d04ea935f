"""Values of styles and variables, found on the nodes that use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlock_figma.tokens.model import Sighting
from interlock_figma.tree import Document
from interlock_figma.tree.geometry import rounded
from interlock_figma.tree.kinds import TEXTS
from interlock_figma.tree.paint import effects, paints
from interlock_figma.tree.typography import text_style

Json = Mapping[str, Any]

_SPACING = frozenset(
    (
        *("itemSpacing", "counterAxisSpacing", "gridRowGap", "gridColumnGap"),
        *("paddingLeft", "paddingRight", "paddingTop", "paddingBottom"),
        *("minWidth", "maxWidth", "minHeight", "maxHeight"),
    )
)
_CORNERS = {
    "RECTANGLE_TOP_LEFT_CORNER_RADIUS": 0,
    "RECTANGLE_TOP_RIGHT_CORNER_RADIUS": 1,
    "RECTANGLE_BOTTOM_RIGHT_CORNER_RADIUS": 2,
    "RECTANGLE_BOTTOM_LEFT_CORNER_RADIUS": 3,
    "topLeftRadius": 0,
    "topRightRadius": 1,
    "bottomRightRadius": 2,
    "bottomLeftRadius": 3,
}
_TEXT = {
    "fontSize": ("font_size", "fontSize"),
    "fontWeight": ("font_weight", "fontWeight"),
    "fontFamily": ("font", "fontFamily"),
    "lineHeight": ("line_height", "lineHeightPx"),
    "letterSpacing": ("letter_spacing", "letterSpacing"),
}


def sightings(document: Document) -> Iterator[Sighting]:
    """Everything that a style or variable is bound to, in document order."""
    for node in document.walk():
        yield from _styles(node, document)
        yield from _paint_variables(node)
        yield from _scalar_variables(node)
        yield from _family(node)


def _styles(node: Json, document: Document) -> Iterator[Sighting]:
    box = node.get("absoluteBoundingBox") or {}
    size = float(box.get("width") or 1), float(box.get("height") or 1)
    for field, style_id in (node.get("styles") or {}).items():
        field = str(field).lower().rstrip("s")
        label = str((document.styles.get(style_id) or {}).get("name") or "")
        read = _READERS.get(field)
        found = read(node, size) if read else None
        if found:
            yield Sighting(found[0], str(style_id), label, found[1], "style")
            if found[0] == "typography":
                yield Sighting("font", str(style_id), "", found[1]["family"], "style")


def _family(node: Json) -> Iterator[Sighting]:
    """Every font is a token, bound or not: there are few, and each is used in many places."""
    family = (node.get("style") or {}).get("fontFamily")
    if node.get("type") in TEXTS and family:
        yield Sighting("font", f"family:{family}", "", family, "text")


def _fill(node: Json, size: tuple[float, float]) -> tuple[str, Any] | None:
    return _one_paint(node.get("fills"), size)


def _stroke(node: Json, size: tuple[float, float]) -> tuple[str, Any] | None:
    return _one_paint(node.get("strokes"), size)


def _one_paint(given: Any, size: tuple[float, float]) -> tuple[str, Any] | None:
    found = paints(given, *size)
    if len(found) != 1:
        return None
    if found[0]["type"] == "solid":
        return "color", found[0]["color"]
    return ("gradient", found[0]["css"]) if "css" in found[0] else None


def _text(node: Json, size: tuple[float, float]) -> tuple[str, Any] | None:
    style = node.get("style")
    if not isinstance(style, Mapping):
        return None
    return "typography", text_style(style, int(node.get("layoutVersion") or 0))


def _effect(node: Json, size: tuple[float, float]) -> tuple[str, Any] | None:
    shadows = effects(node.get("effects")).get("shadows")
    return ("shadow", shadows) if shadows else None


_READERS = {"fill": _fill, "stroke": _stroke, "text": _text, "effect": _effect}


def _paint_variables(node: Json) -> Iterator[Sighting]:
    for field in ("fills", "strokes"):
        for paint in paints(node.get(field), 1, 1):
            if "variable" in paint and paint["type"] == "solid":
                yield Sighting("color", paint["variable"], "", paint["color"], "variable")


def _scalar_variables(node: Json) -> Iterator[Sighting]:
    for field, bound in (node.get("boundVariables") or {}).items():
        if field == "size" and isinstance(bound, Mapping):
            yield from _sizes(node, bound)
        elif field == "rectangleCornerRadii" and isinstance(bound, Mapping):
            for corner, alias in bound.items():
                yield from _scalar(node, corner, alias)
        else:
            yield from _scalar(node, field, bound)


def _sizes(node: Json, bound: Json) -> Iterator[Sighting]:
    box = node.get("size") or {}
    bounds = node.get("absoluteBoundingBox") or {}
    for axis, name in (("x", "width"), ("y", "height")):
        alias = bound.get(axis)
        value = box.get(axis, bounds.get(name))
        if isinstance(alias, Mapping) and "id" in alias and value is not None:
            yield Sighting("spacing", str(alias["id"]), "", rounded(value), "variable")


def _scalar(node: Json, field: str, bound: Any) -> Iterator[Sighting]:
    if isinstance(bound, list):
        bound = bound[0] if bound else None
    if not isinstance(bound, Mapping) or "id" not in bound:
        return
    found = _value(node, field)
    if found is not None:
        kind, value = found
        value = rounded(value) if isinstance(value, int | float) else value
        yield Sighting(kind, str(bound["id"]), "", value, "variable")


def _value(node: Json, field: str) -> tuple[str, Any] | None:
    if field in _TEXT:
        kind, key = _TEXT[field]
        value = (node.get("style") or {}).get(key)
        return (kind, value) if value else None
    if field in _SPACING and node.get(field) is not None:
        return "spacing", node[field]
    if field in _CORNERS:
        radii = node.get("rectangleCornerRadii") or [node.get("cornerRadius") or 0] * 4
        return "radius", radii[_CORNERS[field]]
    if field == "strokeWeight" and node.get(field):
        return "stroke", node[field]
    return None
