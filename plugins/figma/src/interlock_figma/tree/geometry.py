"""Where a node stands: size before rotation, place in its parent, and what turns it.

Positions come from ``absoluteBoundingBox``, which all but abridged captures have; ``size`` and
``relativeTransform`` (``geometry=paths`` only) are preferred for sizes and turns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

Linear = tuple[float, float, float, float]
"""``a, b, c, d`` of the matrix ``[[a, c], [b, d]]``, in the order of CSS ``matrix()``."""

IDENTITY: Linear = (1.0, 0.0, 0.0, 1.0)
_BOUNDS = ("x", "y", "width", "height")


@dataclass(frozen=True, slots=True)
class Placement:
    """A node on the canvas, and in its parent.

    Attributes:
        center: of the node, on the canvas.
        total: turn on the canvas; ``local``: turn in the parent.
        x, y: of the unturned box, from the parent's upper left corner.
    """

    x: float
    y: float
    width: float
    height: float
    local: Linear
    total: Linear
    center: tuple[float, float]

    def box(self) -> dict[str, float]:
        """``{x, y, width, height}``, rounded to thousandths of a pixel."""
        names = ("x", "y", "width", "height")
        return {name: rounded(getattr(self, name)) for name in names}


def rounded(value: float, digits: int = 3) -> float:
    """Rounded, an integer where it is one, and never ``-0.0``."""
    result = round(float(value), digits)
    return int(result) if result == int(result) else result


def bounds_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The box on the canvas; what is in it has one where an abridged capture has none."""
    if own := node.get("absoluteBoundingBox"):
        return cast("Mapping[str, Any]", own)
    held = [
        bounds_of(child)
        for child in node.get("children") or ()
        if isinstance(child, Mapping) and child.get("visible") is not False
    ]
    edges = [[float(each.get(key) or 0) for key in _BOUNDS] for each in held if each]
    if not edges:
        return {}
    left, top = (min(edge[axis] for edge in edges) for axis in (0, 1))
    right, bottom = (max(edge[axis] + edge[axis + 2] for edge in edges) for axis in (0, 1))
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def place(node: Mapping[str, Any], parent: Placement | None) -> Placement:
    """The placement of a node; without a parent its own box is the origin."""
    local = _local_turn(node)
    total = compose(parent.total, local) if parent else IDENTITY
    bounds = bounds_of(node)
    bound = tuple(float(bounds.get(key) or 0) for key in _BOUNDS)
    width, height = _size(node, bound[2], bound[3], total)
    center = (bound[0] + bound[2] / 2, bound[1] + bound[3] / 2)
    if parent is None or not bounds:
        return Placement(0.0, 0.0, width, height, local if parent else IDENTITY, total, center)
    across, down = apply(
        invert(parent.total), (center[0] - parent.center[0], center[1] - parent.center[1])
    )
    x = across + parent.width / 2 - width / 2
    y = down + parent.height / 2 - height / 2
    return Placement(x, y, width, height, local, total, center)


def _local_turn(node: Mapping[str, Any]) -> Linear:
    matrix = node.get("relativeTransform")
    if matrix and len(matrix) == 2 and len(matrix[0]) >= 2:
        return snapped((matrix[0][0], matrix[1][0], matrix[0][1], matrix[1][1]))
    # Radians, clockwise on the screen (the same sense as CSS).
    angle = float(node.get("rotation") or 0.0)
    cos, sin = math.cos(angle), math.sin(angle)
    return snapped((cos, sin, -sin, cos))


def snapped(linear: Linear) -> Linear:
    """Without the dust of single precision around 0 and 1."""
    a, b, c, d = (round(float(part), 6) + 0.0 for part in linear)
    return (a, b, c, d)


def _size(
    node: Mapping[str, Any], width: float, height: float, total: Linear
) -> tuple[float, float]:
    """The size before the turn; solved from the bounding box where the capture has no ``size``."""
    size = node.get("size")
    if isinstance(size, Mapping) and size.get("x") is not None:
        return float(size["x"]), float(size["y"])
    cos, sin = abs(total[0]), abs(total[1])
    determinant = cos * cos - sin * sin
    if abs(determinant) < 0.05:
        return _turned_by_45(node, width, height)
    return (
        max(0.0, (width * cos - height * sin) / determinant),
        max(0.0, (height * cos - width * sin) / determinant),
    )


def _turned_by_45(node: Mapping[str, Any], width: float, height: float) -> tuple[float, float]:
    """Turned by 45 degrees, all boxes of one circumference have the same bounds: what it likely is.

    A line has no height, the height of a text follows from its lines, and most else is a square.
    """
    around = (width + height) / math.sqrt(2)
    if node.get("type") == "LINE":
        return around, 0.0
    line = float((node.get("style") or {}).get("lineHeightPx") or 0)
    tall = line * (1 + str(node.get("characters") or "").count("\n"))
    return (around - tall, tall) if 0 < tall < around else (around / 2, around / 2)


def compose(outer: Linear, inner: Linear) -> Linear:
    """``outer * inner``."""
    a, b, c, d = outer
    e, f, g, h = inner
    return (a * e + c * f, b * e + d * f, a * g + c * h, b * g + d * h)


def apply(linear: Linear, vector: tuple[float, float]) -> tuple[float, float]:
    """The vector turned."""
    a, b, c, d = linear
    return (a * vector[0] + c * vector[1], b * vector[0] + d * vector[1])


def invert(linear: Linear) -> Linear:
    """The inverse; identity for a matrix that has none (a node squashed to a line)."""
    a, b, c, d = linear
    determinant = a * d - b * c
    if abs(determinant) < 1e-9:
        return IDENTITY
    return (d / determinant, -b / determinant, -c / determinant, a / determinant)


def turn(linear: Linear) -> dict[str, Any]:
    """``{}``, ``{rotation: degrees}`` or, with a flip or skew, ``{matrix: [a, b, c, d]}``."""
    a, b, c, d = linear
    if linear == IDENTITY or max(abs(a - 1), abs(b), abs(c), abs(d - 1)) < 1e-4:
        return {}
    if abs(a - d) < 1e-4 and abs(b + c) < 1e-4:
        return {"rotation": rounded(math.degrees(math.atan2(b, a)))}
    return {"matrix": [rounded(part, 5) for part in linear]}
