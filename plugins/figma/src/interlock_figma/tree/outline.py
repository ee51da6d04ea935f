"""Outlines of shapes whose geometry follows from their numbers, as SVG path data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from interlock_figma.tree.geometry import rounded
from interlock_figma.tree.kinds import is_partial

Json = Mapping[str, Any]


def outline(node: Json, width: float, height: float, grown: float = 0.0) -> str | None:
    """Path data in the node's own box; None for a shape that only its geometry tells.

    Args:
        grown: pixels that the outline lies outside of the shape's own, where that can be told.
    """
    kind = node.get("type")
    if kind == "LINE":
        # Without its turn in the capture, an upright line has a height and no width.
        return f"M0 0L{rounded(width)} {rounded(height)}"
    if kind == "RECTANGLE":
        return _rectangle(width, height, _corner(node, width, height), grown)
    if kind == "ELLIPSE":
        if is_partial(node):
            return _arc(node, width, height, grown)
        return _ellipse(width, height, grown)
    if kind == "REGULAR_POLYGON":
        return _polygon(width, height, int(node.get("count") or 3), 1.0)
    if kind == "STAR":
        inner = float(node.get("starInnerScale") or 0.382)
        return _polygon(width, height, int(node.get("count") or 5), inner)
    return None


def _corner(node: Json, width: float, height: float) -> float:
    return min(float(node.get("cornerRadius") or 0), width / 2, height / 2)


def _rectangle(width: float, height: float, radius: float, grown: float) -> str:
    a, w, h = rounded(-grown), rounded(width + grown), rounded(height + grown)
    r = max(radius + grown, 0.0) if radius else 0.0
    if not r:
        return f"M{a} {a}H{w}V{h}H{a}Z"
    near, right, low = (rounded(each) for each in (r - grown, w - r, h - r))
    arc = f"A{rounded(r)} {rounded(r)} 0 0 1"
    return (
        f"M{near} {a}H{right}{arc} {w} {near}V{low}{arc} {right} {h}"
        f"H{near}{arc} {a} {low}V{near}{arc} {near} {a}Z"
    )


def _ellipse(width: float, height: float, grown: float) -> str:
    rx, ry = rounded(width / 2 + grown), rounded(height / 2 + grown)
    left, right, middle = rounded(-grown), rounded(width + grown), rounded(height / 2)
    return f"M{left} {middle}A{rx} {ry} 0 1 1 {right} {middle}A{rx} {ry} 0 1 1 {left} {middle}Z"


def _polygon(width: float, height: float, count: int, inner: float) -> str:
    """Corners on an ellipse, the first on top; with ``inner`` below 1 every second one inside."""
    star = inner < 1.0
    total = max(3, count) * (2 if star else 1)
    points = []
    for index in range(total):
        angle = -math.pi / 2 + 2 * math.pi * index / total
        scale = inner if star and index % 2 else 1.0
        points.append(_point(width, height, angle, scale))
    return "M" + "L".join(points) + "Z"


def _point(width: float, height: float, angle: float, scale: float) -> str:
    x = width / 2 * (1 + scale * math.cos(angle))
    y = height / 2 * (1 + scale * math.sin(angle))
    return f"{rounded(x)} {rounded(y)}"


def _arc(node: Json, width: float, height: float, grown: float) -> str:
    """A pie or a piece of a ring; a whole ring is two ellipses, the inner one counterwise."""
    arc = node.get("arcData") or {}
    start, end = float(arc.get("startingAngle", 0)), float(arc.get("endingAngle", 2 * math.pi))
    inner = float(arc.get("innerRadius") or 0)
    is_whole = abs(abs(end - start) - 2 * math.pi) < 0.01
    if is_whole:
        middle = start + math.pi
        stops: Sequence[float] = (start, middle, end)
    else:
        stops = (start, (start + end) / 2, end)
    is_ring = is_whole and inner > 0
    more = 2 * grown / min(width, height) if is_ring and min(width, height) else 0.0
    outer_path = _sweep(width, height, stops, 1.0 + more, end > start)
    if inner <= 0:
        return f"M{outer_path}L{rounded(width / 2)} {rounded(height / 2)}Z"
    back = _sweep(width, height, tuple(reversed(stops)), max(inner - more, 0.0), end < start)
    joint = "ZM" if is_ring else "L"
    return f"M{outer_path}{joint}{back}Z"


def _sweep(
    width: float, height: float, stops: Sequence[float], scale: float, clockwise: bool
) -> str:
    radii = f"{rounded(width / 2 * scale)} {rounded(height / 2 * scale)}"
    first, *rest = (_point(width, height, stop, scale) for stop in stops)
    return first + "".join(f"A{radii} 0 0 {int(clockwise)} {point}" for point in rest)
