"""Listings page by page: the answer's ``Link`` header leads on."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from interlock.api.problems import Json

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
