"""What stays in view while its page scrolls.

In Figma a fixed layer lies out of the flow (``layoutPositioning`` ABSOLUTE under auto layout) on
top of what scrolls, and holds the distances to the edges that its constraints say. As ``sticky`` it
also lies where it was drawn, and leaves with the page that it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.element import Element, Style

Json = Mapping[str, Any]

_ACROSS = ("left", "right", "width", "max-width", "margin-inline", "max-md max-width")
_DOWN = ("position", "top", "bottom")


def is_pinned(node: Json) -> bool:
    """Whether a layer of a page out of its flow stays in view."""
    stays = node.get("fixed") or node.get("sticky")
    return bool(stays) and _rule(node) != "stretch"


def pinned(element: Element, node: Json, page: Json) -> Element:
    """The element in a strip as high as the page, in which it moves down with the viewport."""
    across = {key: element.style[key] for key in _ACROSS if key in element.style}
    rest = {k: v for k, v in element.style.items() if k not in across and k not in _DOWN}
    strip: Style = {
        "position": "absolute",
        "inset-block": "inset-y-0",
        **across,
        "z-index": "z-10",
        "pointer-events": "pointer-events-none",
    }
    element.style = {
        "position": "sticky",
        **_held(node, page),
        "width": "w-full",
        **rest,
        "pointer-events": "pointer-events-auto",
    }
    if _rule(node) == "bottom":
        strip |= {"display": "flex", "flex-direction": "flex-col", "justify-content": "justify-end"}
    return Element("div", style=strip, children=[element])


def _rule(node: Json) -> str:
    return str((node.get("constraints") or {}).get("vertical", "top"))


def _held(node: Json, page: Json) -> Style:
    """Where it was drawn, as a margin, and how near it comes to the edge of the viewport."""
    edge, away, near = "top", node["box"]["y"], node["box"]["y"] if node.get("fixed") else 0
    if _rule(node) == "bottom":
        edge = "bottom"
        away = near = round(page["box"]["height"] - away - node["box"]["height"], 3)
    margin = {f"margin-{edge}": tailwind.length(f"m{edge[0]}", away)} if away else {}
    return {edge: tailwind.length(edge, near), **margin}
