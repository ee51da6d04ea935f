"""Pagination: ``start_cursor``, ``page_size``, ``next_cursor``, ``has_more``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from interlock_simulator.notion.errors import invalid

_LARGEST_PAGE = 100


def page_of(
    items: Sequence[Mapping[str, Any]],
    kind: str,
    parameters: Mapping[str, Any],
    *,
    place: str = "query",
    limit: int | None = None,
) -> dict[str, Any]:
    """One page of a list, in the API's envelope.

    Args:
        items: each with an ``id``; a cursor is the id of the next item, changed where an item
            stands in the list more than once, as recorded lists have it.
        kind: the envelope's ``type``.
        parameters: ``start_cursor`` and ``page_size``, from the query or the body (``place``).
        limit: how many items there are at most, whatever the pages; beyond it the answer
            says ``request_status: incomplete`` and has no next page.
    """
    size = _page_size(parameters, place)
    reachable = items[:limit]
    start = _start(reachable, parameters.get("start_cursor"))
    end = start + size
    more = end < len(reachable)
    envelope: dict[str, Any] = {
        "object": "list",
        "results": list(reachable[start:end]),
        "next_cursor": _cursors(reachable)[end] if more else None,
        "has_more": more,
        "type": kind,
        kind: {},
    }
    if not more and len(items) > len(reachable):
        reason = "query_result_limit_reached"
        envelope["request_status"] = {"type": "incomplete", "incomplete_reason": reason}
    return envelope


def _page_size(parameters: Mapping[str, Any], place: str) -> int:
    given = parameters.get("page_size", _LARGEST_PAGE)
    try:
        size = int(given)
    except (TypeError, ValueError):
        size = 0
    if not 1 <= size <= _LARGEST_PAGE:
        bound = f"≤ `{_LARGEST_PAGE}`" if size > _LARGEST_PAGE else "a positive number"
        raise invalid(
            f"{place} failed validation: {place}.page_size should be {bound}, "
            f"instead was `{given}`."
        )
    return size


def _start(items: Sequence[Mapping[str, Any]], cursor: Any) -> int:
    if cursor is None:
        return 0
    cursors = _cursors(items)
    if cursor in cursors:
        return cursors.index(cursor)
    raise invalid(f"The start_cursor provided is invalid: {cursor}")


def _cursors(items: Sequence[Mapping[str, Any]]) -> list[str]:
    seen: Counter[str] = Counter()
    cursors = []
    for item in items:
        id = item["id"]
        cursors.append(str(UUID(int=UUID(id).int ^ seen[id])) if seen[id] else id)
        seen[id] += 1
    return cursors
