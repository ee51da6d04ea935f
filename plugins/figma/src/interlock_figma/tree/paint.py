"""Fills, strokes and effects in the words of CSS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from interlock_figma.tree.colour import css_colour
from interlock_figma.tree.document import stated
from interlock_figma.tree.geometry import rounded
from interlock_figma.tree.gradient import gradient

Json = Mapping[str, Any]

_GRADIENTS = {
    "GRADIENT_LINEAR": "linear",
    "GRADIENT_RADIAL": "radial",
    "GRADIENT_ANGULAR": "conic",
    "GRADIENT_DIAMOND": "diamond",
}
_SCALES = {"FILL": "cover", "FIT": "contain", "TILE": "tile", "STRETCH": "stretch"}
_FILTERS = {"exposure": "brightness", "contrast": "contrast", "saturation": "saturate"}
_SIDES = ("top", "right", "bottom", "left")
_SHADOWS = ("DROP_SHADOW", "INNER_SHADOW")
_BLURS = {"LAYER_BLUR": "blur", "BACKGROUND_BLUR": "backdrop_blur", "GLASS": "backdrop_blur"}
_UNSAID_FILTERS = ("temperature", "tint", "highlights", "shadows")


def paints(given: Any, width: float, height: float) -> list[dict[str, Any]]:
    """The visible paints, bottom first, each ``{type, ...}``."""
    found = [stated(paint) for paint in given or () if isinstance(paint, Mapping)]
    visible = [p for p in found if p.get("visible") is not False and p.get("opacity", 1.0) > 0]
    return [_paint(paint, width, height) for paint in visible]


def _paint(paint: Json, width: float, height: float) -> dict[str, Any]:
    kind = paint.get("type", "")
    result: dict[str, Any]
    if kind == "SOLID":
        result = {"type": "solid", "color": css_colour(paint.get("color"), _opacity(paint))}
    elif kind in _GRADIENTS:
        result = {"type": _GRADIENTS[kind], **gradient(paint, width, height)}
    elif kind == "IMAGE":
        result = _image(paint)
    else:
        result = {"type": "unknown", "figma_type": kind}
    if paint.get("blendMode", "NORMAL") not in ("NORMAL", "PASS_THROUGH"):
        result["blend"] = blend(paint["blendMode"])
    variable = ((paint.get("boundVariables") or {}).get("color") or {}).get("id")
    if variable:
        result["variable"] = variable
    return result


def _opacity(paint: Json) -> float:
    return float(paint.get("opacity", 1.0))


def _image(paint: Json) -> dict[str, Any]:
    result: dict[str, Any] = {
        "type": "image",
        "ref": str(paint.get("imageRef") or ""),
        "scale": _SCALES.get(paint.get("scaleMode") or "FILL", "cover"),
    }
    if _opacity(paint) < 1:
        result["opacity"] = rounded(_opacity(paint))
    if paint.get("imageTransform"):
        result["crop"] = [[rounded(v, 5) for v in row] for row in paint["imageTransform"]]
    if paint.get("scalingFactor"):
        result["tile_scale"] = rounded(paint["scalingFactor"])
    if turned := _turned(paint):
        result["turned"] = turned
    filters = paint.get("filters") or {}
    if adjusted := _adjusted(filters):
        result["filter"] = adjusted
    if unsaid := [name for name in _UNSAID_FILTERS if filters.get(name)]:
        result["unsaid"] = unsaid
    return result


def _turned(paint: Json) -> float:
    """Degrees by which a picture is turned in its box, be it by itself or as it was cropped."""
    first = (paint.get("imageTransform") or [()])[0]
    angle = math.atan2(first[1], first[0]) if len(first) > 1 else 0.0
    return rounded(paint.get("rotation") or math.degrees(angle))


def _adjusted(filters: Json) -> str:
    """The adjustments of an image that CSS has a word for; each is given between -1 and 1."""
    written = []
    for name, word in _FILTERS.items():
        if amount := float(filters.get(name) or 0):
            written.append(f"{word}({rounded(1 + amount, 2)})")
    return " ".join(written)


def mask_kind(node: Json) -> str:
    """What of a mask decides: ``alpha``, ``luminance``, or its ``outline`` whatever its paint."""
    if node.get("isMaskOutline"):
        return "outline"
    given = str(node.get("maskType") or "ALPHA").lower()
    return "outline" if given == "vector" else given


def blend(mode: str) -> str:
    """CSS name of a blend mode; ``LINEAR_BURN`` and ``LINEAR_DODGE`` have near relatives only."""
    near = {"LINEAR_BURN": "color-burn", "LINEAR_DODGE": "plus-lighter"}
    return near.get(mode) or mode.lower().replace("_", "-")


def stroke(node: Json) -> dict[str, Any]:
    """``{width | widths, align, dash?}`` of the visible stroke, without its paints."""
    each = node.get("individualStrokeWeights")
    result: dict[str, Any] = {"align": str(node.get("strokeAlign") or "INSIDE").lower()}
    if isinstance(each, Mapping):
        result["widths"] = [rounded(each.get(side) or 0) for side in _SIDES]
    else:
        result["width"] = rounded(node.get("strokeWeight") or 0)
    if node.get("strokeDashes"):
        result["dash"] = [rounded(dash) for dash in node["strokeDashes"]]
    return result


def has_width(described: Json) -> bool:
    """False for a stroke of no weight on any side."""
    return bool(described.get("width") or any(described.get("widths") or ()))


def effects(given: Any) -> dict[str, Any]:
    """``{shadows: [...], blur?, backdrop_blur?}`` of the visible effects.

    ``unknown`` are those that are not there, ``near`` those of which only the blur is.
    """
    result: dict[str, Any] = {}
    shadows = []
    for effect in given or ():
        if not isinstance(effect, Mapping) or effect.get("visible") is False:
            continue
        kind = str(effect.get("type"))
        if kind in _SHADOWS:
            shadows.append(_shadow(effect))
        elif kind in _BLURS:
            result[_BLURS[kind]] = rounded(effect.get("radius") or 0)
            if kind == "GLASS" or effect.get("blurType") == "PROGRESSIVE":
                near = "GLASS" if kind == "GLASS" else f"PROGRESSIVE {kind}"
                result.setdefault("near", []).append(near)
        else:
            result.setdefault("unknown", []).append(kind)
    if shadows:
        result["shadows"] = shadows
    return result


def _shadow(effect: Json) -> dict[str, Any]:
    offset = effect.get("offset") or {}
    shadow: dict[str, Any] = {
        "x": rounded(offset.get("x") or 0),
        "y": rounded(offset.get("y") or 0),
        "blur": rounded(effect.get("radius") or 0),
        "spread": rounded(effect.get("spread") or 0),
        "color": css_colour(effect.get("color")),
    }
    if effect.get("type") == "INNER_SHADOW":
        shadow["inset"] = True
    variable = ((effect.get("boundVariables") or {}).get("color") or {}).get("id")
    return {**shadow, "variable": variable} if variable else shadow


def radius(node: Json) -> float | list[float] | None:
    """One radius in pixels, or four clockwise from the upper left; None for square corners."""
    corners = node.get("rectangleCornerRadii")
    if corners and len(set(corners)) > 1:
        return [rounded(corner or 0) for corner in corners]
    value = corners[0] if corners else node.get("cornerRadius")
    return rounded(value) if value else None
