"""Listings page by page: the answer's ``Link`` header leads on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.endpoint import Endpoint, Handler, Page, Part, Query
from interlock.api.problems import Json
from interlock.journal import Place

NEXT = {"Link": 'rel="next": the next page; absent on the last one'}


Cursor = str | int


def page(
    request: Request, items: Sequence[dict[str, Any]], cursor: Callable[[dict[str, Any]], Cursor]
) -> Response:
    """What was found for the request's :class:`Page`; after a full one there may be another.

    Args:
        cursor: where the page after one that ends with this item begins.
    """
    query: Page = request.state.query
    return _linked(request, items, cursor(items[-1]) if len(items) == query.limit else None)


def part(request: Request, items: Sequence[dict[str, Any]]) -> Response:
    """What the request's :class:`Part` names of a listing that is at hand."""
    query: Part = request.state.query
    start = query.cursor or 0
    end = len(items) if query.limit is None else start + query.limit
    return _linked(request, items[start:end], end if end < len(items) else None)


def _linked(
    request: Request, items: Sequence[dict[str, Any]], following: Cursor | None
) -> Response:
    if following is None:
        return Json({"items": items})
    # Relative: the address under which the client knows us is its own matter.
    url = request.url.include_query_params(cursor=following)
    return Json({"items": items}, headers={"Link": f'<{url.path}?{url.query}>; rel="next"'})


def place_of(cursor: str | None) -> Place | None:
    """Where the page before ended, by the cursor of a :class:`PlacePage`."""
    if cursor is None:
        return None
    moment, _, key = cursor.partition("~")
    return (float(moment), key)


def place(record: dict[str, Any]) -> str:
    """The cursor of a :class:`PlacePage` after one that ends with ``record``."""
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
