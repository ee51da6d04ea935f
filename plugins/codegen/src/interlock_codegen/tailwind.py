"""Values as Tailwind 4 classes: theme name, then the 4-pixel scale, then an arbitrary value."""

from __future__ import annotations

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
_LARGEST_STEP = 384
"""Pixels; a larger length reads better as itself than as a multiple of four."""


def number(value: float) -> str:
    """At most three digits after the point, none where it is whole."""
    return f"{round(value, 3):g}" if abs(value) < 1e6 else str(round(value))


def pixels(value: float) -> str:
    """``12.5px``."""
    return f"{number(value)}px"


def arbitrary(prefix: str, value: str) -> str:
    """``prefix-[value]``, with spaces as Tailwind wants them."""
    return f"{prefix}-[{escaped(value)}]"


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
    """A colour, e.g. ``bg-brand`` or ``bg-[#0a0a0a]``."""
    return f"{prefix}-{token}" if token else f"{prefix}-[{value}]"


def weight(value: int) -> str:
    """A font weight."""
    return f"font-{_WEIGHTS[value]}" if value in _WEIGHTS else f"font-[{value}]"


def opacity(value: float) -> str:
    """Opacity of 0 to 1."""
    share = round(value * 100, 2)
    return f"opacity-{int(share)}" if share == int(share) else f"opacity-[{number(value)}]"
