"""Listings page by page: the answer's ``Link`` header leads on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.endpoint import Endpoint, Handler, Part, Query
from interlock.api.problems import Json
from interlock.journal import Place

NEXT = {"Link": 'rel="next": the next page; absent on the last one'}


def page(request: Request, items: list[dict[str, Any]], cursor: str | int | None) -> Response:
    """A page of a listing.

    Args:
        cursor: where the next page begins; None if there is none.
    """
    if cursor is None:
        return Json({"items": items})
    # Relative: the address under which the client knows us is its own matter.
    url = request.url.include_query_params(cursor=cursor)
    return Json({"items": items}, headers={"Link": f'<{url.path}?{url.query}>; rel="next"'})


def part(request: Request, items: Sequence[dict[str, Any]]) -> Response:
    """What the request's :class:`Part` names of a listing that is at hand."""
    query: Part = request.state.query
    start = query.cursor or 0
    end = len(items) if query.limit is None else start + query.limit
    return page(request, list(items[start:end]), end if end < len(items) else None)


def place_of(cursor: str | None) -> Place | None:
    """Where the page before ended, by the cursor of a :class:`PlacePage`."""
    if cursor is None:
        return None
    moment, _, key = cursor.partition("~")
    return (float(moment), key)


def cursor_after(record: dict[str, Any]) -> str:
    """Where a page that ends with ``record`` ends."""
    return f"{record['created']!r}~{record['id']}"


def listing(
    path: str,
    handler: Handler,
    summary: str,
    answer: type[BaseModel],
    query: type[Query] = Part,
    **more: Any,
) -> Endpoint:
    """An endpoint that answers page by page."""
    return Endpoint("GET", path, handler, summary, answer, query=query, headers=NEXT, **more)
