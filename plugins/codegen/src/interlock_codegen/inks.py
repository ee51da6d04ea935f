"""Fills and strokes of the shapes of a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.background import as_one, paint_token
from interlock_codegen.element import Element
from interlock_codegen.job import Job

Json = Mapping[str, Any]


def paint(
    element: Element, attribute: str, name: str | None, shape: Json, index: int, job: Job
) -> None:
    """Give a path its ``fill`` or ``stroke``: the topmost paint of those that ``name`` tells.

    A gradient becomes a child of it, for the drawing to gather.
    """
    fill = job.styles.get(name or "") or {}
    paints = [paint for paint in fill.get("paints") or () if "color" in paint or "stops" in paint]
    if not paints:
        return
    top = as_one(paints)
    if top["type"] == "solid":
        token = paint_token(top, fill.get("style"), job)
        if token:
            element.style[attribute] = f"{attribute}-{token}"
        else:
            element.attributes[attribute] = top["color"]
        return
    identity = reference("paint", f"{shape['id']}-{attribute}-{index}")
    element.attributes[attribute] = f"url(#{identity})"
    element.children.append(_gradient(top, identity, shape))


def reference(what: str, name: str) -> str:
    """An id in the page for a definition that shapes refer to."""
    return f"{what}-{name}".replace(":", "-").replace(";", "-")


def _gradient(paint: Json, identity: str, shape: Json) -> Element:
    """In the shape's own pixels, as its handles tell."""
    linear = paint["type"] == "linear"
    start, end, side = (_pixels(paint[key], shape) for key in ("from", "to", "side"))
    attributes: dict[str, str | bool] = {"id": identity, "gradientUnits": "userSpaceOnUse"}
    if linear:
        places = dict(zip(("x1", "y1", "x2", "y2"), (*start, *end), strict=True))
    else:
        # A circle of radius 1 around 0, which the handles turn and stretch.
        places = {"cx": 0.0, "cy": 0.0, "r": 1.0}
        axes = [end[0] - start[0], end[1] - start[1], side[0] - start[0], side[1] - start[1]]
        matrix = " ".join(tailwind.number(part) for part in (*axes, *start))
        attributes["gradientTransform"] = f"matrix({matrix})"
    attributes |= {name: tailwind.number(place) for name, place in places.items()}
    stops = [
        Element(
            "stop",
            attributes={"offset": tailwind.number(stop["at"]), "stopColor": stop["color"]},
        )
        for stop in paint["stops"]
    ]
    return Element(
        "linearGradient" if linear else "radialGradient",
        attributes=attributes,
        children=list(stops),
    )


def _pixels(point: Any, shape: Json) -> tuple[float, float]:
    return point[0] * shape["width"], point[1] * shape["height"]
