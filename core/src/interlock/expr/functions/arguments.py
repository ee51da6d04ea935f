"""What functions ask of their arguments; each returns the argument or says what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interlock.expr.operators import kind


def text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise TypeError(f"expected a text, got {kind(value)}")


def sequence(value: Any) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    hint = "; items(...) makes a list of a mapping" if isinstance(value, dict) else ""
    raise TypeError(f"expected a list, got {kind(value)}{hint}")


def mapping(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise TypeError(f"expected a mapping, got {kind(value)}")


def numeric(value: Any) -> int | float:
    if isinstance(value, int | float):
        return value
    raise TypeError(f"expected a number, got {kind(value)}")


def whole(value: Any, least: int, most: int) -> int:
    if isinstance(value, int) and least <= value <= most:
        return value
    raise TypeError(f"expected a whole number from {least} to {most}")
