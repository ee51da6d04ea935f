"""Colours of the tree, ``#rrggbb`` or ``#rrggbbaa``, over each other."""

from __future__ import annotations

from collections.abc import Sequence

Channels = tuple[float, float, float, float]


def is_opaque(colour: str) -> bool:
    """Whether nothing shows through."""
    return len(colour) == 7


def faded(colour: str, alpha: float) -> str:
    """An opaque colour with an alpha of 0 to 1."""
    return _written((*_read(colour)[:3], alpha))


def stacked(colours: Sequence[str]) -> str:
    """The one colour that looks as all of them do, the lowest first."""
    below = _read(colours[0])
    for colour in colours[1:]:
        below = _over(_read(colour), below)
    return _written(below)


def _over(above: Channels, below: Channels) -> Channels:
    """Source over, on channels that are not multiplied (Porter and Duff)."""
    rest = below[3] * (1 - above[3])
    alpha = above[3] + rest
    if not alpha:
        return below
    red, green, blue = (
        (one * above[3] + other * rest) / alpha
        for one, other in zip(above[:3], below[:3], strict=True)
    )
    return red, green, blue, alpha


def _read(colour: str) -> Channels:
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    alpha = 1.0 if is_opaque(colour) else int(colour[7:9], 16) / 255
    return red, green, blue, alpha


def _written(channels: Channels) -> str:
    parts = [round(channel * 255) for channel in channels]
    kept = parts if parts[3] < 255 else parts[:3]
    return "#" + "".join(f"{part:02x}" for part in kept)
