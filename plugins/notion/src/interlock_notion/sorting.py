"""Rows in an asked-for order when they come from several queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from interlock_notion.properties import value_of

Row = dict[str, Any]


def sorted_locally(rows: Iterable[Row], sorts: Sequence[Mapping[str, Any]]) -> list[Row]:
    """By Notion's ``sorts``: the first entry counts most; rows without a value come last."""
    ordered = list(rows)
    for sort in reversed(sorts):
        ordered = _sorted_by(sort, ordered)
    return ordered


def _sorted_by(sort: Mapping[str, Any], rows: list[Row]) -> list[Row]:
    with_value = [row for row in rows if _value(row, sort) is not None]
    without = [row for row in rows if _value(row, sort) is None]
    descending = sort.get("direction") == "descending"
    with_value.sort(key=lambda row: _key(_value(row, sort)), reverse=descending)
    return with_value + without


def _value(row: Row, sort: Mapping[str, Any]) -> Any:
    if "timestamp" in sort:
        return row.get(str(sort["timestamp"]))
    properties = row.get("properties") or {}
    name = str(sort.get("property"))
    found: Mapping[str, Any] = properties.get(name) or next(
        (prop for prop in properties.values() if prop.get("id") == name), {}
    )
    return value_of(found)


def _key(value: Any) -> tuple[int, float, str]:
    if isinstance(value, bool | int | float):
        return 0, float(value), ""
    if isinstance(value, dict):
        value = value.get("start") or value
    return 1, 0.0, str(value).casefold()
