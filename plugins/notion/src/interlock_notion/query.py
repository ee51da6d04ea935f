"""Rows of a data source: all of them, or an error.

A query ends after 10,000 rows with ``has_more: false`` and a ``request_status`` of ``incomplete``.
So rows are walked in windows over the creation time, each beginning where the last one ended; where
one minute holds more than a query gives, over the unique id, if the data source has one.
Source: https://developers.notion.com/reference/query-a-data-source
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import Rejected
from interlock_notion.requests import Requests, incomplete_reason
from interlock_notion.sorting import sorted_locally
from interlock_notion.walking import Walk

Row = dict[str, Any]


@dataclass
class Rows:
    """Rows by id, in the order of the answers; a row that two windows hold stands once."""

    by_id: dict[str, Row] = field(default_factory=dict)
    incomplete: str = ""
    warnings: list[str] = field(default_factory=list)

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row.get("id"):
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
    if query.sorts:
        await _sorted(requests, query, rows)
    else:
        await _walk(requests, query, rows, Walk(query.path, query.filter))
    if rows.incomplete and not query.partial:
        raise kept_back(rows.incomplete, len(rows.by_id))
    return rows


def kept_back(reason: str, count: int) -> Rejected:
    """The error for rows that Notion has and does not give."""
    return Rejected(
        f"Notion gave {count} rows and keeps the rest back: {reason}",
        hint="narrow the filter, or take what there is with partial: true",
        rows=count,
    )


async def _sorted(requests: Requests, query: Query, rows: Rows) -> None:
    """In Notion's order, as long as one query gives all; in the same order made here otherwise."""
    body: dict[str, Any] = {"sorts": list(query.sorts)}
    if query.filter:
        body["filter"] = query.filter
    async for answer in requests.pages(query.path, body):
        rows.add(answer["results"])
        if _enough(query, rows):
            return
        rows.incomplete = incomplete_reason(answer)
    if rows.incomplete:
        await _walk(requests, query, rows, Walk(query.path, query.filter))
        rows.by_id = {row["id"]: row for row in sorted_locally(rows.by_id.values(), query.sorts)}
        rows.warnings.append("more rows than one query gives: sorted here, not by Notion")


async def _walk(requests: Requests, query: Query, rows: Rows, walk: Walk) -> None:
    rows.incomplete = ""
    while not walk.done:
        rows.add(await walk.step(requests))
        if _enough(query, rows) and not query.sorts:
            return
    numbered = _unique_id(rows.by_id.values())
    if walk.incomplete and numbered and not walk.numbered:
        await _walk(requests, query, rows, Walk(query.path, query.filter, numbered=numbered))
    else:
        rows.incomplete = walk.incomplete


def _enough(query: Query, rows: Rows) -> bool:
    return query.limit is not None and len(rows.by_id) >= query.limit


def _unique_id(rows: Iterable[Row]) -> str:
    """The name of the column that numbers the rows; empty if there is none."""
    first: Row = next(iter(rows), {})
    properties = first.get("properties") or {}
    return next((name for name, prop in properties.items() if prop.get("type") == "unique_id"), "")
