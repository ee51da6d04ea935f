"""Values as Tailwind 4 classes: theme name, then the 4-pixel scale, then an arbitrary value."""

from __future__ import annotations

import re

_WEIGHTS = {
    100: "thin",
    200: "extralight",
    300: "light",
    400: "normal",
    500: "medium",
    600: "semibold",
    700: "bold",
    800: "extrabold",
    900: "black",
}
_TEXTS = {
    12: "xs",
    14: "sm",
    16: "base",
    18: "lg",
    20: "xl",
    24: "2xl",
    30: "3xl",
    36: "4xl",
    48: "5xl",
    60: "6xl",
    72: "7xl",
    96: "8xl",
    128: "9xl",
}
_RADII = {2: "xs", 4: "sm", 6: "md", 8: "lg", 12: "xl", 16: "2xl", 24: "3xl", 32: "4xl"}
_COLOURS = {"#ffffff": "white", "#000000": "black"}
"""Names of Tailwind's own theme; no token of ``figma.extract_tokens`` has one of these."""

_LARGEST_STEP = 384
"""Pixels; a larger length reads better as itself than as a multiple of four."""

_ROUND = 999
"""Pixels; what designers write for a corner as round as can be."""


def number(value: float) -> str:
    """At most three digits after the point, none where it is whole."""
    return f"{round(value, 3):g}" if abs(value) < 1e6 else str(round(value))


def pixels(value: float) -> str:
    """``12.5px``."""
    return f"{number(value)}px"


def arbitrary(prefix: str, value: str) -> str:
    """``prefix-[value]``, with spaces as Tailwind wants them."""
    return f"{prefix}-[{escaped(value)}]"


def tracks(prefix: str, value: str) -> str:
    """Tracks of a grid: ``grid-cols-3`` for as many equal ones, else as they are said."""
    equal = re.fullmatch(r"repeat\((\d+), ?minmax\(0, ?1fr\)\)", value.strip())
    return f"{prefix}-{equal[1]}" if equal else arbitrary(prefix, value)


def declaration(name: str, value: str) -> str:
    """An arbitrary property, for what no utility says."""
    return f"[{name}:{escaped(value)}]"


def escaped(value: str) -> str:
    """Without spaces; underscores survive."""
    return value.replace("_", "\\_").replace(", ", ",").replace(" ", "_")


def length(prefix: str, value: float, token: str | None = None) -> str:
    """A length in pixels: ``w-4``, ``-ml-2``, ``w-[13.5px]`` or, with a token, ``p-space-m``."""
    if token:
        return f"{prefix}-{token}"
    sign, value = ("-", -value) if value < 0 else ("", value)
    if value == 1 and prefix != "leading":
        return f"{sign}{prefix}-px"
    if value <= _LARGEST_STEP and value % 2 == 0:
        return f"{sign}{prefix}-{number(value / 4)}"
    return f"{sign}{prefix}-[{pixels(value)}]"


def percent(prefix: str, share: float) -> str:
    """A share of 1 as ``prefix-[12.5%]``, or ``prefix-full``."""
    if abs(share - 1) < 1e-4:
        return f"{prefix}-full"
    if abs(share) < 1e-6:
        return f"{prefix}-0"
    return f"{prefix}-[{number(share * 100)}%]"


def colour(prefix: str, value: str, token: str | None = None) -> str:
    """A colour, e.g. ``bg-brand``, ``bg-white`` or ``bg-[#0a0a0a]``."""
    name = token or _COLOURS.get(value)
    return f"{prefix}-{name}" if name else f"{prefix}-[{value}]"


def radius(prefix: str, value: float) -> str:
    """A corner's radius in pixels, e.g. ``rounded-lg`` or ``rounded-[5px]``."""
    if value >= _ROUND:
        return f"{prefix}-full"
    return f"{prefix}-{_RADII[int(value)]}" if value in _RADII else f"{prefix}-[{pixels(value)}]"


def text_size(value: float) -> str:
    """A font size in pixels; the classes with a name set a line height too."""
    return f"text-{_TEXTS[int(value)]}" if value in _TEXTS else f"text-[{pixels(value)}]"


def weight(value: int) -> str:
    """A font weight."""
    return f"font-{_WEIGHTS[value]}" if value in _WEIGHTS else f"font-[{value}]"


def opacity(value: float) -> str:
    """Opacity of 0 to 1."""
    share = round(value * 100, 2)
    return f"opacity-{int(share)}" if share == int(share) else f"opacity-[{number(value)}]"
