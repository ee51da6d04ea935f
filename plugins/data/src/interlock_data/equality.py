"""When two JSON values are the same: as JSON has it, ``1`` is ``1.0`` and ``true`` is neither."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any


def same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def frozen(value: Any) -> Hashable:
    """Equal for values that are the same, and for no others."""
    if isinstance(value, dict):
        return ("object", frozenset((key, frozen(each)) for key, each in value.items()))
    if isinstance(value, list):
        return ("list", *map(frozen, value))
    if isinstance(value, bool):
        return ("boolean", value)
    return value  # type: ignore[no-any-return]
