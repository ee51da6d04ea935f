"""Figma's gradients, given by three handles in the unit square, as CSS and as SVG coordinates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from interlock_figma.tree.colour import css_colour
from interlock_figma.tree.geometry import rounded

Json = Mapping[str, Any]
Point = tuple[float, float]

_DEFAULT: tuple[Point, Point, Point] = ((0.0, 0.5), (1.0, 0.5), (0.0, 1.0))


def gradient(paint: Json, width: float, height: float) -> dict[str, Any]:
    """``{css, stops, from, to, side}``; the three handles lie in the unit square.

    CSS places stops on a line through the centre of the box, as long as the box is wide in that
    direction; Figma places them between two handles. So the positions are projected.
    """
    opacity = float(paint.get("opacity", 1.0))
    stops = [
        (float(stop.get("position") or 0.0), css_colour(stop.get("color"), opacity))
        for stop in paint.get("gradientStops") or ()
    ]
    start, end, side = _handles(paint)
    width, height = max(width, 1e-3), max(height, 1e-3)
    write = {"GRADIENT_LINEAR": _linear, "GRADIENT_ANGULAR": _conic}.get(paint["type"], _radial)
    return {
        "css": write(stops, start, end, side, (width, height)),
        "stops": [{"at": rounded(at, 4), "color": color} for at, color in stops],
        "from": [rounded(part, 4) for part in start],
        "to": [rounded(part, 4) for part in end],
        "side": [rounded(part, 4) for part in side],
    }


def _handles(paint: Json) -> tuple[Point, Point, Point]:
    given = paint.get("gradientHandlePositions") or ()
    if len(given) < 3:
        return _DEFAULT
    first, second, third = ((float(p.get("x") or 0), float(p.get("y") or 0)) for p in given[:3])
    return first, second, third


def _scaled(vector: Point, size: Point) -> Point:
    return vector[0] * size[0], vector[1] * size[1]


def _between(a: Point, b: Point, size: Point) -> Point:
    return _scaled((b[0] - a[0], b[1] - a[1]), size)


def _linear(
    stops: Sequence[tuple[float, str]], start: Point, end: Point, side: Point, size: Point
) -> str:
    across, down = _between(start, end, size)
    length = math.hypot(across, down) or 1.0
    dx, dy = across / length, down / length
    line = abs(size[0] * dx) + abs(size[1] * dy) or 1.0
    from_centre = _between((0.5, 0.5), start, size)
    offset = from_centre[0] * dx + from_centre[1] * dy + line / 2
    angle = rounded(math.degrees(math.atan2(dx, -dy)) % 360, 2)
    parts = [f"{color} {rounded((offset + at * length) / line * 100, 2)}%" for at, color in stops]
    return f"linear-gradient({angle}deg, {', '.join(parts)})"


def _radial(
    stops: Sequence[tuple[float, str]], start: Point, end: Point, side: Point, size: Point
) -> str:
    first, second = _between(start, end, size), _between(start, side, size)
    # A CSS ellipse lies along the axes: the handle nearer to the horizontal gives its width.
    if abs(first[0]) < abs(first[1]):
        first, second = second, first
    radii = f"{_share(math.hypot(*first), size[0])} {_share(math.hypot(*second), size[1])}"
    centre = f"{_share(start[0], 1)} {_share(start[1], 1)}"
    parts = [f"{color} {rounded(at * 100, 2)}%" for at, color in stops]
    return f"radial-gradient({radii} at {centre}, {', '.join(parts)})"


def _conic(
    stops: Sequence[tuple[float, str]], start: Point, end: Point, side: Point, size: Point
) -> str:
    across, down = _between(start, end, size)
    angle = rounded(math.degrees(math.atan2(across, -down)) % 360, 2)
    centre = f"{_share(start[0], 1)} {_share(start[1], 1)}"
    parts = [f"{color} {rounded(at * 100, 2)}%" for at, color in stops]
    return f"conic-gradient(from {angle}deg at {centre}, {', '.join(parts)})"


def _share(value: float, whole: float) -> str:
    return f"{rounded(value / whole * 100, 2)}%"
