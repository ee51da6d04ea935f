"""Colours as CSS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def css_colour(colour: Mapping[str, Any] | None, opacity: float = 1.0) -> str:
    """``#rrggbb``, or ``#rrggbbaa`` where it is not opaque, from channels of 0 to 1."""
    colour = colour or {}
    channels = [_byte(colour.get(name) or 0.0) for name in ("r", "g", "b")]
    alpha = _byte(float(colour.get("a", 1.0)) * opacity)
    if alpha < 255:
        channels.append(alpha)
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _byte(value: float) -> int:
    return max(0, min(255, int(float(value) * 255 + 0.5)))
