"""Size limits of requests (https://developers.notion.com/reference/request-limits)."""

from __future__ import annotations

from typing import Any

from interlock_simulator.notion.errors import invalid

LARGEST_BODY = 500_000
_BLOCKS = 1000
_ARRAYS = frozenset({"children", "rich_text", "title", "multi_select", "relation", "people"})
_ARRAY_LENGTH = 100
_TEXT_LENGTHS = {
    "content": 2000,
    "expression": 1000,
    "url": 2000,
    "email": 200,
    "phone_number": 200,
}


def check_sizes(body: Any) -> None:
    """Refuse a request body with an array or a text above its limit."""
    if (blocks := _check(body, "body")) > _BLOCKS:
        raise invalid(f"body failed validation: {blocks} blocks exceed the limit of {_BLOCKS}.")


def _check(value: Any, path: str) -> int:
    """The number of blocks found at or below ``value``."""
    if isinstance(value, list):
        return sum(_check(item, f"{path}[{index}]") for index, item in enumerate(value))
    if not isinstance(value, dict):
        return 0
    blocks = 0
    for name, item in value.items():
        below = f"{path}.{name}"
        if isinstance(item, list) and name in _ARRAYS:
            _at_most(_ARRAY_LENGTH, len(item), below)
            blocks += len(item) if name == "children" else 0
        elif isinstance(item, str) and name in _TEXT_LENGTHS:
            _at_most(_TEXT_LENGTHS[name], len(item), below)
        blocks += _check(item, below)
    return blocks


def _at_most(limit: int, length: int, path: str) -> None:
    if length > limit:
        raise invalid(
            f"body failed validation: {path}.length should be ≤ `{limit}`, instead was `{length}`."
        )
