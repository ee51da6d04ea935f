"""Rows of a data source: all of them, or an error.

A query ends after 10,000 rows with ``has_more: false`` and a ``request_status`` of ``incomplete``.
It is then asked again in windows over the creation time, each beginning where the last one ended.
Source: https://developers.notion.com/reference/query-a-data-source
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import Rejected
from interlock_notion.requests import Requests
from interlock_notion.sorting import sorted_locally

Row = dict[str, Any]

_BY_CREATION = [{"timestamp": "created_time", "direction": "ascending"}]


@dataclass
class Rows:
    """Rows by id, in the order of the answers; a row that two windows hold stands once."""

    by_id: dict[str, Row] = field(default_factory=dict)
    incomplete: str = ""
    warnings: list[str] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self.by_id.setdefault(row["id"], row)


@dataclass(frozen=True)
class Query:
    """One question to one data source.

    Attributes:
        path: of the query's end point.
        limit: rows after which to stop; None for all.
        partial: take what can be had where the rest is out of reach.
    """

    path: str
    filter: Mapping[str, Any] | None = None
    sorts: Sequence[Mapping[str, Any]] = ()
    limit: int | None = None
    partial: bool = False


async def run(requests: Requests, query: Query) -> Rows:
    """Ask until all rows (or ``limit``) are there.

    Raises:
        Rejected: rows stay out of reach and ``partial`` was not asked for.
    """
    rows = Rows()
    await _ask(requests, query, rows, query.filter, query.sorts or _BY_CREATION)
    if rows.incomplete:
        await _ask_in_windows(requests, query, rows)
    if rows.incomplete and not query.partial:
        raise Rejected(
            f"Notion gave {len(rows.by_id)} rows and keeps the rest back: {rows.incomplete}",
            hint="narrow the filter, or take what there is with partial: true",
            rows=len(rows.by_id),
        )
    return rows


async def _ask(
    requests: Requests,
    query: Query,
    rows: Rows,
    condition: Mapping[str, Any] | None,
    sorts: Sequence[Mapping[str, Any]],
) -> str:
    """Add the rows of one pass; the creation time of its last row."""
    body: dict[str, Any] = {"sorts": list(sorts)}
    if condition:
        body["filter"] = condition
    last = ""
    rows.incomplete = ""
    async for answer in requests.pages(query.path, body):
        found = [row for row in answer["results"] if row.get("id")]
        rows.add(found)
        if found:
            last = str(found[-1].get("created_time") or "")
        rows.incomplete = incomplete_reason(answer)
        if query.limit is not None and len(rows.by_id) >= query.limit:
            rows.incomplete = ""
            break
    return last


async def _ask_in_windows(requests: Requests, query: Query, rows: Rows) -> None:
    """Go on after the last row's creation time until a window comes to its own end."""
    start = "" if query.sorts else _last_created(rows)
    while rows.incomplete:
        condition = within(query.filter, start) if start else query.filter
        last = await _ask(requests, query, rows, condition, _BY_CREATION)
        if rows.incomplete and (not last or last <= start):
            rows.incomplete += f"; more rows than one query gives were created at {start or last}"
            return
        start = last
    if query.sorts:
        rows.by_id = {row["id"]: row for row in sorted_locally(rows.by_id.values(), query.sorts)}
        rows.warnings.append("more rows than one query gives: sorted here, not by Notion")


def _last_created(rows: Rows) -> str:
    return max((str(row.get("created_time") or "") for row in rows.by_id.values()), default="")


def incomplete_reason(answer: Mapping[str, Any]) -> str:
    """Why an answer says that it does not hold all rows; empty if it does not say so."""
    status = answer.get("request_status") or {}
    if status.get("type") != "incomplete":
        return ""
    return str(status.get("incomplete_reason") or "no reason given")


def within(condition: Mapping[str, Any] | None, start: str) -> dict[str, Any]:
    """The filter, for rows created at ``start`` or after.

    Notion takes two levels of ``and`` and ``or``, so the window goes into the branches instead of
    around them.
    """
    window = {"timestamp": "created_time", "created_time": {"on_or_after": start}}
    if not condition:
        return window
    if "and" in condition:
        return {"and": [*condition["and"], window]}
    if "or" in condition:
        return {"or": [within(branch, start) for branch in condition["or"]]}
    return {"and": [dict(condition), window]}
