"""Outlines of shapes whose geometry follows from their numbers, as SVG path data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from interlock_figma.tree.geometry import rounded
from interlock_figma.tree.kinds import is_partial

Json = Mapping[str, Any]


def outline(node: Json, width: float, height: float) -> str | None:
    """Path data in the node's own box; None for a shape that only its geometry tells."""
    kind = node.get("type")
    if kind == "LINE":
        # Without its turn in the capture, an upright line has a height and no width.
        return f"M0 0L{rounded(width)} {rounded(height)}"
    if kind == "RECTANGLE":
        return _rectangle(width, height, _corner(node, width, height))
    if kind == "ELLIPSE":
        return _arc(node, width, height) if is_partial(node) else _ellipse(width, height)
    if kind == "REGULAR_POLYGON":
        return _polygon(width, height, int(node.get("count") or 3), 1.0)
    if kind == "STAR":
        inner = float(node.get("starInnerScale") or 0.382)
        return _polygon(width, height, int(node.get("count") or 5), inner)
    return None


def _corner(node: Json, width: float, height: float) -> float:
    return min(float(node.get("cornerRadius") or 0), width / 2, height / 2)


def _rectangle(width: float, height: float, r: float) -> str:
    w, h, r = rounded(width), rounded(height), rounded(r)
    if not r:
        return f"M0 0H{w}V{h}H0Z"
    arc = f"A{r} {r} 0 0 1"
    return (
        f"M{r} 0H{rounded(w - r)}{arc} {w} {r}V{rounded(h - r)}{arc} {rounded(w - r)} {h}"
        f"H{r}{arc} 0 {rounded(h - r)}V{r}{arc} {r} 0Z"
    )


def _ellipse(width: float, height: float) -> str:
    rx, ry, w = rounded(width / 2), rounded(height / 2), rounded(width)
    return f"M0 {ry}A{rx} {ry} 0 1 1 {w} {ry}A{rx} {ry} 0 1 1 0 {ry}Z"


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


def _arc(node: Json, width: float, height: float) -> str:
    """A pie or a piece of a ring; a whole ring is two ellipses, the inner one counterwise."""
    arc = node.get("arcData") or {}
    start, end = float(arc.get("startingAngle", 0)), float(arc.get("endingAngle", 2 * math.pi))
    inner = float(arc.get("innerRadius") or 0)
    if abs(abs(end - start) - 2 * math.pi) < 0.01:
        middle = start + math.pi
        stops: Sequence[float] = (start, middle, end)
    else:
        stops = (start, (start + end) / 2, end)
    outer_path = _sweep(width, height, stops, 1.0, end > start)
    if inner <= 0:
        return f"M{outer_path}L{rounded(width / 2)} {rounded(height / 2)}Z"
    back = _sweep(width, height, tuple(reversed(stops)), inner, end < start)
    joint = "ZM" if len({round(stop % (2 * math.pi), 3) for stop in stops}) == 2 else "L"
    return f"M{outer_path}{joint}{back}Z"


def _sweep(
    width: float, height: float, stops: Sequence[float], scale: float, clockwise: bool
) -> str:
    radii = f"{rounded(width / 2 * scale)} {rounded(height / 2 * scale)}"
    first, *rest = (_point(width, height, stop, scale) for stop in stops)
    return first + "".join(f"A{radii} 0 0 {int(clockwise)} {point}" for point in rest)
