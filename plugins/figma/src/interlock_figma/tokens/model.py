"""What a token is, and what each kind is called in CSS and in DTCG."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """``namespace`` is the one of Tailwind 4's theme; ``group`` the one in JSON."""

    namespace: str
    group: str
    fallback: str


KINDS = {
    "color": Kind("color", "color", "c"),
    "gradient": Kind("gradient", "gradient", "gradient"),
    "typography": Kind("text", "typography", "type"),
    "shadow": Kind("shadow", "shadow", "shadow"),
    "spacing": Kind("spacing", "spacing", "space"),
    "radius": Kind("radius", "radius", "round"),
    "stroke": Kind("stroke", "stroke", "stroke"),
    "font": Kind("font", "font", "font"),
    "font_size": Kind("text", "fontSize", "size"),
    "font_weight": Kind("font-weight", "fontWeight", "weight"),
    "line_height": Kind("leading", "lineHeight", "line"),
    "letter_spacing": Kind("tracking", "letterSpacing", "tracking"),
}


@dataclass(frozen=True)
class Sighting:
    """A value seen at one reference.

    Attributes:
        reference: id of the Figma style or variable.
        label: its name in Figma; empty when the capture does not tell.
        value: hex colour, pixels, CSS gradient, or a dict for typography and shadow.
        modes: further values by mode name, for variables read with their collection.
    """

    kind: str
    reference: str
    label: str
    value: Any
    source: str
    modes: dict[str, Any] = field(default_factory=dict)


@dataclass
class Token:
    """A named value."""

    kind: str
    name: str
    value: Any
    source: str
    label: str
    modes: dict[str, Any]

    @property
    def property(self) -> str:
        """Its CSS custom property."""
        return f"--{KINDS[self.kind].namespace}-{self.name}"
