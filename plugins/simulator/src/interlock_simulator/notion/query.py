"""Filters and sorts of a data source query
(https://developers.notion.com/reference/post-database-query-filter).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from interlock_simulator.notion.errors import invalid
from interlock_simulator.notion.rich_text import plain_text

Row = Mapping[str, Any]
Test = Callable[[Any, Any], bool]

_TIMESTAMPS = ("created_time", "last_edited_time")


def _ordered(compare: Callable[[Any, Any], bool]) -> Test:
    return lambda value, wanted: value is not None and compare(value, wanted)


def _in(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return str(wanted).lower() in value.lower()
    return wanted in (value or ())


_TESTS: dict[str, Test] = {
    "equals": operator.eq,
    "does_not_equal": operator.ne,
    "contains": _in,
    "does_not_contain": lambda value, wanted: not _in(value, wanted),
    "starts_with": lambda value, wanted: (value or "").lower().startswith(wanted.lower()),
    "ends_with": lambda value, wanted: (value or "").lower().endswith(wanted.lower()),
    "greater_than": _ordered(operator.gt),
    "less_than": _ordered(operator.lt),
    "greater_than_or_equal_to": _ordered(operator.ge),
    "less_than_or_equal_to": _ordered(operator.le),
    "before": _ordered(operator.lt),
    "after": _ordered(operator.gt),
    "on_or_before": _ordered(operator.le),
    "on_or_after": _ordered(operator.ge),
    "is_empty": lambda value, _: value in (None, "", []),
    "is_not_empty": lambda value, _: value not in (None, "", []),
}


def matching(rows: Sequence[Row], condition: Mapping[str, Any] | None) -> list[Row]:
    """The rows that meet a filter; all of them for none."""
    if not condition:
        return list(rows)
    return [row for row in rows if _meets(row, condition)]


def ordered(rows: Sequence[Row], sorts: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows by these sorts, the first being the most important; empty values go last."""
    result = list(rows)
    for sort in reversed(sorts):
        descending = sort.get("direction") == "descending"
        filled = [row for row in result if _sort_value(row, sort) not in (None, "", [])]
        rest = [row for row in result if _sort_value(row, sort) in (None, "", [])]
        filled.sort(key=lambda row: _comparable(_sort_value(row, sort)), reverse=descending)
        result = filled + rest
    return result


def value_of(property_value: Mapping[str, Any]) -> Any:
    """A property's value as filters and sorts compare it: text, number, bool or list."""
    kind = property_value["type"]
    value = property_value.get(kind)
    match kind:
        case "title" | "rich_text":
            return plain_text(value or ())
        case "select" | "status":
            return (value or {}).get("name")
        case "multi_select":
            return [option["name"] for option in value or ()]
        case "people" | "relation":
            return [entry["id"] for entry in value or ()]
        case "date":
            return (value or {}).get("start")
        case "unique_id":
            return (value or {}).get("number")
        case "formula":
            return (value or {}).get((value or {}).get("type", ""))
        case _:
            return value


def _meets(row: Row, condition: Mapping[str, Any]) -> bool:
    if "and" in condition:
        return all(_meets(row, part) for part in condition["and"])
    if "or" in condition:
        return any(_meets(row, part) for part in condition["or"])
    timestamp = condition.get("timestamp")
    if timestamp in _TIMESTAMPS:
        return _passes(row[timestamp], condition.get(timestamp) or {})
    value = _property(row, str(condition.get("property")))
    kind = next((name for name in condition if name not in ("property", "type")), "")
    tests = condition.get(kind) or {}
    if kind == "formula":
        tests = next(iter(tests.values()), {})
    return _passes(value_of(value), tests)


def _passes(value: Any, tests: Mapping[str, Any]) -> bool:
    if not tests or any(name not in _TESTS for name in tests):
        raise invalid(f"body failed validation: filter condition {sorted(tests)} is not supported.")
    return all(_TESTS[name](value, wanted) for name, wanted in tests.items())


def _property(row: Row, key: str) -> Mapping[str, Any]:
    for name, value in row["properties"].items():
        if key in (name, value["id"]):
            found: Mapping[str, Any] = value
            return found
    raise invalid(f"Could not find property with name or id: {key}")


def _sort_value(row: Row, sort: Mapping[str, Any]) -> Any:
    if (timestamp := sort.get("timestamp")) in _TIMESTAMPS:
        return row[timestamp]
    return value_of(_property(row, str(sort.get("property"))))


def _comparable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
