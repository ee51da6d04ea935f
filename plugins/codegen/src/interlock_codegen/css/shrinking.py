"""How much narrower a box gets with its viewport."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shrinking:
    """What a box loses of the pixels that the viewport loses.

    Attributes:
        share: of 0 to 1.
        spare: pixels that what holds the box loses before the box does.
    """

    share: float = 1.0
    spare: float = 0.0

    def inside(self, node: Json, parent: Json) -> Shrinking:
        """The same for a child of this box, which is ``parent``."""
        layout = parent.get("layout") or {}
        sizing = node["sizing"]["horizontal"]
        if node.get("position") == "absolute" or not layout or layout["mode"] == "grid":
            return Shrinking(self.share, self.spare)
        if layout["mode"] == "column":
            padding = layout.get("padding") or (0, 0, 0, 0)
            left = parent["box"]["width"] - padding[1] - padding[3] - node["box"]["width"]
            return Shrinking(self.share, self.spare + max(left, 0.0))
        held = [c for c in parent["children"] if c.get("position") != "absolute"]
        filling = [child for child in held if child["sizing"]["horizontal"] == "fill"]
        if filling:
            share = self.share / len(filling) if sizing == "fill" else 0.0
            return Shrinking(share, self.spare)
        width = sum(child["box"]["width"] for child in held)
        return Shrinking(self.share * node["box"]["width"] / (width or 1.0), self.spare)

    def viewport_at(self, width: float, needed: float, viewport: float) -> float:
        """The viewport at which a box of some width has become as wide as needed; 0 if never."""
        return viewport - (self.spare + width - needed) / self.share if self.share else 0.0
