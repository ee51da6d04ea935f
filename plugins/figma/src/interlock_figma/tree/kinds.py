"""Which of Figma's node types are boxes, shapes or texts to us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FRAMES = frozenset(
    (
        *("FRAME", "COMPONENT", "COMPONENT_SET", "INSTANCE", "SECTION", "GROUP", "CANVAS"),
        *("TRANSFORM_GROUP", "SLOT", "SLIDE", "SLIDE_ROW", "SLIDE_GRID"),
    )
)
TEXTS = frozenset(("TEXT", "TEXT_PATH"))
CURVES = frozenset(("VECTOR", "BOOLEAN_OPERATION", "STAR", "LINE", "REGULAR_POLYGON"))
"""Shapes that no CSS box can draw."""

SHAPES = CURVES | {"ELLIPSE", "RECTANGLE"}
UNDRAWN = frozenset(("SLICE",))
"""Export areas: nothing to see."""


def is_visible(node: Mapping[str, Any]) -> bool:
    """Whether a node is shown, its ancestors aside."""
    return node.get("visible") is not False and node.get("type") not in UNDRAWN


def is_curve(node: Mapping[str, Any]) -> bool:
    """Whether only SVG can draw this shape; a pie or ring counts."""
    return node.get("type") in CURVES or (node.get("type") == "ELLIPSE" and is_partial(node))


def is_partial(node: Mapping[str, Any]) -> bool:
    """Whether an ellipse is cut to an arc or has a hole."""
    arc = node.get("arcData") or {}
    sweep = float(arc.get("endingAngle", 6.2832)) - float(arc.get("startingAngle", 0.0))
    return abs(abs(sweep) - 6.2832) > 0.01 or float(arc.get("innerRadius") or 0.0) > 0


def has_image(node: Mapping[str, Any]) -> bool:
    """Whether a visible fill is an image."""
    return any(
        paint.get("type") == "IMAGE" and paint.get("visible") is not False
        for paint in node.get("fills") or ()
    )
